/** A modal or a home tab against Slack's limits. */
import { checkBlocks, type KnownFile } from './block-rules.ts';
import { Findings } from './findings.ts';
import { isList, isObject, type Json } from './json.ts';
import { limits } from './limits.ts';
import { checkText } from './text-rules.ts';

/** @returns what is wrong, in Slack's words; empty where nothing is */
export function checkView(
  value: Json | undefined,
  type: 'modal' | 'home',
  knownFile: KnownFile,
): readonly string[] {
  const findings = new Findings();
  if (!findings.object(value, '/view')) return findings.found;
  findings.oneOf(value.type, [type], '/view/type');
  findings.length(value.private_metadata, limits.view.privateMetadata, '/view/private_metadata');
  findings.length(value.callback_id, limits.view.callbackId, '/view/callback_id');
  findings.length(value.external_id, limits.view.externalId, '/view/external_id');
  const shared = ['type', 'blocks', 'private_metadata', 'callback_id', 'external_id'];
  if (type === 'modal') {
    checkText(value.title, 'plain', limits.view.title, '/view/title', findings);
    for (const name of ['submit', 'close'] as const) {
      if (value[name] !== undefined)
        checkText(value[name], 'plain', limits.view[name], `/view/${name}`, findings);
    }
    const inputs =
      isList(value.blocks) && value.blocks.some((block) => isObject(block) && block.type === 'input');
    if (inputs && value.submit === undefined)
      findings.add('/view', 'submit is required when an input block is within blocks');
    findings.known(
      value,
      [...shared, 'title', 'submit', 'close', 'clear_on_close', 'notify_on_close', 'submit_disabled'],
      '/view',
    );
  } else {
    findings.known(value, shared, '/view');
  }
  if (value.blocks === undefined) findings.add('/view', 'missing required field: blocks');
  const blocks = value.blocks === undefined ? [] : checkBlocks(value.blocks, type, knownFile);
  return [...findings.found, ...blocks.map((line) => line.replace('json-pointer:', 'json-pointer:/view'))];
}
