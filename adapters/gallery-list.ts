/** What a platform shows of the galleries: names, and what a search in one can be restricted to. Given by who puts the parts together. */
import type { Asker } from '../src/conversation/asker.ts';

export interface ListedGallery {
  readonly name: string;
  readonly pictures: number;
  readonly cameras: readonly string[];
  readonly places: readonly string[];
}

export interface GalleryList {
  /** Those that this person may see. */
  list(asker: Asker): Promise<readonly ListedGallery[]>;
}
