/** What a person sees in a talk: galleries, searches and pictures within what the access policy lets them look at. */
import { LRUCache } from 'lru-cache';
import type { GalleryStore } from '../gallery/gallery-store.ts';
import { limitedStore } from '../gallery/limited-store.ts';
import { everythingAllowed } from '../trust/access/access.ts';
import type { Permit } from '../trust/access/permit.ts';
import type { Role } from '../trust/access/roles.ts';
import { marksOf } from './asker.ts';
import { PictureFinder } from './picture-finder.ts';
import type { Searching, SessionManagerParts } from './session-parts.ts';

/** Through the eyes of one role. */
export interface Sight {
  readonly store: GalleryStore;
  readonly retrieval: Searching;
  readonly pictures: PictureFinder;
}

/** One person in one talk, at one moment. */
export interface View {
  readonly user: string;
  readonly marks: readonly string[];
  readonly permit: Permit;
  /** False where everybody may do everything. */
  readonly limited: boolean;
  as(role: Role): Sight;
}

/** What a search remembers of a gallery (how common each attribute is in what is seen of it) is worth keeping between turns. */
const rememberedSights = 200;

export class Sights {
  readonly #known = new LRUCache<string, Omit<Sight, 'pictures'>>({ max: rememberedSights });

  constructor(
    private readonly parts: Pick<SessionManagerParts, 'access' | 'store' | 'retrieval' | 'uploads' | 'now'>,
  ) {}

  /**
   * By the policy of now, whenever it was that the person asked.
   *
   * @param conversation pictures that were sent in it are seen; without it none are, except by an admin
   */
  of(asker: { readonly user: string; readonly marks?: readonly string[] }, conversation?: string): View {
    const { access = everythingAllowed, now = () => new Date(), uploads } = this.parts;
    const permit = access.permit(marksOf(asker), now());
    const sent = (id: string) => {
      if (conversation !== undefined) return uploads.path(id, conversation);
      return permit.has('admin') ? uploads.path(id) : Promise.resolve(undefined);
    };
    return {
      user: asker.user,
      marks: asker.marks ?? [],
      permit,
      limited: this.parts.access !== undefined,
      as: (role) => {
        const { store, retrieval } = this.#within(permit, role);
        return { store, retrieval, pictures: new PictureFinder({ uploads: { path: sent }, store }) };
      },
    };
  }

  #within(permit: Permit, role: Role): Omit<Sight, 'pictures'> {
    const { access, store, retrieval } = this.parts;
    if (!access || permit.seesAll(role)) return { store, retrieval };
    const key = `${permit.key}/${role}`;
    const known = this.#known.get(key);
    if (known) return known;
    const seen = limitedStore(store, (gallery) => permit.limits(gallery, role));
    const sight = { store: seen, retrieval: retrieval.within(seen) };
    this.#known.set(key, sight);
    return sight;
  }
}
