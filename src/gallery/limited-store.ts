/** A gallery store as somebody sees it who may not see all of it: what is outside is not there. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChatReidError } from '../foundation/error.ts';
import { type GalleryLimits, isUnlimited, isWithin, scopeWithin } from './gallery-limits.ts';
import {
  type GalleryStore,
  type GallerySummary,
  galleryUnknown,
  type PictureRecord,
  pictureUnknown,
  type Scope,
  type SearchOutcome,
} from './gallery-store.ts';

/** What of a gallery may be seen; 'none' where that is nothing, not even that it is there. */
export type LimitsOf = (gallery: string) => GalleryLimits | 'none';

/** Some milliseconds of looking which galleries have a picture: then others have their turn. */
const lookedAtOnce = 500;

/** A view: what it looks at is closed by whoever opened it. */
export function limitedStore(store: GalleryStore, limitsOf: LimitsOf): GalleryStore {
  return new LimitedStore(store, limitsOf);
}

class LimitedStore implements GalleryStore {
  constructor(
    private readonly whole: GalleryStore,
    private readonly limitsOf: LimitsOf,
  ) {}

  async galleries(): Promise<GallerySummary[]> {
    const all = await this.whole.galleries();
    const seen = await Promise.all(
      all.map(async (summary) => {
        const limits = this.limitsOf(summary.name);
        if (limits === 'none') return undefined;
        return isUnlimited(limits) ? summary : this.whole.summary(summary.name, limits).catch(gone);
      }),
    );
    return seen.filter((summary) => summary !== undefined);
  }

  async summary(gallery: string, scope?: Scope): Promise<GallerySummary> {
    const within = this.#scope(gallery, scope);
    if (within !== 'nothing') return this.whole.summary(gallery, within);
    const { name } = await this.whole.summary(gallery);
    return { name, pictures: 0, persons: 0, cameras: [], places: [], spaces: [] };
  }

  async indexed(gallery: string, space: string, scope?: Scope) {
    const within = this.#scope(gallery, scope);
    const all = this.whole.indexed(gallery, space, within === 'nothing' ? undefined : within);
    return within === 'nothing' ? all.then(() => ({ pictures: 0, indexed: 0 })) : all;
  }

