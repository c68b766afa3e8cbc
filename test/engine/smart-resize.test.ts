/** Patch grids equal the reference's for every width and height, the half-to-even cases included. */
import { expect, test } from 'vitest';
import { halfToEven, smartResize } from '../../src/engine/smart-resize.ts';
import { referenceBytes } from '../support/reference.ts';

const sides = 997;

test.each([
  ['smart-resize.bin.gz', 12_845_056],
  ['smart-resize-small.bin.gz', 256 * 28 * 28],
])('every size from 28 to 1024 as in %s', (file, maxPixels) => {
  const table = referenceBytes(file);
  expect(table.length).toBe(sides * sides * 2);
  const rules = { factor: 28, minPixels: 3136, maxPixels };
  const wrong: string[] = [];
  for (let h = 0; h < sides; h++) {
    for (let w = 0; w < sides; w++) {
      const { width, height } = smartResize(w + 28, h + 28, rules);
      const place = (h * sides + w) * 2;
      if (height / 28 !== table[place] || width / 28 !== table[place + 1]) wrong.push(`${w + 28}x${h + 28}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('halves go to the even neighbour, as in Python', () => {
  expect([0.5, 1.5, 2.5, 3.5, 2.49, 2.51, 4].map(halfToEven)).toEqual([0, 2, 2, 4, 2, 3, 4]);
});

test('a picture more than 200 times as long as wide is refused with a sentence', () => {
  const rules = { factor: 28, minPixels: 3136, maxPixels: 12_845_056 };
  expect(() => smartResize(1, 201, rules)).toThrowError(
    expect.objectContaining({ code: 'PICTURE_UNSUPPORTED', next: expect.stringContaining('Crop') }),
  );
  expect(smartResize(1, 200, rules).height % 28).toBe(0);
});
