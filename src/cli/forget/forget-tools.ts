/** What forgetting works with: the stores as they are, without what hides from their users what is being forgotten. */
import { join } from 'node:path';
import type { ConversationStorage } from '../../conversation/storage/conversation-storage.ts';
import { ChatReidError } from '../../foundation/error.ts';
import type { Home } from '../../foundation/home.ts';
import type { GalleryStore } from '../../gallery/gallery-store.ts';
import type { AuditTrail } from '../../trust/audit-trail.ts';
import type { OrderFolder } from '../../trust/forget/order-folder.ts';
import { hasGalleries, type OpenPlace } from './mark-pictures.ts';
import { type Place, placesOf } from './places.ts';

export interface ForgetTools {
  readonly home: Home;
  readonly orders: OrderFolder;
  store(): Promise<GalleryStore>;
  storage(): Promise<ConversationStorage>;
  /** @returns undefined where it is switched off */
  audit(): Promise<Pick<AuditTrail, 'record'> | undefined>;
  now(): Date;
}

/**
 * Every place that has galleries, the home's own first; those of before a restore are opened and closed.
 *
 * @param damaged called where what a restore put aside cannot be opened, which may be why it was
 */
export async function inEachGallery<Result>(
  tools: ForgetTools,
  work: (open: OpenPlace) => Promise<Result>,
  damaged: (place: Place) => Promise<void> = async () => undefined,
): Promise<Result[]> {
  const [own, ...aside] = await placesOf(tools.home);
  const results = [await work({ place: own, store: await tools.store() })];
  for (const place of aside.filter(hasGalleries)) {
    const { EmbeddedGalleryStore } = await import('../../gallery/embedded-store.ts');
    const store = await EmbeddedGalleryStore.open(place.galleries).catch((error: unknown) => {
      if (error instanceof ChatReidError && error.code === 'GALLERY_DAMAGED') return undefined;
      throw error;
    });
    if (!store) {
      await damaged(place);
      continue;
    }
    try {
      results.push(await work({ place, store }));
    } finally {
      await store.close();
    }
  }
  return results;
}

export function chatFolder({ root }: Pick<Home, 'root'>): string {
  return join(root, 'chat');
}
