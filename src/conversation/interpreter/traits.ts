/** What a clue claims of a person: colours of clothes, things carried, hair, age; denials with `present: false`. */
import type { AttributeName, Trait } from '../../foundation/person-attributes.ts';
import { meantTraitWord } from './trait-spelling.ts';
import { longestTerm, type Term, termOf } from './trait-words.ts';

const negations = new Set(
  "no not without never neither nor wasn't wasnt isn't isnt didn't didnt don't dont doesn't doesnt hasn't hasnt hadn't hadnt aren't arent weren't werent cannot can't minus".split(
    ' ',
  ),
);
const breaks = new Set([
  ',',
  '.',
  ';',
  ':',
  '!',
  '?',
  'but',
  'though',
  'although',
  'instead',
  'because',
  'then',
]);
const linking = new Set([
  'is',
  'was',
  'were',
  'are',
  'looked',
  'looks',
  'be',
  'been',
  ':',
  'in',
  'or',
  'maybe',
  'rather',
  'actually',
  'now',
]);
const removing = new Set(['took', 'taken', 'takes', 'taking', 'pulled', 'pulls', 'take']);
/** "Lost his cap", but "we lost an old man". */
const removed = new Set(['removed', 'ditched', 'dumped', 'lost', 'removes', 'discarded']);
const owned = new Set(['the', 'his', 'her', 'their', 'that']);
const beforeOff = new Set([
  'is',
  'was',
  'are',
  'were',
  'might',
  'may',
  'could',
  'be',
  'now',
  'came',
  'comes',
  'taken',
  'his',
  'her',
  'has',
  'been',
  'by',
  'must',
]);
/** After "and" these begin something new, which the negation before does not reach. */
const beginning = new Set(
  'a an the his her their he she they with had has was wearing carrying wore it also in'.split(' '),
);

/** Words between a colour and what has it: "a red and white striped cotton shirt". */
const reach = 4;

interface Token {
  readonly word: string;
  readonly term?: Term;
}

interface Claim {
  readonly value: string;
  readonly present: boolean;
}

export function traitsOf(words: string, held: readonly Trait[] = []): Trait[] {
  const found = new TraitReader(tokensOf(words)).read(held);
  const unique = new Map<string, Trait>();
  for (const trait of [...found, ...ageInYears(words)]) unique.set(`${trait.name}=${trait.value}`, trait);
  return [...unique.values()];
}

