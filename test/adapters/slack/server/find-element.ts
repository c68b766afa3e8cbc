/** Finds what a person presses: by its label, or by its action id. */
import { at, isList, isObject, type Json, type JsonObject, textAt } from './json.ts';

export interface FoundElement {
  readonly blockId: string;
  readonly element: JsonObject;
}

/** All elements of blocks that can be pressed or changed, in order. */
export function elementsOf(blocks: Json | undefined): readonly FoundElement[] {
  if (!isList(blocks)) return [];
  return blocks.flatMap((block) => {
    const inside = at(block, 'elements');
    const elements = [at(block, 'accessory'), at(block, 'element'), ...(isList(inside) ? inside : [])];
    return elements
      .filter((one): one is JsonObject => isObject(one) && typeof one.action_id === 'string')
      .map((element) => ({ blockId: textAt(block, 'block_id'), element }));
  });
}

/** What people read on an element: a button's text, a menu's placeholder. */
export function labelOf({ element }: FoundElement): string {
  return textAt(element, 'text', 'text') || textAt(element, 'placeholder', 'text');
}

/** Labels of buttons and menus, in order. */
export function labelsOf(blocks: Json | undefined): readonly string[] {
  return elementsOf(blocks).map(labelOf);
}

/**
 * @param wanted the whole label, an action id, or a pattern of either
 * @throws Error with the labels that are there
 */
export function findElement(blocks: Json | undefined, wanted: string | RegExp): FoundElement {
  const all = elementsOf(blocks);
  const matches = (text: string) => (typeof wanted === 'string' ? text === wanted : wanted.test(text));
  const found = all.find((one) => matches(labelOf(one)) || matches(textAt(one.element, 'action_id')));
  if (found === undefined)
    throw new Error(`There is no ${String(wanted)}; there are: ${all.map(labelOf).join(' | ')}`);
  return found;
}

/** An option of a menu, by its text or its value. @throws Error with the texts that are there */
export function findOption(element: JsonObject, wanted: string | RegExp): JsonObject {
  const groups = isList(element.option_groups) ? element.option_groups : [];
  const lists = [element.options, ...groups.map((group) => at(group, 'options'))];
  const options = lists.flatMap((list) => (isList(list) ? list : [])).filter(isObject);
  const matches = (text: string) => (typeof wanted === 'string' ? text === wanted : wanted.test(text));
  const found = options.find((one) => matches(textAt(one, 'text', 'text')) || matches(textAt(one, 'value')));
  if (found === undefined)
    throw new Error(
      `There is no option ${String(wanted)}; there are: ${options.map((one) => textAt(one, 'text', 'text')).join(' | ')}`,
    );
  return found;
}

/** What an element holds once a person chose or typed, as state and actions carry it. */
export function heldValue(element: JsonObject, given: string | readonly string[]): JsonObject {
  const type = textAt(element, 'type');
  const one = typeof given === 'string' ? given : (given[0] ?? '');
  const many = typeof given === 'string' ? [given] : given;
  // Options that the app looks up are not in the element.
  const option = (wanted: string) =>
    type.includes('external')
      ? { text: { type: 'plain_text', text: wanted }, value: wanted }
      : findOption(element, wanted);
  if (/_input$/.test(type)) return { type, value: one === '' ? null : one };
  if (type === 'datepicker') return { type, selected_date: one === '' ? null : one };
  if (type === 'timepicker') return { type, selected_time: one === '' ? null : one };
  if (type === 'datetimepicker') return { type, selected_date_time: one === '' ? null : Number(one) };
  if (type === 'users_select') return { type, selected_user: one };
  if (type === 'conversations_select') return { type, selected_conversation: one };
  if (type === 'channels_select') return { type, selected_channel: one };
  if (type.startsWith('multi_') || type === 'checkboxes') return { type, selected_options: many.map(option) };
  return { type, selected_option: one === '' ? null : option(one) };
}
