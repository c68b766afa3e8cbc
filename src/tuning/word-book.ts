/** Words about people, right and wrong ones: from the sentences of people and from the grammar of attributes. */
import { type AttributeName, type PersonAttributes, presences } from '../foundation/person-attributes.ts';
import { contradicts, type Description, describeInWords, nameable } from './caption-grammar.ts';
import type { Draws } from './draws.ts';
import type { Rivals } from './rivals.ts';
import type { Roster, TuningPicture } from './roster.ts';

export type WordSource = 'people' | 'attributes';

/** How often a sentence of people is taken where attributes are there, too. */
const peopleShare = 0.5;
/** Of a picture's own sentences and its person's, how often one of its own. */
const ownShare = 0.7;

export class WordBook {
  /** Pictures that something can be said about. */
  readonly described: readonly TuningPicture[];
  /** Pictures of whom attributes can be named. */
  readonly attributed: readonly TuningPicture[];
  readonly #captioned: readonly TuningPicture[];

  constructor(readonly roster: Roster) {
    this.attributed = roster.pictures.filter((picture) => {
      const attributes = roster.attributes(picture);
      return attributes !== undefined && nameable(attributes).length >= 2;
    });
    this.#captioned = roster.pictures.filter((picture) => this.#sentences(picture).length > 0);
    const all = new Set([...this.attributed, ...this.#captioned]);
    this.described = roster.pictures.filter((picture) => all.has(picture));
  }

  source(picture: TuningPicture, draws: Draws): WordSource | undefined {
    const people = this.#sentences(picture).length > 0;
    const attributes = this.#attributes(picture) !== undefined;
    if (people && attributes) return draws.chance(peopleShare) ? 'people' : 'attributes';
    return people ? 'people' : attributes ? 'attributes' : undefined;
  }

  /** Words that fit the picture. */
  right(
    picture: TuningPicture,
    source: WordSource,
    draws: Draws,
    { style = draws.chance(0.5) ? 'caption' : 'clue', count = draws.between(1, 6) }: WordStyle = {},
  ): Description | undefined {
    if (source === 'people') {
      const own = picture.captions.length > 0 && draws.chance(ownShare);
      const words = own ? picture.captions : this.#sentences(picture);
      return words.length === 0 ? undefined : { words: draws.pick(words) };
    }
    const attributes = this.#attributes(picture);
    return attributes === undefined ? undefined : describeInWords(attributes, count, draws, style);
  }

  /**
   * Words from the same source that do not fit the picture: somebody else's, or its own with one or two things changed.
   *
   * @returns undefined where none were found that are known to be wrong
   */
  wrong(
    picture: TuningPicture,
    source: WordSource,
    rivals: Rivals,
    draws: Draws,
    style: WordStyle = {},
  ): Description | undefined {
    if (source === 'people') {
      const [other] = rivals.drawn(picture, 1, draws, (one) => this.#sentences(one).length > 0);
      const owner = other ?? this.#anotherCaptioned(picture, draws);
      return owner === undefined ? undefined : this.right(owner, 'people', draws);
    }
    const attributes = this.#attributes(picture);
    if (attributes === undefined) return undefined;
    for (let tries = 0; tries < 8; tries++) {
      const [other] = rivals.drawn(picture, 1, draws, (one) => this.#attributes(one) !== undefined);
      if (other === undefined) return undefined;
      const theirs = this.#attributes(other)!;
      const said = draws.chance(0.5) ? withChanges(attributes, theirs, draws) : theirs;
      const { style: form, count = draws.between(1, 6) } = style;
      const words = describeInWords(said, count, draws, form ?? (draws.chance(0.5) ? 'caption' : 'clue'));
      if (words?.claims !== undefined && contradicts(words.claims, attributes)) return words;
    }
    return undefined;
  }

  /** Whether the words are known not to be about this picture of somebody else. */
  excludes(words: Description, picture: TuningPicture): boolean {
    return words.claims === undefined || contradicts(words.claims, this.#attributes(picture));
  }

  #anotherCaptioned(picture: TuningPicture, draws: Draws): TuningPicture | undefined {
    for (let tries = 0; tries < 20 && this.#captioned.length > 0; tries++) {
      const other = draws.pick(this.#captioned);
      if (other.person !== picture.person) return other;
    }
    return undefined;
  }

  #attributes(picture: TuningPicture): PersonAttributes | undefined {
    return this.roster.attributes(picture);
  }

  #sentences(picture: TuningPicture): readonly string[] {
    const { captions } = this.roster.person(picture);
    return captions.length > 0 ? captions : picture.captions;
  }
}

export interface WordStyle {
  readonly style?: 'caption' | 'clue';
  /** Attributes that are named. */
  readonly count?: number;
}

/** One or two attributes as somebody else has them: the nearest that wrong words come to right ones. */
function withChanges(own: PersonAttributes, theirs: PersonAttributes, draws: Draws): PersonAttributes {
  const different = (Object.keys(theirs) as AttributeName[]).filter(
    // What they do not carry is nothing that words could claim wrongly.
    (name) =>
      own[name] !== undefined &&
      own[name] !== theirs[name] &&
      !(presences.has(name) && theirs[name] === 'no'),
  );
  const changed = draws.sample(different, draws.between(1, 2));
  // Where only the changed things are named, they are at least named: few words stay wrong.
  const kept = draws.sample(
    (Object.keys(own) as AttributeName[]).filter((name) => !changed.includes(name)),
    draws.between(0, 4),
  );
  return Object.fromEntries([
    ...kept.map((name) => [name, own[name]!]),
    ...changed.map((name) => [name, theirs[name]!]),
  ]);
}
