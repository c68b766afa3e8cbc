/** A picture as sixels: six rows of pixels a band, one pass over it for every colour that the band has. */

export interface PalettePicture {
  readonly width: number;
  readonly height: number;
  /** Interleaved R, G, B of few distinct colours: at most 256 are registers of a terminal. */
  readonly data: Uint8Array;
}

const esc = '\u001b';

/** @returns the sequence that draws it at the cursor. Colours past the 256th are drawn as the last one. */
export function sixels(picture: PalettePicture): string {
  const { width, height } = picture;
  const { indices, palette } = indexed(picture);
  const registers = palette.map(([r, g, b], i) => `#${i};2;${percent(r)};${percent(g)};${percent(b)}`);
  const bands: string[] = [];
  for (let top = 0; top < height; top += 6) {
    bands.push(band(indices, width, top, Math.min(6, height - top)));
  }
  return `${esc}Pq"1;1;${width};${height}${registers.join('')}${bands.join('-')}${esc}\\`;
}

function band(indices: Uint8Array, width: number, top: number, rows: number): string {
  const masks = new Map<number, Uint8Array>();
  for (let row = 0; row < rows; row++) {
    const start = (top + row) * width;
    for (let x = 0; x < width; x++) {
      const colour = indices[start + x]!;
      let mask = masks.get(colour);
      if (mask === undefined) {
        mask = new Uint8Array(width);
        masks.set(colour, mask);
      }
      mask[x]! |= 1 << row;
    }
  }
  return [...masks].map(([colour, mask]) => `#${colour}${runs(mask)}`).join('$');
}

/** Each column is one character from `?` on; four or more equal ones are a count. */
function runs(mask: Uint8Array): string {
  let text = '';
  for (let x = 0; x < mask.length; ) {
    let end = x + 1;
    while (end < mask.length && mask[end] === mask[x]) end++;
    const character = String.fromCharCode(63 + mask[x]!);
    const length = end - x;
    text += length > 3 ? `!${length}${character}` : character.repeat(length);
    x = end;
  }
  return text;
}

function indexed({ width, height, data }: PalettePicture) {
  const palette: [number, number, number][] = [];
  const known = new Map<number, number>();
  const indices = new Uint8Array(width * height);
  for (let i = 0; i < indices.length; i++) {
    const [r, g, b] = [data[i * 3]!, data[i * 3 + 1]!, data[i * 3 + 2]!];
    const key = (r << 16) | (g << 8) | b;
    let index = known.get(key);
    if (index === undefined) {
      index = Math.min(palette.length, 255);
      if (palette.length < 256) palette.push([r, g, b]);
      known.set(key, index);
    }
    indices[i] = index;
  }
  return { indices, palette };
}

function percent(value: number): number {
  return Math.round((value / 255) * 100);
}
