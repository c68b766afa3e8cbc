/** A JPEG with nothing in it but the picture: what cameras and programs write beside the pixels is left out, the pixels are not touched. */

const marker = 0xff;
const [startOfImage, endOfImage, startOfScan, comment] = [0xd8, 0xd9, 0xda, 0xfe];
const [app0, app14, app15] = [0xe0, 0xee, 0xef];

/**
 * EXIF, XMP, IPTC, comments, thumbnails, further pictures behind the first and whatever follows its end: all gone. Of the two
 * application segments that say how colours are stored (JFIF, Adobe) the fixed part stays.
 *
 * @returns undefined where the bytes are not in the plain order of a JPEG: then only decoding can tell what they are
 */
export function bareJpeg(bytes: Uint8Array): Uint8Array | undefined {
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  let at = 2;
  for (;;) {
    if (bytes[at] !== marker) return undefined;
    // Any number of fill bytes may stand before a marker.
    while (bytes[at + 1] === marker) at++;
    const kind = bytes[at + 1];
    if (kind === undefined || kind === startOfImage || kind < 0xc0) return undefined;
    if (kind === endOfImage) {
      kept.push(bytes.subarray(at, at + 2));
      return Buffer.concat(kept);
    }
    const end = at + 2 + ((bytes[at + 2] ?? 0) << 8) + (bytes[at + 3] ?? 0);
    if (end < at + 4 || end > bytes.length) return undefined;
    if (kind === startOfScan) {
      const next = endOfScan(bytes, end);
      if (next === undefined) return undefined;
      kept.push(bytes.subarray(at, next));
      at = next;
      continue;
    }
    const part = keptOf(kind, bytes.subarray(at, end));
    if (part) kept.push(part);
    at = end;
  }
}

/**
 * How often a decoder goes over the whole picture. Where the order is not a plain one, everything that may be the start of a
 * scan counts: decoders look for the next marker behind what they do not know.
 */
export function jpegScans(bytes: Uint8Array): number {
  let scans = 0;
  for (let at = 2; ; ) {
    while (bytes[at + 1] === marker) at++;
    const kind = bytes[at + 1];
    if (bytes[at] !== marker || kind === undefined || kind < 0xc0) return scans + startsOfScans(bytes, at);
    if (kind === endOfImage) return scans;
    const end = at + 2 + ((bytes[at + 2] ?? 0) << 8) + (bytes[at + 3] ?? 0);
    if (kind === startOfScan) scans++;
    const next = kind === startOfScan ? endOfScan(bytes, end) : end;
    if (next === undefined) return scans;
    at = Math.max(next, at + 2);
  }
}

function startsOfScans(bytes: Uint8Array, from: number): number {
  let found = 0;
  for (let at = bytes.indexOf(marker, from); at >= 0; at = bytes.indexOf(marker, at + 1)) {
    if (bytes[at + 1] === startOfScan) found++;
  }
  return found;
}

/** Where the next marker stands that is neither stuffing nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(marker, from); at >= 0; at = bytes.indexOf(marker, at + 1)) {
    const kind = bytes[at + 1];
    if (kind === undefined) return undefined;
    if (kind !== 0 && kind !== marker && (kind < 0xd0 || kind > 0xd7)) return at;
  }
  return undefined;
}

/** @param segment with its marker and length */
function keptOf(kind: number, segment: Uint8Array): Uint8Array | undefined {
  if (kind === comment) return undefined;
  if (kind < app0 || kind > app15) return segment;
  if (kind === app0) return startsWith(segment, 'JFIF\0') ? cut(segment, 18, true) : undefined;
  if (kind === app14) return startsWith(segment, 'Adobe') ? cut(segment, 16, false) : undefined;
  return undefined;
}

function startsWith(segment: Uint8Array, name: string): boolean {
  return Buffer.from(segment.subarray(4, 4 + name.length)).toString('latin1') === name;
}

/** The first bytes of a segment, as a segment of that length; decoders overlook a shorter one, so nobody misses it. */
function cut(segment: Uint8Array, length: number, thumbnail: boolean): Uint8Array | undefined {
  if (segment.length < length) return undefined;
  const whole = Uint8Array.from(segment.subarray(0, length));
  whole[2] = 0;
  whole[3] = length - 2;
  // The last two bytes of a JFIF header are the size of the thumbnail that would follow.
  if (thumbnail) whole.fill(0, length - 2);
  return whole;
}
