/** Pixels and their order against the reference image processor. */
import { describe, expect, test } from 'vitest';
import { type ImageRules, patchify, processPicture, visionTokens } from '../../src/engine/image-processor.ts';
import { imageRules } from '../../src/engine/model-config.ts';
import { referencePicture, referencePictures, referenceTensor } from '../support/reference.ts';

const rules: ImageRules = imageRules({ min_pixels: 3136, max_pixels: 12_845_056 });
const meanStd = rules.std.reduce((sum, std) => sum + std, 0) / 3;

describe.each(referencePictures)('$picture', ({ picture, grid_thw, pixel_values }) => {
  test('has the grid and the pixels of the reference', async () => {
    const { pixels, grid } = await processPicture(referencePicture(picture), rules);
    const expected = referenceTensor(pixel_values);
    expect(grid).toEqual(grid_thw);
    expect(pixels.length).toBe(expected.length);
    let sum = 0;
    for (let i = 0; i < pixels.length; i++) sum += Math.abs((pixels[i] as number) - (expected[i] as number));
    // Back from normalised units to pixels between 0 and 1.
    const meanAbsolute = (sum / pixels.length) * meanStd;
    expect(meanAbsolute).toBeLessThan(2 / 255);
    // In fact the resampling is the reference's own; what is left is the order of its two passes (see bicubic.ts).
    expect(meanAbsolute).toBeLessThan(0.05 / 255);
  });
});

test('each patch is where it belongs: merge block, then channel, frame, row and column', () => {
  const small: ImageRules = { ...rules, patchSize: 2, rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
  const [width, height] = [8, 4];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => i % 251);
  const { pixels, grid } = patchify({ width, height, data }, small);
  expect(grid).toEqual([1, 2, 4]);
  const order = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 2],
    [0, 3],
    [1, 2],
    [1, 3],
  ] as const;
  const expected = order.flatMap(([row, column]) =>
    [0, 1, 2].flatMap((channel) =>
      [0, 1].flatMap(() =>
        [0, 1].flatMap((y) =>
          [0, 1].map((x) => data[((row * 2 + y) * width + column * 2 + x) * 3 + channel]),
        ),
      ),
    ),
  );
  expect([...pixels]).toEqual(expected);
});

test('a native 128x64 crop is 10 vision tokens, at 256x128 it is 45', async () => {
  const tokens = async (name: string) =>
    visionTokens((await processPicture(referencePicture(name), rules)).grid, 2);
  expect(await tokens('picture-64x128.png')).toBe(10);
  expect(await tokens('picture-128x256.png')).toBe(45);
});
