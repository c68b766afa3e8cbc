/** What can be said of a pedestrian in short phrases: one table for tuning, questions and the reading of replies. */

/** In the order in which phrases are listed. Everything visible on a pedestrian crop; the set of Lin et al. 2019. */
export const attributeNames = [
  'gender',
  'age',
  'hair',
  'hat',
  'top',
  'sleeves',
  'bottom',
  'legwear',
  'backpack',
  'bag',
  'handbag',
] as const;

export type AttributeName = (typeof attributeNames)[number];

/** Values by name; what is unknown is absent. Things carried and the hat are `yes` or `no`, top and bottom a colour. */
export type PersonAttributes = Readonly<Partial<Record<AttributeName, string>>>;

/** Something said of a person that can be true or not: `hat=yes`, `top=red`, and with `present: false` its denial. */
export interface Trait {
  readonly name: AttributeName;
  readonly value: string;
  readonly present: boolean;
}

/** Attributes that are `yes` or `no`: only the presence has a phrase, as an absent bag is not seen. */
export const presences: ReadonlySet<AttributeName> = new Set(['hat', 'backpack', 'bag', 'handbag']);

/** Values of the attributes that have a closed set of them; colours are open. */
export const attributeValues = {
  gender: ['man', 'woman'],
  age: ['child', 'teenager', 'adult', 'elderly'],
  hair: ['short', 'long'],
  sleeves: ['short', 'long'],
  legwear: ['trousers', 'shorts', 'skirt', 'long skirt', 'dress'],
} as const;

const nouns: Readonly<Partial<Record<AttributeName, string>>> = {
  hair: 'hair',
  top: 'top',
  sleeves: 'sleeves',
  bottom: 'bottom',
};

/** `white top`, `long hair`, `backpack`; undefined for an absent thing (`no`). */
export function attributePhrase(name: AttributeName, value: string): string | undefined {
  if (presences.has(name)) return value === 'yes' ? name : undefined;
  const noun = nouns[name];
  return noun === undefined ? value : `${value} ${noun}`;
}

/** All phrases of a person in the order of {@link attributeNames}. */
export function attributePhrases(attributes: PersonAttributes): string[] {
  return attributeNames.flatMap((name) => {
    const value = attributes[name];
    const phrase = value === undefined ? undefined : attributePhrase(name, value);
    return phrase === undefined ? [] : [phrase];
  });
}

/** The reply to prompts/attributes.md: `woman; adult; long hair; white top; backpack`. */
export function attributeReply(attributes: PersonAttributes): string {
  return attributePhrases(attributes).join('; ') || nothing;
}

/** Reads {@link attributeReply}; phrases that are none of the table are left out, things not named are absent. */
export function parseAttributeReply(reply: string): PersonAttributes {
  return Object.fromEntries(
    reply.split(';').flatMap((phrase) => {
      const found = readPhrase(phrase.trim().toLowerCase());
      return found === undefined ? [] : [found];
    }),
  );
}

export interface AttributeComparison {
  readonly common: PersonAttributes;
  readonly first: PersonAttributes;
  readonly second: PersonAttributes;
}

/** What two people share and what only one shows; an attribute unknown of either is in none of the three. */
export function compareAttributes(first: PersonAttributes, second: PersonAttributes): AttributeComparison {
  const known = attributeNames.filter((name) => first[name] !== undefined && second[name] !== undefined);
  const pick = (from: PersonAttributes, same: boolean): PersonAttributes =>
    Object.fromEntries(
      known.filter((name) => (first[name] === second[name]) === same).map((name) => [name, from[name]!]),
    );
  return { common: pick(first, true), first: pick(first, false), second: pick(second, false) };
}

/** The reply to prompts/compare.md (paper, figure 4): three lines, `Common: ...`, `First: ...`, `Second: ...`. */
export function comparisonReply({ common, first, second }: AttributeComparison): string {
  return `Common: ${attributeReply(common)}\nFirst: ${attributeReply(first)}\nSecond: ${attributeReply(second)}`;
}

/** Reads {@link comparisonReply}; a line that is not there is empty. */
export function parseComparisonReply(reply: string): AttributeComparison {
  const line = (title: string): PersonAttributes =>
    parseAttributeReply(new RegExp(`^\\s*${title}:(.*)$`, 'im').exec(reply)?.[1] ?? '');
  return { common: line('Common'), first: line('First'), second: line('Second') };
}

const nothing = 'none';

function readPhrase(phrase: string): readonly [AttributeName, string] | undefined {
  for (const [name, values] of Object.entries(attributeValues)) {
    const value = values.find((one) => attributePhrase(name as AttributeName, one) === phrase);
    if (value !== undefined) return [name as AttributeName, value];
  }
  const present = [...presences].find((name) => name === phrase);
  if (present !== undefined) return [present, 'yes'];
  const [, colour, part] = /^(.+) (top|bottom)$/.exec(phrase) ?? [];
  return colour === undefined ? undefined : [part as 'top' | 'bottom', colour];
}
