/** Cameras and places that a message names, those that it leaves out, and what they come to with what holds already. */

/** How a name was meant: only it, it too, or all but it. */
export type Sense = 'only' | 'also' | 'except';

export class Scope {
  readonly #only: string[] = [];
  readonly #except: string[] = [];
  #adds = false;

  constructor(
    readonly known: readonly string[],
    readonly held: readonly string[],
  ) {}

  take(names: readonly string[], sense: Sense): void {
    (sense === 'except' ? this.#except : this.#only).push(...names);
    if (sense === 'also') this.#adds = true;
  }

  /** Undefined where nothing was named. */
  names(): readonly string[] | undefined {
    if (this.#only.length === 0 && this.#except.length === 0) return undefined;
    const left = (names: readonly string[]): string[] => names.filter((name) => !this.#except.includes(name));
    const only = this.#adds ? [...this.held, ...this.#only] : this.#only;
    if (only.length > 0) return [...new Set(left(only))];
    const held = left(this.held);
    return held.length > 0 ? held : left(this.known);
  }
}

const also = /\b(?:also|too|plus|add|additionally|as well)\b/;
const except =
  /\b(?:not|no|never|except|excluding|exclude|without|skip|ignore|but|other than|apart from|rather than|instead of|wrong)\b|n't\b|\b(?:was|is|did|has|does|were|had)nt\b/;

/** @param around the words before and after the names */
export function senseOf(around: string): Sense {
  if (except.test(around)) return 'except';
  return also.test(around) ? 'also' : 'only';
}

/** Words before a name that make it something to leave out, for patterns. */
export const exceptWords =
  "(?:(?:was|is|did|has|does|were|had)n'?t(?: seen| been| be| go| use)?|not|no|never|except(?: for| from)?|excluding|exclude|without|skip|ignore|but not|anything but|everything but|everywhere but|anywhere but|everywhere except|anywhere except|all but|other than|apart from|rather than|instead of)";
/** Words before a name that add it to those that hold, or say that it is the only one. */
export const senseWords =
  '(?:and also|also|too|plus|add|additionally|as well as|only|just|i meant|i mean|it was|that was|should be|make it|limit(?: it)? to|restrict(?: it)? to|check|look (?:at|in)|switch to|try|use|search|what about|how about|and|or)';
export const nameGlue =
  '(?:(?!\\s*,\\s*\\d{1,2}\\s*(?:to|till|until)\\s*\\d)\\s*(?:,|\\/|&|\\+)\\s*(?:(?:and|or)\\s+)?|\\s+(?:and|or|nor|plus|n)\\s+)';
