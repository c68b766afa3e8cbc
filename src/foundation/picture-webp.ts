/** What a WebP says of itself in its chunks: counted without the library, whose time grows with the square of the frames. */

/** @returns 0 for a still picture */
export function webpFrames(bytes: Uint8Array): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frames = 0;
  for (let at = 12; at + 8 <= file.length; ) {
    if (file.toString('latin1', at, at + 4) === 'ANMF') frames++;
    const length = file.readUInt32LE(at + 4);
    // Chunks begin at even places.
    at += 8 + length + (length % 2);
  }
  return frames;
}
