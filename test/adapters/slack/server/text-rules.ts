/** Composition objects of Block Kit: text, options, confirmation. */
import type { Findings } from './findings.ts';
import type { Json } from './json.ts';
import { limits } from './limits.ts';

export function checkText(
  value: Json | undefined,
  kind: 'plain' | 'any',
  most: number,
  pointer: string,
  findings: Findings,
): void {
  if (!findings.object(value, pointer)) return;
  findings.oneOf(value.type, kind === 'plain' ? ['plain_text'] : ['plain_text', 'mrkdwn'], `${pointer}/type`);
  findings.needs(value.text, most, `${pointer}/text`);
  findings.known(value, ['type', 'text', ...(value.type === 'mrkdwn' ? ['verbatim'] : ['emoji'])], pointer);
}

export function checkOptions(
  value: Json | undefined,
  most: number,
  kind: 'plain' | 'any',
  pointer: string,
  findings: Findings,
): void {
  const values = new Set<Json | undefined>();
  for (const [i, option] of findings.items(value, 1, most, pointer).entries()) {
    const here = `${pointer}/${i}`;
    if (!checkOption(option, kind, here, findings)) continue;
    if (values.has(option.value)) findings.add(`${here}/value`, 'option values must be unique');
    values.add(option.value);
  }
}

export function checkOption(
  option: Json | undefined,
  kind: 'plain' | 'any',
  pointer: string,
  findings: Findings,
): option is { value?: Json } {
  if (!findings.object(option, pointer)) return false;
  checkText(option.text, kind, limits.element.optionText, `${pointer}/text`, findings);
  findings.needs(option.value, limits.element.optionValue, `${pointer}/value`);
  if (option.description !== undefined)
    checkText(option.description, kind, limits.element.optionDescription, `${pointer}/description`, findings);
  findings.known(option, ['text', 'value', 'description', 'url'], pointer);
  return true;
}

export function checkConfirm(value: Json | undefined, pointer: string, findings: Findings): void {
  if (value === undefined || !findings.object(value, pointer)) return;
  checkText(value.title, 'plain', limits.confirm.title, `${pointer}/title`, findings);
  checkText(value.text, 'any', limits.confirm.text, `${pointer}/text`, findings);
  checkText(value.confirm, 'plain', limits.confirm.button, `${pointer}/confirm`, findings);
  checkText(value.deny, 'plain', limits.confirm.button, `${pointer}/deny`, findings);
  findings.known(value, ['title', 'text', 'confirm', 'deny', 'style'], pointer);
}
