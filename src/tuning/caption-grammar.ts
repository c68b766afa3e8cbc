/** Captions out of attributes, in varied syntax: full sentences, inverted ones, fragments (paper section 3.1). */
import {
  type AttributeName,
  attributeNames,
  type PersonAttributes,
  presences,
} from '../foundation/person-attributes.ts';
import { anyone, namingWeights, type Pieces, piecesOf } from './caption-words.ts';
import type { Draws } from './draws.ts';

export interface Description {
  readonly words: string;
  /** What the words claim: whom they fit can be told from it. Absent for the words of people. */
  readonly claims?: PersonAttributes;
}

/** Attributes that words can affirm: nobody describes a person by the hat that is not there. */
export function nameable(attributes: PersonAttributes): AttributeName[] {
  return attributeNames.filter((name) => {
    const value = attributes[name];
    return value !== undefined && !(presences.has(name) && value === 'no');
  });
}

/**
 * @param count attributes that are named; fewer where fewer are known
 * @returns undefined where nothing can be said
 */
export function describeInWords(
  attributes: PersonAttributes,
  count: number,
  draws: Draws,
  style: 'caption' | 'clue' = 'caption',
): Description | undefined {
  let rest = nameable(attributes);
  if (rest.length === 0) return undefined;
  const claims: Partial<Record<AttributeName, string>> = {};
  for (let named = 0; named < count && rest.length > 0; named++) {
    const next = draws.weighted(
      rest,
      rest.map((name) => namingWeights[name]),
    );
    claims[next] = attributes[next]!;
    rest = rest.filter((name) => name !== next);
  }
  const pieces = piecesOf(claims, (words) => draws.pick(words));
  const words = style === 'caption' ? sentence(pieces, claims, draws) : clue(pieces, claims, draws);
  return { words, claims };
}

/** Whether words with these claims may be about this person: nothing known contradicts them. */
export function fits(claims: PersonAttributes, attributes: PersonAttributes): boolean {
  return Object.entries(claims).every(([name, value]) => {
    const known = attributes[name as AttributeName];
    return known === undefined || known === value;
  });
}

/** Whether something that is known contradicts the claims; of a person of whom nothing is known, never. */
export function contradicts(claims: PersonAttributes, attributes: PersonAttributes | undefined): boolean {
  return attributes !== undefined && !fits(claims, attributes);
}

function sentence(pieces: Pieces, claims: PersonAttributes, draws: Draws): string {
  const worn = draws.shuffled([pieces.top, pieces.bottom, pieces.hat].filter((piece) => piece !== undefined));
  const things = pieces.carried.map(article);
  const pronoun = claims.gender === 'woman' ? 'She' : claims.gender === 'man' ? 'He' : 'The person';
  const who = pieces.who;
  const clothes = listed(worn.map(article));
  const hair = pieces.hair;
  const bags = things.join(' and ');
  const forms: (() => string)[] = [
    // A woman with long hair wearing a white top and blue shorts, carrying a backpack.
    () =>
      [
        `${article(who)}${hair ? ` with ${hair}` : ''}`,
        clothes && ` ${draws.pick(['wearing', 'in', 'dressed in'])} ${clothes}`,
        bags && `${draws.pick([', carrying ', ' and carrying ', ' with '])}${bags}`,
      ].join(''),
    // The woman wears a white top. She has long hair and carries a backpack.
    () => {
      const about = [hair && `has ${hair}`, bags && `${draws.pick(['carries', 'has'])} ${bags}`].filter(
        Boolean,
      );
      const first = clothes
        ? `${draws.pick(['The', 'This'])} ${one(who)} ${draws.pick(['wears', 'is wearing', 'is dressed in'])} ${clothes}`
        : `${draws.pick(['This is', 'We see'])} ${article(who)}`;
      return about.length === 0 ? first : `${first}. ${pronoun} ${about.join(' and ')}`;
    },
    // Wearing a white top and blue shorts, a woman with long hair carries a backpack.
    () =>
      clothes
        ? `${draws.pick(['Wearing', 'Dressed in', 'In'])} ${clothes}, ${article(who)}${hair ? ` with ${hair}` : ''}${bags ? ` carries ${bags}` : draws.pick([' walks', ' is seen', ''])}`
        : `${article(who)}${hair ? ` with ${hair}` : ''}${bags ? ` carrying ${bags}` : ''}`,
    // Woman, white top, blue shorts, backpack.
    () => draws.shuffled([who, ...worn, ...(hair ? [hair] : []), ...pieces.carried]).join(', '),
  ];
  const text = draws.weighted(forms, [4, 3, 2, 1])();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What a searcher types: `red top, backpack`, `man in a red top`, `person wearing blue shorts`. */
function clue(pieces: Pieces, claims: PersonAttributes, draws: Draws): string {
  const worn = draws.shuffled([pieces.top, pieces.bottom, pieces.hat].filter((piece) => piece !== undefined));
  const things = pieces.carried;
  const named = claims.gender !== undefined || claims.age !== undefined;
  const who = named ? pieces.who : draws.pick(anyone);
  if (draws.chance(0.4)) {
    const all = draws.shuffled([
      ...(named ? [who] : []),
      ...worn,
      ...(pieces.hair ? [pieces.hair] : []),
      ...things,
    ]);
    return all.join(draws.pick([', ', ', ', ' and ', ' ']));
  }
  const parts = [
    worn.length > 0 && `${draws.pick([' in ', ' wearing ', ' with '])}${worn.map(article).join(' and ')}`,
    things.length > 0 && `${draws.pick([' with ', ' carrying '])}${things.map(article).join(' and ')}`,
  ];
  const text = `${article(who)}${pieces.hair ? ` with ${pieces.hair}` : ''}${parts.filter(Boolean).join('')}`;
  return draws.chance(0.5) ? text : text.replace(/^an? /, '');
}

/** a, b and c */
function listed(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' and ');
}

const plural = /^(?:\S+ )*(?:shorts|trousers|pants|jeans|bottoms|clothes|tights)$/;

function article(words: string): string {
  if (words === 'someone' || plural.test(words)) return words;
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
}

function one(who: string): string {
  return who === 'someone' ? 'person' : who;
}
