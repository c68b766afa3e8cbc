/** Traits as the probes know them and as people read them: synonyms of colours, denials, phrases. */
import { attributePhrase, presences, type Trait } from '../../foundation/person-attributes.ts';

/** Colours that people name, by the few that a crop of 64 pixels can be told apart in. */
const colours: Readonly<Record<string, string>> = {
  grey: 'gray',
  silver: 'gray',
  navy: 'blue',
  'dark blue': 'blue',
  'light blue': 'blue',
  burgundy: 'red',
  maroon: 'red',
  'dark red': 'red',
  olive: 'green',
  khaki: 'green',
  'dark green': 'green',
  'light green': 'green',
  violet: 'purple',
  tan: 'brown',
};

/** One way to say each thing: `hat=no` is the denial of a hat, a navy top is a blue one. */
export function plainTrait({ name, value, present }: Trait): Trait {
  const word = value.trim().toLowerCase();
  if (presences.has(name) && word === 'no') return { name, value: 'yes', present: !present };
  if (name === 'top' || name === 'bottom') return { name, value: colours[word] ?? word, present };
  return { name, value: word, present };
}

/** `red top`, `backpack`, `no hat`, `not a man` */
export function traitPhrase(trait: Trait): string {
  const { name, value, present } = plainTrait(trait);
  const phrase = attributePhrase(name, value) ?? value;
  if (present) return phrase;
  if (name === 'gender' || name === 'age') return value === 'elderly' ? 'not elderly' : `not ${an(value)}`;
  return `no ${phrase}`;
}

/** With its article: `a man`, `an adult`. */
export function an(words: string): string {
  return /^[aeiou]/i.test(words) ? `an ${words}` : `a ${words}`;
}
