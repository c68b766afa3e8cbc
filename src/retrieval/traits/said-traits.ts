/** What was said of the person in one search, ready to weigh its candidates. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Trait } from '../../foundation/person-attributes.ts';
import type { GalleryStore } from '../../gallery/gallery-store.ts';
import type { QueryKind } from '../query.ts';
import type { AttributeProbes } from './attribute-probes.ts';
import { GalleryPriors } from './gallery-priors.ts';
import { tellableTraits, traitWeigher } from './trait-evidence.ts';

/**
 * Hits of the filter that are weighed anew. Words are a weak filter: a description's person is often behind the first hundreds,
 * where what was said could bring nobody forward.
 */
export const weighedHits = 5000;

/** Natural-log likelihood ratio of all that was said, for each picture's embedding; 0 for one that has none. */
export type VectorWeigher = (vectors: readonly (Float32Array | undefined)[]) => Promise<number[]>;

/** Some milliseconds of work: then others have their turn. */
const vectorsAtOnce = 250;

export class SaidTraits {
  readonly #priors: GalleryPriors;

  constructor(
    store: GalleryStore,
    private readonly probes: AttributeProbes,
  ) {
    this.#priors = new GalleryPriors(store, probes);
  }

  /** @returns undefined where nothing was said that the probes can tell: the search is then what it was without */
  async of(
    gallery: string,
    space: string,
    kind: QueryKind,
    traits: readonly Trait[],
  ): Promise<VectorWeigher | undefined> {
    const { probes } = this;
    const said = tellableTraits(probes, traits);
    if (said.length === 0) return undefined;
    const priors = await this.#priors.of(gallery, space);
    const weigh = traitWeigher(probes, said, priors, probes.weight(kind));
    return async (vectors) => {
      const ratios: number[] = [];
      for (const [at, vector] of vectors.entries()) {
        if (at % vectorsAtOnce === vectorsAtOnce - 1) await nextTurn();
        ratios.push(vector === undefined ? 0 : weigh((name) => probes.distribution(vector, name)));
      }
      return ratios;
    };
  }
}
