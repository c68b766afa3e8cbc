/** One sentence as it is being read: rules take out what they understand, and what nobody took is the clue. */
import { correctControlWords } from './spelling.ts';

/** Stands where something was taken; no rule matches across it, and it ends a clause. */
export const taken = '\u0001';

const untaken = new RegExp(`[^${taken}]+`, 'g');

/** A match, with where it lay in the line. */
export type Match = RegExpExecArray;

/**
 * `text` is what rules match: lower case, straight quotes, misspelt control words put right. The words that remain are cut
 * from what was written, so that no correction ever reaches a clue.
 */
export class Line {
  readonly #written: string;
  /** Of each position in the text, and of its end: the position in what was written. */
  readonly #origin: readonly number[];
  #text: string;

  constructor(written: string, names: readonly string[] = []) {
    this.#written = written;
    const { text, origin } = correctControlWords(plain(written), names);
    this.#text = text;
    this.#origin = origin;
  }

  get text(): string {
    return this.#text;
  }

  /** Whether nothing was taken yet. */
  get untouched(): boolean {
    return !this.#text.includes(taken);
  }

  /** Takes the first place out where the pattern matches; undefined where it does not. */
  take(pattern: RegExp): Match | undefined {
    const match = pattern.exec(this.#text);
    if (match === null || match[0] === '') return undefined;
    this.blank(match.index, match.index + match[0].length);
    return match;
  }

  /** Takes every place out where the pattern matches. */
  takeAll(pattern: RegExp): Match[] {
    const found: Match[] = [];
    for (let match = this.take(pattern); match; match = this.take(pattern)) found.push(match);
    return found;
  }

  /** Takes a stretch of the text out. */
  blank(from: number, to: number): void {
    this.#text = this.#text.slice(0, from) + taken.repeat(to - from) + this.#text.slice(to);
  }

  /** What was written where a stretch of the text is. */
  original(from: number, to: number): string {
    return this.#written.slice(this.#origin[from], this.#origin[to]);
  }

  /** What was written at a group of a match. */
  originalOf(match: Match, group: number): string {
    const part = match[group] ?? '';
    const at = match.index + match[0].lastIndexOf(part);
    return this.original(at, at + part.length);
  }

  /** Stretches of the text that nobody took, in order. */
  rest(): { readonly from: number; readonly to: number }[] {
    const found: { from: number; to: number }[] = [];
    for (const match of this.#text.matchAll(untaken)) {
      found.push({ from: match.index, to: match.index + match[0].length });
    }
    return found;
  }
}

/** Lower case and straight quotes, each character still one character. */
function plain(written: string): string {
  let text = '';
  for (let at = 0; at < written.length; at++) {
    const one = written.charAt(at);
    const lower = one.toLowerCase();
    text += one < ' ' ? ' ' : (quotes[one] ?? (lower.length === 1 ? lower : one));
  }
  return text;
}

const quotes: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u00b4': "'",
  '`': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u2013': '-',
  '\u2014': '-',
  '\u00a0': ' ',
};
