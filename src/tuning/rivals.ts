/** Who is taken for whom: other pictures of a person, and pictures of others, those that the filter confuses first. */
import type { Draws } from './draws.ts';
import type { Roster, TuningPicture } from './roster.ts';

/** What the filter has seen; absent where tuning data is made without a model. */
export interface Neighbours {
  /** Pictures of other people that look most alike, the likest first. */
  of(picture: TuningPicture): readonly TuningPicture[];
  /** -1 to 1. */
  similarity(one: TuningPicture, other: TuningPicture): number;
}

/** Of two pictures of a person, how often the other camera's is taken where there is one: the case that is searched for. */
const acrossCameras = 0.85;
/** Of pictures of others that are drawn at large, how many come from the same data set: another set is told by its look. */
const sameSet = 0.8;

export class Rivals {
  readonly #bySet = new Map<string, TuningPicture[]>();

  constructor(
    readonly roster: Roster,
    readonly neighbours: Neighbours | undefined,
    /** 0 to 1: how many of the others are drawn from the filter's confusions. */
    readonly hardShare: number,
  ) {
    for (const picture of roster.pictures) {
      const set = setOf(picture);
      const known = this.#bySet.get(set);
      if (known) known.push(picture);
      else this.#bySet.set(set, [picture]);
    }
  }

  /** Up to `count` different other pictures of the person. */
  others(of: TuningPicture, count: number, draws: Draws, accept = anyPicture): TuningPicture[] {
    const rest = draws.shuffled(
      this.roster.person(of).pictures.filter((picture) => picture !== of && accept(picture)),
    );
    const far = rest.filter(({ camera }) => camera !== of.camera || camera === undefined);
    const near = rest.filter(({ camera }) => camera === of.camera && camera !== undefined);
    const found: TuningPicture[] = [];
    while (found.length < count && far.length + near.length > 0) {
      const first = near.length === 0 || (far.length > 0 && draws.chance(acrossCameras)) ? far : near;
      found.push(first.pop()!);
    }
    return found;
  }

  /**
   * Up to `count` different pictures of other people.
   *
   * @param accept what may not be a rival, e.g. a person whom the words fit, too
   */
  drawn(of: TuningPicture, count: number, draws: Draws, accept = anyPicture): TuningPicture[] {
    const found = new Set<TuningPicture>();
    const near = this.neighbours?.of(of) ?? [];
    const set = this.#bySet.get(setOf(of)) ?? [];
    for (let tries = 0; found.size < count && tries < count * 40; tries++) {
      const hard = near.length > 0 && draws.chance(this.hardShare);
      const pool = hard ? near : draws.chance(sameSet) ? set : this.roster.pictures;
      // The likest third is drawn twice as often as the rest.
      const picture =
        hard && draws.chance(0.5) ? pool[draws.between(0, Math.floor(pool.length / 3))]! : draws.pick(pool);
      if (picture.person !== of.person && accept(picture)) found.add(picture);
    }
    return [...found];
  }

  /** The likest to the query first; as they are where there is no filter. */
  bySimilarity(query: TuningPicture, pictures: readonly TuningPicture[]): TuningPicture[] {
    const { neighbours } = this;
    if (neighbours === undefined) return [...pictures];
    const order = pictures.map((picture) => ({ picture, score: neighbours.similarity(query, picture) }));
    return order.sort((a, b) => b.score - a.score).map(({ picture }) => picture);
  }
}

function setOf({ person }: TuningPicture): string {
  return person.slice(0, person.indexOf('/'));
}

function anyPicture(_: TuningPicture): boolean {
  return true;
}
