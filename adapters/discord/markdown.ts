/** Words as Discord shows them: nothing in them is markup, a link or a mention, and none is longer than its place. */

import { harmless } from '../harmless.ts';

/** A colon only where it begins the name of an emoji, or makes a link. */
const anywhere = /[\\*_~`|<>[\]@]|:(?=\/\/|\w+:)/g;
/** Headings, lists and small print begin a line. */
const lineStarts = /^(\s*)([#+-]|\d+(?=[.)]))/gm;

/**
 * Discord's own `escapeMarkdown` leaves mentions, links and emojis as they are, and guesses at underscores: a backslash before
 * every sign that can mean something shows all of them as they were written.
 */
export function escaped(text: string): string {
  return harmless(text)
    .replace(anywhere, '\\$&')
    .replace(lineStarts, (_all, space: string, sign: string) =>
      /\d/.test(sign) ? `${space}${sign}\\` : `${space}\\${sign}`,
    );
}

/** Where nothing is markup: labels, placeholders, file descriptions. One line, without control characters. */
export function plain(text: string): string {
  return harmless(text).replace(/\s+/g, ' ').trim();
}

/** At most `most` characters, the last an ellipsis where something is cut; no backslash or half a character is left at the end. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most <= 0) return '';
  const kept = text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '');
  const trailing = /\\+$/.exec(kept)?.[0].length ?? 0;
  return `${trailing % 2 === 1 ? kept.slice(0, -1) : kept}…`;
}
