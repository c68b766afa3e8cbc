/** Messages of the local Discord as a page of our own: what our embeds and components say, in nobody else's look. */
import type { Control } from '../server/bodies/component.ts';
import { controls } from '../server/bodies/component.ts';
import type { EmbedBody } from '../server/bodies/embed.ts';
import type { Message } from '../server/message.ts';

const style = `
  body { margin: 0; padding: 20px; width: 720px; background: #fff; color: #1c1f23;
    font: 15px/1.45 "DejaVu Sans", "Noto Sans", sans-serif; }
  h1 { margin: 0 0 14px; padding-bottom: 8px; border-bottom: 1px solid #d7dbe0; font-size: 15px; color: #59616b; }
  article { display: grid; grid-template-columns: 40px 1fr; gap: 0 12px; margin-bottom: 16px; }
  .sign { width: 40px; height: 40px; border-radius: 6px; background: #dfe5ec; font-weight: bold; line-height: 40px;
    text-align: center; }
  .bot .sign { background: #24405c; color: #fff; }
  .who b { margin-right: 6px; } .who, .small, footer { color: #59616b; font-size: 13px; }
  .embed { margin-top: 6px; padding: 10px 14px; border: 1px solid #d7dbe0; border-left: 5px solid; border-radius: 4px; }
  .embed img { display: block; width: 100%; margin-top: 10px; border: 1px solid #d7dbe0; }
  .sent { max-height: 150px; margin-top: 6px; border: 1px solid #d7dbe0; }
  .field { margin-top: 8px; } footer { margin-top: 8px; }
  .row { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
  .button { padding: 5px 14px; border: 1px solid #8a94a0; border-radius: 4px; background: #f1f3f6; }
  .button.first { border-color: #24405c; background: #24405c; color: #fff; }
  .menu { flex: 1; display: flex; justify-content: space-between; padding: 6px 12px; border: 1px solid #8a94a0;
    border-radius: 4px; color: #59616b; }
  code { background: #f1f3f6; padding: 0 3px; }`;

/** @param title where it is: `#gate`, the name of a thread */
export function messagesPage(title: string, messages: readonly Message[], bot: string): string {
  const articles = messages.map((message) => article(message, message.author.id === bot));
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><body><h1>${escaped(title)}</h1>${articles.join('')}`;
}

function article(message: Message, bot: boolean): string {
  const { author, content, embeds, attachments, interaction, ephemeralFor } = message;
  const name = author.global_name ?? author.username;
  const notes = [
    ...(bot ? ['bot'] : []),
    ...(interaction?.name === undefined
      ? []
      : [`answers /${interaction.name} of ${interaction.user.global_name ?? interaction.user.username}`]),
    ...(ephemeralFor === undefined ? [] : ['only you see this']),
  ];
  const files = new Map(
    attachments.map(({ filename, contentType, bytes }) => [
      filename,
      `data:${contentType ?? 'application/octet-stream'};base64,${Buffer.from(bytes).toString('base64')}`,
    ]),
  );
  const pictures =
    embeds.length > 0 ? [] : [...files.values()].map((url) => `<img class="sent" src="${url}">`);
  return `<article class="${bot ? 'bot' : 'person'}"><div class="sign">${escaped(name[0]!.toUpperCase())}</div><div>
    <div class="who"><b>${escaped(name)}</b>${escaped(notes.join(' · '))}</div>
    ${content === '' ? '' : `<div>${markup(content)}</div>`}${pictures.join('')}
    ${embeds.map((embed) => embedHtml(embed, files)).join('')}
    ${message.components.map((row) => `<div class="row">${controls([row]).map(controlHtml).join('')}</div>`).join('')}
  </div></article>`;
}

function embedHtml(
  { color, title, description, fields, image, footer }: EmbedBody,
  files: ReadonlyMap<string, string>,
): string {
  const url = image && files.get(image.url.slice('attachment://'.length));
  const colour = `#${(color ?? 0).toString(16).padStart(6, '0')}`;
  return `<div class="embed" style="border-left-color: ${colour}">
    ${title ? `<b>${markup(title)}</b>` : ''}${description ? `<div>${markup(description)}</div>` : ''}
    ${(fields ?? []).map(({ name, value }) => `<div class="field"><b>${markup(name)}</b>${markup(value)}</div>`).join('')}
    ${url ? `<img src="${url}">` : ''}${footer ? `<footer>${escaped(footer.text)}</footer>` : ''}</div>`;
}

function controlHtml(control: Control): string {
  if (control.type === 2)
    return `<span class="button${control.style === 1 ? ' first' : ''}">${escaped(control.label ?? '')}</span>`;
  const placeholder = 'placeholder' in control ? (control.placeholder ?? '') : '';
  return `<span class="menu"><span>${escaped(placeholder)}</span><span>▾</span></span>`;
}

/** Of the markup what our messages use: bold, italics, code, small print, and backslashes before signs that mean nothing. */
function markup(text: string): string {
  const lines = text.split('\n').map((line) => {
    const small = line.startsWith('-# ');
    const inner = inline(small ? line.slice(3) : line);
    return small ? `<div class="small">${inner}</div>` : `<div>${inner}</div>`;
  });
  return lines.join('');
}

function inline(line: string): string {
  const kept: string[] = [];
  // What a backslash stands before is put away, so that it is no markup.
  const away = line.replace(/\\([^\w\s])/g, (_all, sign: string) => `\ue000${kept.push(sign) - 1}\ue000`);
  return escaped(away)
    .replace(/\*\*(.+?)\*\*/g, '<b>$1</b>')
    .replace(/\*(.+?)\*/g, '<i>$1</i>')
    .replace(/`(.+?)`/g, '<code>$1</code>')
    .replaceAll(/\ue000(\d+)\ue000/g, (_all, at: string) => escaped(kept[Number(at)]!));
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
