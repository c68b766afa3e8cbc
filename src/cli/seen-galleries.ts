/** Galleries as one person may see them, outside of a talk: lists, forms, pages. */
import { type Asker, marksOf } from '../conversation/asker.ts';
import type { GalleryStore } from '../gallery/gallery-store.ts';
import { limitedStore } from '../gallery/limited-store.ts';
import type { Role } from '../trust/access/roles.ts';
import type { Composition } from './composition.ts';

/** @param role in which they look; by default everything is there that they may look at at all */
export async function storeSeenBy(
  parts: Composition,
  asker: Asker,
  now: Date,
  role: Role = 'viewer',
): Promise<GalleryStore> {
  const permit = parts.access.permit(marksOf(asker), now);
  return limitedStore(await parts.store(), (gallery) => permit.limits(gallery, role));
}
