/** The people to train on: their pictures, what is known of them, and nobody who is held out. */
import type { PersonAttributes } from '../foundation/person-attributes.ts';

export interface TuningPicture {
  /** Absolute path. */
  readonly path: string;
  /** `market1501/0002`: data set and person. */
  readonly person: string;
  readonly camera?: string;
  readonly clothes?: string;
  /** Sentences about this very picture. */
  readonly captions: readonly string[];
  /** Of this picture, where they differ from the person's. */
  readonly attributes?: PersonAttributes;
}

export interface TuningPerson {
  readonly id: string;
  readonly pictures: readonly TuningPicture[];
  /** Sentences about the person that no single picture owns, and those of all pictures. */
  readonly captions: readonly string[];
  readonly attributes?: PersonAttributes;
}

/** Order is that of the sources: the same input gives the same output. */
export class Roster {
  readonly people: readonly TuningPerson[];
  readonly pictures: readonly TuningPicture[];
  readonly #byId: ReadonlyMap<string, TuningPerson>;

  constructor(people: readonly TuningPerson[]) {
    this.people = people.filter(({ pictures }) => pictures.length > 0);
    this.pictures = this.people.flatMap(({ pictures }) => pictures);
    this.#byId = new Map(this.people.map((person) => [person.id, person]));
  }

  person(picture: TuningPicture): TuningPerson {
    return this.#byId.get(picture.person)!;
  }

  has(person: string): boolean {
    return this.#byId.has(person);
  }

  attributes(picture: TuningPicture): PersonAttributes | undefined {
    return picture.attributes ?? this.person(picture).attributes;
  }

  /** Only pictures that `keep` lets through. */
  filtered(keep: (picture: TuningPicture) => boolean): Roster {
    return new Roster(this.people.map((person) => ({ ...person, pictures: person.pictures.filter(keep) })));
  }
}
