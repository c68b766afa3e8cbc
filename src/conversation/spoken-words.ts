/** Words of a clue without those that do not hold any more, or that say what the person does not have. */
import type { Trait } from '../foundation/person-attributes.ts';
import { plainTrait } from '../retrieval/traits/trait-words.ts';
import type { Clue } from './dialogue-state.ts';
import { colourWords, termOf } from './interpreter/trait-words.ts';
import { traitsOf } from './interpreter/traits.ts';

/** A phrase begins here: "man | in a blue jacket | with a bag, | no hat". */
const seam =
  /(?<=[,;.])\s*|\s+(?=(?:in|with|wearing|wears|carrying|carries|but|and|without|no|not|had|has)\b)/i;
const lead = /^(?:(?:and|but|,|;)\s*)+/i;
const tail = /(?:[\s,;]|\band\b|\bbut\b)+$/i;

/** @returns the words without what is said of traits that are gone; as written where that is nothing */
export function wordsWithout(words: string, gone: (trait: Trait) => boolean): string {
  return phraseByPhrase(words, (phrase) => {
    const traits = traitsOf(phrase);
    const lost = traits.filter(gone);
    if (lost.length === traits.length) return lost.length > 0 ? '' : phrase;
    // A phrase that says more than that loses the word only: "a red long-sleeved top".
    return lost.reduce((left, { value }) => left.replace(new RegExp(`\\b${value}\\b\\s*`, 'i'), ''), phrase);
  });
}

const anyColour = new RegExp(`\\b${colourWords}(?![\\w-])`, 'gi');
const besideColours = new Set(
  "a an the it it's its was is were are not no but and or rather actually sorry i mean meant more like one think maybe in of than make that instead wearing he she they had colour color".split(
    ' ',
  ),
);

/**
 * "Not red, blue" after "a red jacket": the clues with that colour put right, a blue jacket; undefined where the newer clue is
 * of no colour that was said, or says more than colours.
 */
export function recoloured(clues: readonly Clue[], newer: Clue): readonly Clue[] | undefined {
  const [colour, ...more] = newer.traits.filter(({ present }) => present);
  if (colour === undefined || more.length > 0 || !saysColoursOnly(newer.words)) return undefined;
  const shade = [...newer.words.matchAll(anyColour)].find(([, word]) => isColour(word, colour.value));
  const other = ({ name, value, present }: Trait) =>
    present && name === colour.name && value !== colour.value;
  const older = clues.find(({ traits }) => traits.some(other));
  if (shade === undefined || older === undefined) return undefined;
  const words = phraseByPhrase(older.words, (phrase) => {
    const wrong = traitsOf(phrase).find(other);
    if (wrong === undefined) return phrase;
    return phrase.replace(anyColour, (said, word) => (isColour(word, wrong.value) ? shade[0] : said));
  });
  if (words === older.words) return undefined;
  const put = { messageId: newer.messageId, words, traits: traitsOf(words) };
  return clues.map((clue) => (clue === older ? put : clue));
}

function saysColoursOnly(words: string): boolean {
  const rest = words.replace(anyColour, ' ').toLowerCase();
  return (rest.match(/[\p{L}\p{N}']+/gu) ?? []).every((word) => besideColours.has(word));
}

function isColour(word: string | undefined, value: string): boolean {
  const term = termOf(word?.toLowerCase() ?? '');
  return term?.kind === 'colour' && term.value === value;
}

/** @returns the words without the phrases that say this, in these words or in others that mean the same trait */
export function wordsWithoutSaid(words: string, said: string): string {
  const [text, meant] = [said.trim().toLowerCase(), traitsOf(said)];
  return phraseByPhrase(words, (phrase) => {
    const traits = traitsOf(phrase);
    const same = traits.length > 0 && traits.every((one) => includes(meant, one));
    return same || phrase.toLowerCase().includes(text) ? '' : phrase;
  });
}

export function includes(traits: readonly Trait[], { name, value }: Trait): boolean {
  return traits.some((one) => one.name === name && one.value === value);
}

function phraseByPhrase(words: string, change: (phrase: string) => string): string {
  const phrases = words.split(seam);
  const kept = phrases.map(change);
  if (kept.every((phrase, at) => phrase === phrases[at])) return words;
  return kept
    .filter((phrase) => phrase !== '')
    .join(' ')
    .replace(lead, '')
    .replace(tail, '')
    .trim();
}

/** What the person does have: the filter cannot tell "no hat" from "hat". */
export function affirmedWords(words: string): string {
  return wordsWithout(words, ({ present }) => !present);
}

/** Whether both cannot be true of one person. */
export function contradicts(newer: Trait, older: Trait): boolean {
  const [a, b] = [plainTrait(newer), plainTrait(older)];
  if (a.name !== b.name) return false;
  return a.present && b.present ? a.value !== b.value : a.value === b.value && a.present !== b.present;
}
