/** How much of a gallery somebody may see: limits, what lies within them, and what a scope leaves of them. */
import type { PictureRecord, Scope } from './gallery-store.ts';

/** Alternatives within a field, all fields together; a field that is absent limits nothing. Unlike a scope's, an empty list leaves nothing. */
export type GalleryLimits = Pick<Scope, 'cameras' | 'places' | 'after' | 'before'>;

export function isUnlimited({ cameras, places, after, before }: GalleryLimits): boolean {
  return !cameras && !places && !after && !before;
}

/** A picture whose camera, place or time is unknown is outside of any limit on it. */
export function isWithin(
  { cameras, places, after, before }: GalleryLimits,
  { cameraId, place, time }: Pick<PictureRecord, 'cameraId' | 'place' | 'time'>,
): boolean {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return (
    (!cameras || (cameraId !== undefined && cameras.includes(cameraId))) &&
    (!places || (place !== undefined && places.includes(place))) &&
    (!after || at >= after.getTime()) &&
    (!before || at <= before.getTime())
  );
}

/** @returns 'nothing' where no picture can be in both: an empty list in a scope would restrict nothing */
export function scopeWithin(limits: GalleryLimits, scope: Scope = {}): Scope | 'nothing' {
  const cameras = both(limits.cameras, scope.cameras);
  const places = both(limits.places, scope.places);
  const after = latest(limits.after, scope.after);
  const before = earliest(limits.before, scope.before);
  if (cameras?.length === 0 || places?.length === 0) return 'nothing';
  if (after && before && after > before) return 'nothing';
  const { cameras: _c, places: _p, after: _a, before: _b, ...others } = scope;
  return {
    ...others,
    ...(cameras ? { cameras } : {}),
    ...(places ? { places } : {}),
    ...(after ? { after } : {}),
    ...(before ? { before } : {}),
  };
}

function both(
  allowed: readonly string[] | undefined,
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  if (!wanted || wanted.length === 0) return allowed;
  return allowed ? wanted.filter((name) => allowed.includes(name)) : wanted;
}

function latest(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one && other ? (one > other ? one : other) : (one ?? other);
}

function earliest(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one && other ? (one < other ? one : other) : (one ?? other);
}