function tokensOf(words: string): Token[] {
  const text = words
    .toLowerCase()
    .replace(/[\u2018\u2019`]/g, "'")
    .replace(/\bw\/o\b/g, 'without')
    .replace(/\bw\//g, 'with ');
  const said = text.match(/[a-z0-9]+(?:['-][a-z0-9]+)*|[,.;:!?]/g) ?? [];
  const all = said.flatMap(hyphenated).map(meantTraitWord);
  const tokens: Token[] = [];
  for (let at = 0; at < all.length; ) {
    const [term, length] = longest(all, at);
    tokens.push({ word: all.slice(at, at + length).join(' '), ...(term ? { term } : {}) });
    at += length;
  }
  return tokens;
}

/** "Light-blue" is two words, "back-pack" is one. */
function hyphenated(word: string): string[] {
  if (!word.includes('-') || termOf(word)) return [word];
  const joined = word.replaceAll('-', '');
  return termOf(joined) ? [joined] : word.split('-');
}

function longest(all: readonly string[], at: number): [Term | undefined, number] {
  for (let length = Math.min(longestTerm, all.length - at); length > 0; length--) {
    const term = termOf(all.slice(at, at + length).join(' '));
    if (term) return [term, length];
  }
  return [undefined, 1];
}

class TraitReader {
  readonly #traits: Trait[] = [];
  /** Colours that no clothes were named for. */
  readonly #loose: Claim[] = [];
  #pending: Claim[] = [];
  #clothes: readonly ('top' | 'bottom')[] | undefined;
  #denied = false;

  constructor(readonly tokens: readonly Token[]) {}

  read(held: readonly Trait[]): Trait[] {
    this.tokens.forEach((token, at) => {
      this.#step(token, at);
    });
    this.#settleLoose(held);
    return this.#traits;
  }

  #step({ word, term }: Token, at: number): void {
    if (this.#negates(word, at)) this.#denied = true;
    else if (breaks.has(word)) this.#denied = false;
    else if (word === 'and' && this.#beginsAnew(at)) this.#denied = false;
    else if (term?.kind === 'colour') this.#colour(term.value, at);
    else if (term) this.#noun(term, at);
    else if (word === 'long' || word === 'short') this.#length(word, at);
  }

  #negates(word: string, at: number): boolean {
    if (negations.has(word)) return !/^(?:sure|certain|only|just|really)$/.test(this.#word(at + 1));
    if (word === 'instead') return this.#word(at + 1) === 'of';
    if (word === 'rather') return this.#word(at + 1) === 'than';
    if (removed.has(word)) return owned.has(this.#word(at + 1));
    return removing.has(word) && this.tokens.slice(at + 1, at + 7).some((next) => next.word === 'off');
  }

  #beginsAnew(at: number): boolean {
    return beginning.has(this.#word(at + 1)) || this.tokens[at + 1]?.term?.kind === 'colour';
  }

  #word(at: number): string {
    return this.tokens[at]?.word ?? '';
  }

  #colour(value: string, at: number): void {
    const claim = { value, present: !this.#denied };
    const ahead = this.#nounAhead(at);
    if (ahead !== undefined) {
      this.#pending.push(claim);
      return;
    }
    const before = this.#word(at - 1);
    // "His shirt is blue and white" is a blue one.
    if (before === 'and' && !this.#denied && this.tokens[at - 2]?.term?.kind === 'colour') return;
    if (
      /^(?:all|dressed)$/.test(before) ||
      (before === 'in' && /^(?:all|entirely|completely|only)$/.test(this.#word(at - 2)))
    ) {
      this.#claim(['top', 'bottom'], claim);
    } else if (this.#clothes && (this.#denied || linking.has(before) || this.#linked(at))) {
      this.#claim(this.#clothes, claim);
    } else if (/^(?:in|wearing|wore)$/.test(before)) {
      this.#claim(['top'], claim);
    } else {
      this.#loose.push(claim);
    }
    this.#denied = false;
  }

  /** "The jacket was dark blue": a verb within a few words before the colour. */
  #linked(at: number): boolean {
    return [1, 2, 3, 4, 5].some((back) => /^(?:is|was|were|are|looked|looks)$/.test(this.#word(at - back)));
  }

  #nounAhead(at: number): Term | undefined {
    for (let next = at + 1; next <= at + reach && next < this.tokens.length; next++) {
      const { word, term } = this.tokens[next]!;
      if (breaks.has(word) || negations.has(word) || word === 'with') return undefined;
      if (term && term.kind !== 'colour' && term.kind !== 'values') return term;
    }
    return undefined;
  }

  #noun(term: Term, at: number): void {
    const present = !(this.#denied || this.#isOff(at));
    if (term.kind === 'thing') this.#traits.push({ name: term.name, value: 'yes', present });
    if (term.kind === 'values') this.#say(term.says, present !== (term.denied ?? false));
    if (term.kind === 'clothes') this.#dress(term, present);
    // "A red cap and jacket" says nothing of the jacket's colour.
    if (term.kind !== 'values') this.#pending = [];
    if (this.#denied && !/^(?:or|nor|and)$/.test(this.#word(at + 1)) && term.kind !== 'values')
      this.#denied = false;
    else if (this.#denied && term.kind === 'values' && !this.#nounFollows(at)) this.#denied = false;
  }

  #nounFollows(at: number): boolean {
    return this.tokens[at + 1]?.term !== undefined || /^(?:or|nor|and)$/.test(this.#word(at + 1));
  }

  #dress(term: Extract<Term, { kind: 'clothes' }>, present: boolean): void {
    this.#clothes = term.parts;
    const [colour] = this.#pending;
    if (colour) this.#claim(term.parts, { ...colour, present: colour.present && present });
    // "Not blue jeans" may be black ones.
    if (!colour || present) this.#say(term.says ?? [], present);
  }

  #isOff(at: number): boolean {
    for (let next = at + 1; next <= at + 4; next++) {
      const word = this.#word(next);
      if (word === 'off') return true;
      if (!beforeOff.has(word)) return false;
    }
    return false;
  }

  #length(word: 'long' | 'short', at: number): void {
    const near = [1, 2, 3].map((ahead) => this.#word(at + ahead));
    const end = near.findIndex((next) => breaks.has(next) || next === 'and');
    const names = end < 0 ? near : near.slice(0, end);
    if (names.some((next) => /^hair(?:ed)?$/.test(next)) || /^hair$/.test(this.#word(at - 2))) {
      this.#say([['hair', word]], !this.#denied);
    } else if (names.some((next) => /^sleeve/.test(next))) {
      this.#say([['sleeves', word]], !this.#denied);
    }
  }

  #say(says: readonly (readonly [AttributeName, string])[], present: boolean): void {
    for (const [name, value] of says) this.#traits.push({ name, value, present });
  }

  #claim(parts: readonly ('top' | 'bottom')[], { value, present }: Claim): void {
    for (const name of parts) this.#traits.push({ name, value, present });
  }

  /** "Blue, not black" is about what was black, or about the only clothes whose colour is known. */
  #settleLoose(held: readonly Trait[]): void {
    if (this.#loose.length === 0) return;
    const coloured = (traits: readonly Trait[]) =>
      traits.filter(({ name, present }) => present && (name === 'top' || name === 'bottom'));
    const here = [...new Set(coloured(this.#traits).map(({ name }) => name))];
    // "Not a green jacket, blue"
    const denied = this.#traits.find(
      ({ name, present }) => !present && (name === 'top' || name === 'bottom'),
    );
    const known = coloured(held);
    const named = known.find(({ value }) => this.#loose.some((claim) => claim.value === value));
    const only = new Set(known.map(({ name }) => name)).size === 1 ? known[0] : undefined;
    const name =
      here.length > 0
        ? here.length === 1 &&
          [...this.#loose, ...this.#traits.filter(({ name }) => name === here[0])].some(
            ({ present }) => !present,
          )
          ? here[0]
          : undefined
        : (denied ?? named ?? only)?.name;
    if (name === 'top' || name === 'bottom') for (const claim of this.#loose) this.#claim([name], claim);
  }
}

/** "Aged 30 to 40", "30-35" */
const span = /\b([1-8]\d)\s?(?:-|to|or|and|til|till)\s?([1-8]\d)\b(?!\s?(?:%|cm|kg|min|m\b|times|people|:))/i;
const years =
  /\b(\d{1,2})[ -]?(?:years?|yrs?|yo\b|y\/o)|\b(\d)0'?s\b|\baged? (?:about |around )?(\d{1,2})\b|\b([2-9]\d)(?:\s?\+|ish\b)|\b(?:over|above|(?:early|mid|late)[ -])\s?([3-9]\d)\b(?!\s?(?:%|cm|kg|min|m\b|times|people|:))|\b(twent|thirt|fort|fift|sixt|sevent|eight)ies\b/i;
const decades = ['twent', 'thirt', 'fort', 'fift', 'sixt', 'sevent', 'eight'];

function ageInYears(words: string): Trait[] {
  const stretch = span.exec(words);
  if (stretch && Number(stretch[2]) > Number(stretch[1]))
    return [ageTrait((Number(stretch[1]) + Number(stretch[2])) / 2)];
  const match = years.exec(words);
  if (!match) return [];
  const [, exact, decade, aged, more, about, inWords] = match;
  const tens = inWords === undefined ? decade : decades.indexOf(inWords.toLowerCase()) + 2;
  const over = /\b(?:over|above)\b/i.test(match[0]) || more !== undefined ? 5 : 0;
  const age = tens === undefined ? Number(exact ?? aged ?? more ?? about) + over : Number(tens) * 10 + 5;
  return [ageTrait(age)];
}

function ageTrait(years: number): Trait {
  const value = years < 13 ? 'child' : years < 20 ? 'teenager' : years < 65 ? 'adult' : 'elderly';
  return { name: 'age', value, present: true };
}
