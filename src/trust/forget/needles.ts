/** What is looked for when a picture is to be gone: pieces of its bytes and of what was computed from it, its names. */
import { type Fingerprint, fingerprintOf, type NeedleKind } from './fingerprint.ts';

/** Bytes of a piece of a picture, of an embedding, of features. A multiple of 3: in base64 it is whole characters. */
const pieceBytes = 48;
/** Encoded pictures begin alike: tables and headers of so many bytes. */
const headBytes = 640;
/** A piece with fewer different bytes may be in any picture: an edge, a flat wall. */
const differentBytes = 24;
/** Shorter words are looked for where words are whole, not among bytes. */
const shortestWord = 8;

export interface NeedleOptions {
  readonly salt: string;
  /** Pieces of one file. Default 8. */
  readonly pieces?: number;
}

/** Of the bytes of an encoded picture, as they are and in base64. */
export function pictureNeedles(bytes: Uint8Array, picture: number, options: NeedleOptions): Fingerprint[] {
  return piecesOf(bytes, options.pieces ?? 8).flatMap((piece) => {
    const text = Buffer.from(base64(piece), 'latin1');
    return [
      ...fingerprints(options.salt, 'picture bytes', piece, picture),
      ...fingerprints(options.salt, 'picture bytes', text, picture),
    ];
  });
}

/** Of a vector as it lies in memory and in every file: float32, little endian. */
export function vectorNeedles(vector: Float32Array, picture: number, options: NeedleOptions): Fingerprint[] {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const length = Math.min(pieceBytes, bytes.length);
  const starts = new Set([0, Math.floor((bytes.length - length) / 8) * 4, bytes.length - length]);
  return [...starts].flatMap((at) =>
    fingerprints(options.salt, 'embedding', bytes.subarray(at, at + length), picture),
  );
}

export function featureNeedles(numbers: Uint8Array, picture: number, options: NeedleOptions): Fingerprint[] {
  return piecesOf(numbers, Math.min(4, options.pieces ?? 4)).flatMap((piece) =>
    fingerprints(options.salt, 'features', piece, picture),
  );
}

/** Of a picture's id: as hex, as bytes, in both kinds of base64. */
export function idNeedles(salt: string, pictureId: string, picture: number): Fingerprint[] {
  const raw = Buffer.from(pictureId, 'hex');
  const forms = [
    raw,
    ...texts(pictureId, pictureId.toUpperCase(), base64(raw).slice(0, 43), raw.toString('base64url')),
  ];
  return forms.flatMap((form) => fingerprints(salt, 'picture id', form, picture));
}

/** Of a name: as it is, as JSON escapes it, in base64 at each of its three places. Short ones are none. */
export function wordNeedles(salt: string, kind: 'person id' | 'file name', words: string): Fingerprint[] {
  const plain = Buffer.from(words, 'utf8');
  if (plain.length < shortestWord) return [];
  const encoded = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), plain]).toString('base64');
    // What depends on the bytes before it and after it is left out.
    return text.slice(before === 0 ? 0 : 4, Math.floor((before + plain.length) / 3) * 4);
  });
  const forms = new Set([words, JSON.stringify(words).slice(1, -1), ascii(words), ...encoded]);
  return texts(...forms).flatMap((form) => fingerprints(salt, kind, form));
}

/** Where its bytes differ most, spread over all of the file. */
function piecesOf(bytes: Uint8Array, count: number): Uint8Array[] {
  const length = Math.min(pieceBytes, bytes.length - (bytes.length % 3));
  const from = bytes.length > 2 * headBytes ? headBytes : Math.floor(bytes.length / 4);
  const room = Math.max(0, bytes.length - length - from);
  const found = new Map<number, number>();
  for (let piece = 0; piece < count; piece++) {
    const start = from + Math.floor((room * piece) / count);
    const end = from + Math.floor((room * (piece + 1)) / count);
    const [at, differ] = best(bytes, start, end, length);
    found.set(at, differ);
  }
  const good = [...found].filter(([, differ]) => differ >= differentBytes);
  const [first] = [...found].sort(([, one], [, other]) => other - one);
  // A picture of one colour has none that is its own: the best of it, and whoever reads the report knows by the file.
  const taken = good.length > 0 ? good : first ? [first] : [];
  return taken.map(([at]) => bytes.subarray(at, at + length));
}

function best(bytes: Uint8Array, start: number, end: number, length: number): readonly [number, number] {
  let [found, most] = [start - (start % 3), -1];
  for (let at = found; at <= end && at + length <= bytes.length; at += 3) {
    const differ = new Set(bytes.subarray(at, at + length)).size;
    if (differ > most) [found, most] = [at, differ];
    if (most >= differentBytes + 12) break;
  }
  return [found, most];
}

function fingerprints(salt: string, kind: NeedleKind, bytes: Uint8Array, picture?: number): Fingerprint[] {
  const one = fingerprintOf(salt, kind, bytes, picture);
  return one ? [one] : [];
}

function texts(...all: readonly string[]): Buffer[] {
  return all.map((text) => Buffer.from(text, 'utf8'));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

/** As JSON may escape what is not ASCII. */
function ascii(words: string): string {
  return JSON.stringify(words)
    .slice(1, -1)
    .replace(/[^\u0020-\u007e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
