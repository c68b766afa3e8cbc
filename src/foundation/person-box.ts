/** Where people are in a picture: boxes in pixels, and the little geometry that they need. */

/** Pixels of the upright picture; whole numbers, inside it, at least one pixel wide and high. */
export interface PersonBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface FoundPerson {
  readonly box: PersonBox;
  /** How sure it is that this is a person, 0 to 1. */
  readonly score: number;
}

/** What was found in a picture of this size. */
export interface PeopleFound {
  readonly width: number;
  readonly height: number;
  /** The surest first. */
  readonly people: readonly FoundPerson[];
}

export function boxArea({ width, height }: PersonBox): number {
  return width * height;
}

/** Pixels that two boxes share. */
export function sharedArea(a: PersonBox, b: PersonBox): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, 0 to 1. */
export function boxOverlap(a: PersonBox, b: PersonBox): number {
  const shared = sharedArea(a, b);
  return shared === 0 ? 0 : shared / (boxArea(a) + boxArea(b) - shared);
}

/** Edges in pixels, of any kind of number, as a box of whole pixels inside the picture. */
export function boxInside(
  edges: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number },
  picture: { readonly width: number; readonly height: number },
): PersonBox {
  const left = Math.min(Math.max(Math.floor(edges.left), 0), picture.width - 1);
  const top = Math.min(Math.max(Math.floor(edges.top), 0), picture.height - 1);
  const right = Math.min(Math.max(Math.ceil(edges.right), left + 1), picture.width);
  const bottom = Math.min(Math.max(Math.ceil(edges.bottom), top + 1), picture.height);
  return { left, top, width: right - left, height: bottom - top };
}
