/** Elements of Block Kit that people press, choose from and type into: each against its limits. */
import type { Findings } from './findings.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { checkConfirm, checkOption, checkOptions, checkText } from './text-rules.ts';

/** Where the blocks are: some elements exist in modals alone. */
export type Surface = 'message' | 'modal' | 'home';

type Check = (element: JsonObject, pointer: string, findings: Findings) => void;

const checks: Readonly<Record<string, Check>> = {
  button(element, pointer, findings) {
    checkText(element.text, 'plain', limits.element.buttonText, `${pointer}/text`, findings);
    findings.length(element.value, limits.element.buttonValue, `${pointer}/value`);
    findings.length(element.url, limits.element.buttonUrl, `${pointer}/url`);
    findings.length(
      element.accessibility_label,
      limits.element.accessibilityLabel,
      `${pointer}/accessibility_label`,
    );
    if (element.style !== undefined) findings.oneOf(element.style, ['primary', 'danger'], `${pointer}/style`);
    findings.known(
      element,
      ['type', 'text', 'action_id', 'value', 'url', 'style', 'confirm', 'accessibility_label'],
      pointer,
    );
  },
  static_select: checkSelect,
  multi_static_select: checkSelect,
  external_select: checkPlaceholder,
  multi_external_select: checkPlaceholder,
  users_select: checkPlaceholder,
  conversations_select: checkPlaceholder,
  channels_select: checkPlaceholder,
  overflow(element, pointer, findings) {
    checkOptions(element.options, limits.element.overflowOptions, 'plain', `${pointer}/options`, findings);
  },
  checkboxes: checkFew,
  radio_buttons: checkFew,
  datepicker(element, pointer, findings) {
    checkPlaceholder(element, pointer, findings);
    checkForm(element.initial_date, /^\d{4}-\d{2}-\d{2}$/, `${pointer}/initial_date`, findings);
  },
  timepicker(element, pointer, findings) {
    checkPlaceholder(element, pointer, findings);
    checkForm(element.initial_time, /^([01]\d|2[0-3]):[0-5]\d$/, `${pointer}/initial_time`, findings);
  },
  datetimepicker(element, pointer, findings) {
    const initial = element.initial_date_time;
    if (initial !== undefined && !(typeof initial === 'number' && /^\d{10}$/.test(String(initial))))
      findings.add(`${pointer}/initial_date_time`, 'must be a Unix timestamp of 10 digits');
  },
  plain_text_input(element, pointer, findings) {
    checkPlaceholder(element, pointer, findings);
    findings.length(element.initial_value, limits.element.plainTextInput, `${pointer}/initial_value`);
    for (const name of ['min_length', 'max_length']) {
      const length = element[name];
      if (
        length !== undefined &&
        !(typeof length === 'number' && length >= 0 && length <= limits.element.plainTextInput)
      )
        findings.add(`${pointer}/${name}`, `must be between 0 and ${limits.element.plainTextInput}`);
    }
  },
  number_input: checkPlaceholder,
  email_text_input: checkPlaceholder,
  url_text_input: checkPlaceholder,
  file_input(element, pointer, findings) {
    const most = element.max_files;
    if (most !== undefined && !(typeof most === 'number' && most >= 1 && most <= 10))
      findings.add(`${pointer}/max_files`, 'must be between 1 and 10');
  },
};

/** Elements by the block that they may be in. */
const allowed: Readonly<Record<'actions' | 'input' | 'section', readonly string[]>> = {
  actions: [
    'button',
    'static_select',
    'external_select',
    'users_select',
    'conversations_select',
    'channels_select',
    'overflow',
    'checkboxes',
    'radio_buttons',
    'datepicker',
    'timepicker',
    'datetimepicker',
    'multi_static_select',
  ],
  input: Object.keys(checks).filter((type) => type !== 'button' && type !== 'overflow'),
  section: Object.keys(checks).filter((type) => !/input$/.test(type) && type !== 'datetimepicker'),
};

const inModalsOnly = new Set(['file_input']);

/** @param action an element without an action id is given one by Slack; one that is given is checked */
export function checkElement(
  element: Json | undefined,
  block: keyof typeof allowed,
  surface: Surface,
  pointer: string,
  findings: Findings,
): void {
  if (!findings.object(element, pointer)) return;
  const type = typeof element.type === 'string' ? element.type : '';
  const check = checks[type];
  if (check === undefined || !allowed[block].includes(type)) {
    findings.add(`${pointer}/type`, `unsupported type: ${type}`);
    return;
  }
  if (inModalsOnly.has(type) && surface !== 'modal') findings.add(pointer, `${type} is for modals alone`);
  if (element.action_id !== undefined)
    findings.needs(element.action_id, limits.element.actionId, `${pointer}/action_id`);
  checkConfirm(element.confirm, `${pointer}/confirm`, findings);
  check(element, pointer, findings);
}

function checkSelect(element: JsonObject, pointer: string, findings: Findings): void {
  checkPlaceholder(element, pointer, findings);
  if (element.option_groups === undefined) {
    checkOptions(element.options, limits.element.options, 'plain', `${pointer}/options`, findings);
  } else {
    const groups = findings.items(
      element.option_groups,
      1,
      limits.element.optionGroups,
      `${pointer}/option_groups`,
    );
    for (const [i, group] of groups.entries()) {
      const here = `${pointer}/option_groups/${i}`;
      if (!findings.object(group, here)) continue;
      checkText(group.label, 'plain', limits.element.optionText, `${here}/label`, findings);
      checkOptions(group.options, limits.element.options, 'plain', `${here}/options`, findings);
    }
  }
  checkInitial(element, pointer, findings);
}

function checkFew(element: JsonObject, pointer: string, findings: Findings): void {
  checkOptions(element.options, limits.element.fewOptions, 'any', `${pointer}/options`, findings);
  checkInitial(element, pointer, findings);
}

/** What is chosen at first must be one of the options, word for word. */
function checkInitial(element: JsonObject, pointer: string, findings: Findings): void {
  const groups = Array.isArray(element.option_groups) ? element.option_groups.filter(isObject) : [];
  const lists = [element.options, ...groups.map(({ options }) => options)];
  const known = new Set(
    lists.flatMap((list) => (Array.isArray(list) ? list : [])).map((one) => JSON.stringify(one)),
  );
  const initial: [string, Json][] = [];
  if (element.initial_option !== undefined) initial.push(['initial_option', element.initial_option]);
  if (element.initial_options !== undefined) {
    const list = findings.items(
      element.initial_options,
      1,
      limits.element.options,
      `${pointer}/initial_options`,
    );
    for (const [i, option] of list.entries()) initial.push([`initial_options/${i}`, option]);
  }
  for (const [name, option] of initial) {
    checkOption(option, 'any', `${pointer}/${name}`, findings);
    if (!known.has(JSON.stringify(option)))
      findings.add(`${pointer}/${name}`, 'an initial option must match one of the options');
  }
}

function checkPlaceholder(element: JsonObject, pointer: string, findings: Findings): void {
  if (element.placeholder !== undefined)
    checkText(element.placeholder, 'plain', limits.element.placeholder, `${pointer}/placeholder`, findings);
}

function checkForm(value: Json | undefined, form: RegExp, pointer: string, findings: Findings): void {
  if (value !== undefined && !(typeof value === 'string' && form.test(value)))
    findings.add(pointer, 'has the wrong format');
}