  async galleriesOf(pictureIds: readonly string[]): Promise<string[][]> {
    const named = await this.whole.galleriesOf(pictureIds);
    const seen = new Map<string, Set<string>>();
    for (const gallery of new Set(named.flat())) {
      const inIt = pictureIds.filter((_, at) => named[at]?.includes(gallery));
      seen.set(gallery, await this.#seenIn(gallery, inIt));
    }
    return pictureIds.map((id, at) => (named[at] ?? []).filter((gallery) => seen.get(gallery)?.has(id)));
  }

  async missingVectors(gallery: string, space: string): Promise<string[]> {
    this.#limits(gallery);
    const missing = await this.whole.missingVectors(gallery, space);
    const seen = await this.#seenIn(gallery, missing);
    return missing.filter((id) => seen.has(id));
  }

  async vectors(space: string, pictureIds: readonly string[]): Promise<(Float32Array | undefined)[]> {
    const seen: string[] = [];
    for (let from = 0; from < pictureIds.length; from += lookedAtOnce) {
      const some = pictureIds.slice(from, from + lookedAtOnce);
      const galleries = await this.galleriesOf(some);
      seen.push(...some.filter((_, at) => galleries[at]!.length > 0));
      await nextTurn();
    }
    const vectors = await this.whole.vectors(space, seen);
    const known = new Map(seen.map((id, at) => [id, vectors[at]]));
    return pictureIds.map((id) => known.get(id));
  }

  async list(
    gallery: string,
    options: { scope?: Scope; offset?: number; limit?: number } = {},
  ): Promise<PictureRecord[]> {
    const scope = this.#scope(gallery, options.scope);
    if (scope === 'nothing') return this.whole.list(gallery, { limit: 0 });
    return this.whole.list(gallery, { ...options, ...(scope ? { scope } : {}) });
  }

  async record(gallery: string, pictureId: string): Promise<PictureRecord | undefined> {
    return (await this.records(gallery, [pictureId]))[0];
  }

  async records(gallery: string, pictureIds: readonly string[]): Promise<(PictureRecord | undefined)[]> {
    const limits = this.#limits(gallery);
    const records = await this.whole.records(gallery, pictureIds);
    return records.map((record) => (record && isWithin(limits, record) ? record : undefined));
  }

  async path(pictureId: string): Promise<string> {
    const [galleries] = await this.galleriesOf([pictureId]);
    if (!galleries?.length) throw pictureUnknown(pictureId);
    return this.whole.path(pictureId);
  }

  async search(gallery: string, query: Parameters<GalleryStore['search']>[1]): Promise<SearchOutcome> {
    const scope = this.#scope(gallery, query.scope);
    if (scope !== 'nothing') return this.whole.search(gallery, { ...query, ...(scope ? { scope } : {}) });
    await this.whole.indexed(gallery, query.space);
    return { hits: [], of: 0, kept: 0 };
  }

  /** @throws ChatReidError ACCESS_DENIED for a record outside, also where it is about a picture that is kept already */
  async add(
    gallery: string,
    pictures: readonly { readonly record: PictureRecord; readonly bytes: Uint8Array }[],
  ): Promise<number> {
    const limits = this.limitsOf(gallery);
    if (limits === 'none') throw denied(`Pictures cannot be put into the gallery "${gallery}".`);
    if (!isUnlimited(limits)) {
      const ids = pictures.map(({ record }) => record.pictureId);
      const kept = await this.whole.records(gallery, ids).catch(gone);
      for (const [at, { record }] of pictures.entries()) {
        const was = kept?.[at];
        if ((was && !isWithin(limits, was)) || !isWithin(limits, { ...was, ...record })) {
          throw denied(outside(limits));
        }
      }
    }
    return this.whole.add(gallery, pictures);
  }

  async addVectors(
    space: string,
    vectors: readonly { readonly pictureId: string; readonly vector: Float32Array }[],
    options: { readonly claimFor?: string } = {},
  ): Promise<void> {
    const { claimFor } = options;
    if (claimFor !== undefined && this.limitsOf(claimFor) === 'none') throw galleryUnknown(claimFor);
    const galleries = await this.galleriesOf(vectors.map(({ pictureId }) => pictureId));
    const seen = vectors.filter((_, at) => galleries[at]!.length > 0);
    await this.whole.addVectors(space, seen, options);
  }

  async setLiveSpace(gallery: string, space: string): Promise<void> {
    this.#whole(gallery);
    await this.whole.setLiveSpace(gallery, space);
  }

  async dropSpace(gallery: string, space: string): Promise<void> {
    this.#whole(gallery);
    await this.whole.dropSpace(gallery, space);
  }

  async removeDamagedVectors(): Promise<number | undefined> {
    throw denied('The index of all galleries cannot be mended.');
  }

  async remove(gallery: string, pictureIds: readonly string[]): Promise<number> {
    this.#limits(gallery);
    const seen = await this.#seenIn(gallery, pictureIds);
    return this.whole.remove(gallery, [...seen]);
  }

  async removeGallery(gallery: string): Promise<number> {
    this.#whole(gallery);
    return this.whole.removeGallery(gallery);
  }

  async close(): Promise<void> {}

  /** Those of these pictures that the gallery holds within its limits. */
  async #seenIn(gallery: string, pictureIds: readonly string[]): Promise<Set<string>> {
    const limits = this.limitsOf(gallery);
    if (limits === 'none') return new Set();
    if (isUnlimited(limits)) return new Set(pictureIds);
    const records = (await this.whole.records(gallery, pictureIds).catch(gone)) ?? [];
    return new Set(pictureIds.filter((_, at) => records[at] && isWithin(limits, records[at])));
  }

  /** @throws ChatReidError GALLERY_UNKNOWN, as for one that is not there */
  #limits(gallery: string): GalleryLimits {
    const limits = this.limitsOf(gallery);
    if (limits === 'none') throw galleryUnknown(gallery);
    return limits;
  }

  #scope(gallery: string, scope: Scope | undefined): Scope | undefined | 'nothing' {
    const limits = this.#limits(gallery);
    return isUnlimited(limits) ? scope : scopeWithin(limits, scope);
  }

  /** @throws ChatReidError ACCESS_DENIED for what is done to all of a gallery, of which a part is seen */
  #whole(gallery: string): void {
    if (!isUnlimited(this.#limits(gallery)))
      throw denied(`Only a part of the gallery "${gallery}" is yours.`);
  }
}

function gone(error: unknown): undefined {
  if (error instanceof ChatReidError && error.code === 'GALLERY_UNKNOWN') return undefined;
  throw error;
}

function outside({ cameras, places, after, before }: GalleryLimits): string {
  const parts = [
    ...(cameras ? [`camera ${cameras.join(' or ')}`] : []),
    ...(places ? [places.join(' or ')] : []),
    ...(after ? [`a time after ${after.toISOString()}`] : []),
    ...(before ? [`a time before ${before.toISOString()}`] : []),
  ];
  return `Pictures that you put into this gallery must have ${parts.join(', and ')}.`;
}

function denied(message: string): ChatReidError {
  return new ChatReidError('ACCESS_DENIED', message, 'Ask whoever runs this bot.');
}
