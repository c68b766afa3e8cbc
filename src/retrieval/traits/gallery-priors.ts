/** How common each attribute is in a gallery, from an even sample of its pictures. */
import type { GalleryStore } from '../../gallery/gallery-store.ts';
import type { AttributeProbes } from './attribute-probes.ts';
import { type AttributePriors, priorsOf } from './trait-evidence.ts';

/** Stretches of neighbouring registrations, spread over the gallery: some 500 pictures give a share to within 5 %. */
const stretches = 16;
const stretchLength = 32;

/** Remembers one answer a gallery and space, until its number of pictures changes. */
export class GalleryPriors {
  readonly #known = new Map<string, { readonly pictures: number; readonly priors: AttributePriors }>();

  constructor(
    private readonly store: GalleryStore,
    private readonly probes: AttributeProbes,
  ) {}

  /** @throws ChatReidError GALLERY_UNKNOWN */
  async of(gallery: string, space: string): Promise<AttributePriors> {
    const { indexed } = await this.store.indexed(gallery, space);
    const key = JSON.stringify([gallery, space]);
    const known = this.#known.get(key);
    if (known?.pictures === indexed) return known.priors;
    const ids: string[] = [];
    const step = Math.max(stretchLength, Math.floor(indexed / stretches));
    for (let offset = 0; offset < Math.max(1, indexed); offset += step) {
      const some = await this.store.list(gallery, { offset, limit: stretchLength });
      ids.push(...some.map(({ pictureId }) => pictureId));
    }
    const vectors = (await this.store.vectors(space, ids)).filter((vector) => vector !== undefined);
    const priors = priorsOf(this.probes, vectors);
    this.#known.set(key, { pictures: indexed, priors });
    return priors;
  }
}
