/** A piece of bytes that is looked for without being known: where it could be, a keyed hash of eight of its bytes says. */
import { createHash } from 'node:crypto';

export interface Fingerprint {
  /** What it was a piece of, for whoever reads where it was found. */
  readonly kind: NeedleKind;
  /** Number of the picture in its order; absent for what is said of a person. */
  readonly picture?: number | undefined;
  /** Of the whole piece, at least 8. */
  readonly length: number;
  /** Where in the piece its anchor begins: eight bytes that are seldom elsewhere. */
  readonly anchor: number;
  /** Keyed hash of the anchor, 32 bits. */
  readonly start: number;
  /** Keyed SHA-256 of the piece, 16 bytes as hex. */
  readonly mac: string;
}

export type NeedleKind =
  | 'picture id'
  | 'picture bytes'
  | 'embedding'
  | 'features'
  | 'person id'
  | 'file name';

export const anchorBytes = 8;

/** Both halves of the key of an anchor's hash. */
export interface AnchorKey {
  readonly low: number;
  readonly high: number;
}

export function anchorKey(salt: string): AnchorKey {
  const bytes = createHash('sha256').update(`anchor ${salt}`).digest();
  return { low: bytes.readInt32LE(0), high: bytes.readInt32LE(4) };
}

/** @param low first four bytes, little endian; @param high the four after them */
export function anchorHash({ low: a, high: b }: AnchorKey, low: number, high: number): number {
  const mixed = Math.imul(low ^ a, 0x9e3779b1) ^ Math.imul(high ^ b, 0x85ebca77);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

export function macOf(salt: string, bytes: Uint8Array): string {
  return createHash('sha256').update(salt).update(bytes).digest('hex').slice(0, 32);
}

/** @returns undefined for what is too short to be looked for among other bytes */
export function fingerprintOf(
  salt: string,
  kind: NeedleKind,
  bytes: Uint8Array,
  picture?: number,
): Fingerprint | undefined {
  if (bytes.length < anchorBytes) return undefined;
  const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const anchor = rarest(piece);
  const start = anchorHash(anchorKey(salt), piece.readInt32LE(anchor), piece.readInt32LE(anchor + 4));
  const of = picture === undefined ? {} : { picture };
  return { kind, ...of, length: piece.length, anchor, start, mac: macOf(salt, piece) };
}

/** Where the eight bytes begin of which the most differ. */
function rarest(piece: Buffer): number {
  let best = 0;
  let most = 0;
  for (let at = 0; at + anchorBytes <= piece.length && most < anchorBytes; at++) {
    const differ = new Set(piece.subarray(at, at + anchorBytes)).size;
    if (differ > most) [best, most] = [at, differ];
  }
  return best;
}
