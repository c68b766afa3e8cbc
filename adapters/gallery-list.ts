/** What a platform shows of the galleries: names, and what a search in one can be restricted to. Given by who puts the parts together. */

export interface ListedGallery {
  readonly name: string;
  readonly pictures: number;
  readonly cameras: readonly string[];
  readonly places: readonly string[];
}

export interface GalleryList {
  list(): Promise<readonly ListedGallery[]>;
}
