/** Block Kit as a plain page: for the pictures of docs/slack.md. It looks like a chat, and like no product's. */
import { isList, isObject, type Json, type JsonObject, textAt } from './server/json.ts';

export interface ShownMessage {
  readonly name: string;
  readonly text: string;
  readonly blocks?: Json;
  /** Addresses of attached pictures. */
  readonly pictures?: readonly string[];
  readonly bot: boolean;
}

/** @param pictureOf address of a file by its id */
export function chatPage(messages: readonly ShownMessage[], pictureOf: (id: string) => string): string {
  return page(messages.map((message) => messageHtml(message, pictureOf)).join(''));
}

/** A modal or a home tab. */
export function viewPage(view: JsonObject, pictureOf: (id: string) => string): string {
  const title = textAt(view, 'title', 'text');
  const submit = textAt(view, 'submit', 'text');
  const close = textAt(view, 'close', 'text');
  const foot =
    submit === ''
      ? ''
      : `<footer><button>${close}</button><button class="primary">${submit}</button></footer>`;
  const head = title === '' ? '' : `<h1>${harmless(title)}</h1>`;
  return page(`<section class="view">${head}${blocksHtml(view.blocks, pictureOf)}${foot}</section>`);
}

function messageHtml(message: ShownMessage, pictureOf: (id: string) => string): string {
  const { name, text, blocks, pictures = [], bot } = message;
  const body = isList(blocks) && bot ? blocksHtml(blocks, pictureOf) : `<p>${markup(text)}</p>`;
  const shown = pictures.map((src) => `<img class="photo" src="${src}" alt="">`).join('');
  return `<article class="${bot ? 'bot' : 'person'}"><i>${name.slice(0, 1)}</i><div><b>${harmless(name)}</b>${body}${shown}</div></article>`;
}

function blocksHtml(blocks: Json | undefined, pictureOf: (id: string) => string): string {
  return (isList(blocks) ? blocks : [])
    .map((block) => (isObject(block) ? blockHtml(block, pictureOf) : ''))
    .join('');
}

function blockHtml(block: JsonObject, pictureOf: (id: string) => string): string {
  const elements = isList(block.elements) ? block.elements.filter(isObject) : [];
  switch (block.type) {
    case 'section': {
      const accessory = isObject(block.accessory) ? elementHtml(block.accessory, pictureOf) : '';
      return `<div class="section"><p>${markup(textAt(block, 'text', 'text'))}</p>${accessory}</div>`;
    }
    case 'context':
      return `<p class="context">${elements.map((one) => markup(textAt(one, 'text'))).join(' ')}</p>`;
    case 'actions':
      return `<div class="actions">${elements.map((one) => elementHtml(one, pictureOf)).join('')}</div>`;
    case 'image':
      return elementHtml(block, pictureOf);
    case 'divider':
      return '<hr>';
    case 'header':
      return `<h2>${harmless(textAt(block, 'text', 'text'))}</h2>`;
    case 'input': {
      const optional = block.optional === true ? ' <small>(optional)</small>' : '';
      const element = isObject(block.element) ? elementHtml(block.element, pictureOf) : '';
      return `<label>${harmless(textAt(block, 'label', 'text'))}${optional}${element}</label>`;
    }
    default:
      throw new Error(`No picture of a block ${String(block.type)} yet.`);
  }
}

function elementHtml(element: JsonObject, pictureOf: (id: string) => string): string {
  const label = textAt(element, 'text', 'text') || textAt(element, 'placeholder', 'text');
  switch (element.type) {
    case 'image':
      return `<img src="${pictureOf(textAt(element, 'slack_file', 'id'))}" alt="">`;
    case 'button':
      return `<button class="${textAt(element, 'style')}">${harmless(label)}</button>`;
    case 'datetimepicker':
      return `<span class="field">${dateText(element.initial_date_time)}</span>`;
    default: {
      const chosen = isList(element.initial_options) ? element.initial_options : [];
      const shown = chosen.map((one) => textAt(one, 'text', 'text')).join(', ') || label;
      return `<span class="field">${harmless(shown)}</span>`;
    }
  }
}

/** As the site's clock has it, which is UTC for the demo. */
function dateText(seconds: Json | undefined): string {
  if (typeof seconds !== 'number') return 'Date and time';
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

/** Slack's markup, as far as the bot writes any. */
function markup(text: string): string {
  return text
    .replace(/<@(\w+)>/g, (_, id: string) => `<u>@${names[id] ?? id}</u>`)
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, (_, at: string) => at.slice(0, 16).replace('T', ' '))
    .replace(/<https?:[^|>]*\|([^>]*)>/g, '<u>$1</u>')
    .replace(/:(\w+):/g, (whole, name: string) => emoji[name] ?? whole)
    .replace(/(^|\s)\*([^*\n]+)\*/g, '$1<b>$2</b>')
    .replace(/(^|\s)_([^_\n]+)_/g, '$1<em>$2</em>')
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll('\n', '<br>');
}

const names: Readonly<Record<string, string>> = { U0BOT: 'ChatReID', U0ANNA: 'Anna' };
const emoji: Readonly<Record<string, string>> = { warning: '⚠', mag: '🔍' };

function harmless(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><style>${style}</style><body>${body}</body></html>`;
}

const style = `
  body { margin: 0; padding: 18px 22px; width: 720px; background: #fff; color: #20262c; font: 15px/1.45 'DejaVu Sans', sans-serif; }
  article { display: flex; gap: 12px; margin: 0 0 18px; }
  article > div { flex: 1; min-width: 0; }
  article > i { flex: none; width: 34px; height: 34px; border-radius: 17px; background: #8d99a6; color: #fff;
    font: 700 16px/34px 'DejaVu Sans', sans-serif; text-align: center; }
  .bot > i { background: #23566b; }
  p { margin: 2px 0 8px; overflow-wrap: anywhere; }
  img { display: block; max-width: 100%; margin: 6px 0 10px; border-radius: 6px; }
  img.photo { max-height: 190px; }
  .section { display: flex; justify-content: space-between; gap: 16px; }
  .section img { max-width: 90px; max-height: 120px; }
  .context { color: #5d6873; font-size: 13px; }
  .actions { display: flex; flex-wrap: wrap; gap: 6px; margin: 2px 0 10px; }
  button { border: 1px solid #b9c2cb; border-radius: 6px; background: #fff; color: inherit; padding: 5px 11px; font: 600 13px 'DejaVu Sans', sans-serif; }
  button.primary { border-color: #23566b; background: #23566b; color: #fff; }
  hr { border: 0; border-top: 1px solid #dde2e7; margin: 12px 0; }
  u { color: #1b62a5; text-decoration: none; }
  h1 { font-size: 19px; margin: 0 0 12px; }
  label { display: block; font-weight: 600; margin: 0 0 14px; }
  small { font-weight: 400; color: #5d6873; }
  .field { display: block; margin-top: 5px; border: 1px solid #b9c2cb; border-radius: 6px; padding: 7px 10px; font-weight: 400; color: #5d6873; }
  .view { border: 1px solid #dde2e7; border-radius: 10px; padding: 18px 20px; }
  footer { display: flex; justify-content: flex-end; gap: 8px; border-top: 1px solid #dde2e7; margin: 4px -20px 0; padding: 14px 20px 0; }
`;
