/** HTML that is put together safely: whatever is put into a template is text, unless a template made it. */

/** Finished HTML or SVG. Made by {@link html} alone. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** `undefined`, `null` and `false` are nothing; lists are put one after the other. */
export type HtmlValue = string | number | Html | undefined | null | false | readonly HtmlValue[];

/**
 * html`<p title="${anything}">${anything}</p>`: every value is escaped for text and for quoted attributes. Never put one
 * into an unquoted attribute, a style, a script or an address that is followed.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] as string;
  for (const [i, value] of values.entries()) text += textOf(value) + (parts[i + 1] as string);
  return new Html(text);
}

function textOf(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return value.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What HTML cannot hold (control characters, halves of surrogate pairs) becomes U+FFFD. */
export function escaped(text: string): string {
  return text
    .replace(/[^\P{C}\n\t\p{Cf}\p{Co}\p{Cn}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** A name, a caption or a path from outside: its direction of writing must not turn the words around it. */
export function outside(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}
