/** Blocks of a message, a modal or a home tab against Slack's limits. */
import { checkElement, type Surface } from './element-rules.ts';
import { Findings } from './findings.ts';
import { isList, isObject, type Json, type JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { checkText } from './text-rules.ts';

/** Whether a picture that blocks name by its file is there, and is a picture. */
export type KnownFile = (file: { readonly id?: string; readonly url?: string }) => boolean;

interface Around {
  readonly surface: Surface;
  readonly knownFile: KnownFile;
  readonly findings: Findings;
}

type Check = (block: JsonObject, pointer: string, around: Around) => void;

const checks: Readonly<Record<string, Check>> = {
  section(block, pointer, { surface, findings }) {
    if (block.text === undefined && block.fields === undefined)
      findings.add(pointer, 'missing required field: text or fields');
    if (block.text !== undefined)
      checkText(block.text, 'any', limits.block.sectionText, `${pointer}/text`, findings);
    if (block.fields !== undefined) {
      const fields = findings.items(block.fields, 1, limits.block.sectionFields, `${pointer}/fields`);
      for (const [i, field] of fields.entries())
        checkText(field, 'any', limits.block.sectionField, `${pointer}/fields/${i}`, findings);
    }
    const accessory = block.accessory;
    if (isObject(accessory) && accessory.type === 'image') return;
    if (accessory !== undefined)
      checkElement(accessory, 'section', surface, `${pointer}/accessory`, findings);
  },
  header(block, pointer, { findings }) {
    checkText(block.text, 'plain', limits.block.header, `${pointer}/text`, findings);
  },
  divider() {},
  image: checkImage,
  context(block, pointer, around) {
    const { findings } = around;
    const elements = findings.items(block.elements, 1, limits.block.contextElements, `${pointer}/elements`);
    for (const [i, element] of elements.entries()) {
      const here = `${pointer}/elements/${i}`;
      if (isObject(element) && element.type === 'image') checkImage(element, here, around);
      else checkText(element, 'any', limits.block.sectionText, here, findings);
    }
  },
  actions(block, pointer, { surface, findings }) {
    const elements = findings.items(block.elements, 1, limits.block.actionsElements, `${pointer}/elements`);
    const ids = new Set<Json>();
    for (const [i, element] of elements.entries()) {
      checkElement(element, 'actions', surface, `${pointer}/elements/${i}`, findings);
      const id = isObject(element) ? element.action_id : undefined;
      if (id === undefined) continue;
      if (ids.has(id))
        findings.add(`${pointer}/elements/${i}/action_id`, `action_id is used twice: ${String(id)}`);
      ids.add(id);
    }
  },
  input(block, pointer, { surface, findings }) {
    checkText(block.label, 'plain', limits.block.inputLabel, `${pointer}/label`, findings);
    if (block.hint !== undefined)
      checkText(block.hint, 'plain', limits.block.inputHint, `${pointer}/hint`, findings);
    checkElement(block.element, 'input', surface, `${pointer}/element`, findings);
  },
  markdown(block, pointer, { findings }) {
    findings.needs(block.text, limits.block.markdown, `${pointer}/text`);
  },
  rich_text(block, pointer, { findings }) {
    findings.items(block.elements, 1, 100, `${pointer}/elements`);
  },
};

const fields: Readonly<Record<string, readonly string[]>> = {
  section: ['text', 'fields', 'accessory', 'expand'],
  header: ['text'],
  divider: [],
  image: ['image_url', 'alt_text', 'title', 'slack_file'],
  context: ['elements'],
  actions: ['elements'],
  input: ['label', 'element', 'dispatch_action', 'hint', 'optional'],
  markdown: ['text'],
  rich_text: ['elements'],
};

/** @returns what is wrong, in Slack's words; empty where nothing is */
export function checkBlocks(value: Json, surface: Surface, knownFile: KnownFile): readonly string[] {
  const findings = new Findings();
  const most = surface === 'message' ? limits.message.blocks : limits.view.blocks;
  const ids = new Set<Json>();
  for (const [i, block] of findings.items(value, 0, most, '/blocks').entries()) {
    const pointer = `/blocks/${i}`;
    if (!findings.object(block, pointer)) continue;
    const type = typeof block.type === 'string' ? block.type : '';
    const check = checks[type];
    if (check === undefined) {
      findings.add(`${pointer}/type`, `unsupported type: ${type}`);
      continue;
    }
    findings.known(block, ['type', 'block_id', ...(fields[type] ?? [])], pointer);
    findings.length(block.block_id, limits.block.id, `${pointer}/block_id`);
    if (block.block_id !== undefined && ids.has(block.block_id))
      findings.add(`${pointer}/block_id`, `block_id ${String(block.block_id)} already exists`);
    if (block.block_id !== undefined) ids.add(block.block_id);
    check(block, pointer, { surface, knownFile, findings });
    if (isObject(block.accessory) && block.accessory.type === 'image')
      checkImage(block.accessory, `${pointer}/accessory`, { surface, knownFile, findings });
  }
  return findings.found;
}

/** Characters of all texts in blocks, as far as they are shown. */
export function textLength(value: Json | undefined): number {
  if (isList(value)) return value.reduce<number>((sum, one) => sum + textLength(one), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce((sum, [name, one]) => {
    if (name === 'text' && typeof one === 'string') return sum + one.length;
    return sum + textLength(one);
  }, 0);
}

function checkImage(image: JsonObject, pointer: string, { knownFile, findings }: Around): void {
  findings.needs(image.alt_text, limits.block.altText, `${pointer}/alt_text`);
  findings.length(image.image_url, limits.block.imageUrl, `${pointer}/image_url`);
  if (image.title !== undefined)
    checkText(image.title, 'plain', limits.block.imageTitle, `${pointer}/title`, findings);
  const file = image.slack_file;
  if ((image.image_url === undefined) === (file === undefined)) {
    findings.add(pointer, 'needs one of image_url and slack_file');
    return;
  }
  if (typeof image.image_url === 'string' && !/^https?:\/\//.test(image.image_url))
    findings.add(`${pointer}/image_url`, 'must be a valid URL');
  if (file === undefined || !findings.object(file, `${pointer}/slack_file`)) return;
  const { id, url } = file;
  if ((id === undefined) === (url === undefined)) {
    findings.add(`${pointer}/slack_file`, 'needs one of id and url');
    return;
  }
  const known = knownFile({
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof url === 'string' ? { url } : {}),
  });
  if (!known) findings.add(`${pointer}/slack_file`, 'invalid slack file');
}
