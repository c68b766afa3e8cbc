/** A PNG with nothing in it but the picture: texts, times and what programs put into chunks of their own are left out. */

/** Chunks that make up the pixels, of any length. */
const pixels: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT']);

/** Numbers about colours and resolution: too short to say who or where, by the most bytes that each may have. */
const numbers: ReadonlyMap<string, number> = new Map([
  ['gAMA', 4],
  ['cHRM', 32],
  ['sRGB', 1],
  ['sBIT', 4],
  ['bKGD', 6],
  ['pHYs', 9],
  ['cICP', 4],
]);

const first = 8;

/**
 * Further frames of an animation go too, and whatever follows the end.
 *
 * @returns undefined where the bytes are not in the plain order of a PNG, or need a part that is unknown
 */
export function barePng(bytes: Uint8Array): Uint8Array | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [file.subarray(0, first)];
  for (let at = first; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > file.length) return undefined;
    const chunk = file.subarray(at, end);
    if (name === 'IEND') {
      if (length !== 0) return undefined;
      kept.push(chunk);
      return Buffer.concat(kept);
    }
    if (pixels.has(name) || length <= (numbers.get(name) ?? -1)) kept.push(chunk);
    // A capital letter: no decoder may overlook it.
    else if (name < 'a') return undefined;
    at = end;
  }
  return undefined;
}
