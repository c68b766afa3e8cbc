/** The filter's encoders: the documented arithmetic, unit vectors, errors in their places. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OnnxEncoder } from '../../src/engine/onnx-encoder.ts';
import { decodeRgb, type Picture, pictureFromBytes, readPicture } from '../../src/foundation/picture.ts';
import { testPicture } from '../support/prompts.ts';
import { tinyModel } from '../support/reference.ts';
import { filterDimension, filterSize, imageWeights, writeTinyFilter } from '../support/tiny-filter.ts';

let folder: string;
let encoder: OnnxEncoder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-filter-'));
  await writeTinyFilter(join(folder, 'both'));
  await writeTinyFilter(join(folder, 'pictures-only'), { text: false });
  await writeTinyFilter(join(folder, 'other'), { seed: 5 });
  encoder = await open('both', { batch: 3 });
});
afterAll(async () => {
  await encoder.close();
  await rm(folder, { recursive: true, force: true });
});

const open = (name: string, options: { batch?: number } = {}) =>
  OnnxEncoder.open({ model: join(folder, name), device: 'cpu', threads: 1, ...options });

function expectNear(actual: Float32Array | Error | undefined, expected: ArrayLike<number>): void {
  if (!(actual instanceof Float32Array)) throw actual ?? new Error('nothing');
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-5);
  });
}

/** The same numbers, worked out here: (pixel * scale - mean) / std, planes, product, length one. */
async function byHand(picture: Picture): Promise<number[]> {
  const { width, height } = filterSize;
  const { data } = await decodeRgb(await readPicture(picture), { width, height, kernel: 'linear' });
  const [mean, std] = [
    [0.5, 0.4, 0.3],
    [0.2, 0.3, 0.4],
  ] as const;
  const weights = imageWeights(1);
  const sums = new Array<number>(filterDimension).fill(0);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < width * height; pixel++) {
      const value =
        ((data[pixel * 3 + channel] as number) / 255 - (mean[channel] as number)) / (std[channel] as number);
      const row = (channel * width * height + pixel) * filterDimension;
      for (let d = 0; d < filterDimension; d++)
        sums[d] = (sums[d] as number) + value * (weights[row + d] as number);
    }
  }
  const length = Math.hypot(...sums);
  return sums.map((sum) => sum / length);
}

describe('pictures', () => {
  test('become unit vectors by the documented arithmetic, in order, whatever the batch', async () => {
    const pictures = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7].map((seed) => testPicture(seed, { width: 20 + seed })),
    );
    const vectors = await encoder.encodePictures(pictures);
    expect(vectors).toHaveLength(7);
    for (const [i, picture] of pictures.entries()) {
      expectNear(vectors[i], await byHand(picture));
      expectNear((await encoder.encodePictures([picture]))[0], vectors[i] as Float32Array);
    }
    expect(await encoder.encodePictures([])).toEqual([]);
  });

  test('that cannot be opened put their error in their place', async () => {
    const good = await testPicture(1);
    const html = pictureFromBytes(Buffer.from('<html>log in</html>'));
    const empty = pictureFromBytes(new Uint8Array());
    const gone: Picture = { id: 'gone', path: join(folder, 'no-such-picture.png') };
    const vectors = await encoder.encodePictures([html, good, empty, gone, good]);
    expect(vectors[0]).toMatchObject({ code: 'PICTURE_NOT_A_PICTURE' });
    expect(vectors[2]).toMatchObject({ code: 'PICTURE_EMPTY' });
    expect(vectors[3]).toMatchObject({ code: 'IMPORT_SOURCE_MISSING' });
    expectNear(vectors[1], await byHand(good));
    expectNear(vectors[4], await byHand(good));
    const onlyBad = await encoder.encodePictures([html, empty]);
    expect(onlyBad.every((each) => each instanceof Error)).toBe(true);
  });
});

describe('words', () => {
  test('become unit vectors that do not depend on their neighbours', async () => {
    const texts = ['a man in a red cap', 'woman', '', 'bag with a man'];
    const vectors = await encoder.encodeTexts(texts);
    for (const [i, text] of texts.entries()) {
      expect(Math.hypot(...(vectors[i] as Float32Array))).toBeCloseTo(1, 5);
      expectNear((await encoder.encodeTexts([text]))[0], vectors[i] as Float32Array);
    }
    expectNear((await encoder.encodeTexts(['A MAN in a RED cap']))[0], vectors[0] as Float32Array);
  });

  test('longer than the limit lose their end', async () => {
    // The class token and five words are the six tokens that fit.
    const [long, cut] = await encoder.encodeTexts(['a man in a red cap with bag', 'a man in a red']);
    expectNear(long, cut as Float32Array);
  });

  test('that spell a control token stay words', async () => {
    const [typed, control, unknown] = await encoder.encodeTexts(['red <|im_end|>', '[CLS] red', 'red']);
    expect([...(typed as Float32Array)]).not.toEqual([...(unknown as Float32Array)]);
    expect([...(control as Float32Array)]).not.toEqual([...(unknown as Float32Array)]);
    // `<`, `|`, `im`, ... are unknown words; not one of them is the control token in the vocabulary.
    const [spelt] = await encoder.encodeTexts(['red < | im _']);
    expectNear(typed, spelt as Float32Array);
  });

  test('are refused by a filter without a text encoder', async () => {
    const pictures = await open('pictures-only');
    expect((await pictures.describeEncoder()).text).toBe(false);
    await expect(pictures.encodeTexts(['a man'])).rejects.toMatchObject({ code: 'QUERY_WORDS_UNSUPPORTED' });
    expect(await pictures.encodePictures([await testPicture(1)])).toHaveLength(1);
    await pictures.close();
  });
});

test('says what it is; another filter is another space', async () => {
  const description = await encoder.describeEncoder();
  expect(description).toMatchObject({
    name: 'tiny-filter',
    dimension: filterDimension,
    text: true,
    device: 'cpu',
  });
  expect(description.space).toMatch(/^[0-9a-f]{64}$/);
  const [again, other] = await Promise.all([open('both'), open('other')]);
  expect((await again.describeEncoder()).space).toBe(description.space);
  expect((await other.describeEncoder()).space).not.toBe(description.space);
  await again.close();
  await other.close();
});

test('cancelled and closed work ends with its code', async () => {
  const pictures = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => testPicture(seed)));
  const abort = new AbortController();
  const work = encoder.encodePictures(pictures, { signal: abort.signal });
  abort.abort();
  await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  const other = await open('both');
  const running = expect(other.encodePictures(pictures)).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
  await other.close();
  await running;
  await other.close();
  await expect(other.encodeTexts(['a man'])).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
});

describe('folders', () => {
  test('without a filter, with a damaged file, with a missing file', async () => {
    await expect(OnnxEncoder.open({ model: tinyModel })).rejects.toMatchObject({ code: 'MODEL_MISSING' });

    await writeTinyFilter(join(folder, 'damaged'));
    await writeFile(join(folder, 'damaged/onnx/filter_image.onnx'), 'not a graph');
    await expect(open('damaged')).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
      message: expect.stringContaining('onnx/filter_image.onnx'),
    });

    await writeTinyFilter(join(folder, 'unlisted'), { manifest: { checksums: {} } });
    await writeFile(join(folder, 'unlisted/onnx/filter_image.onnx'), 'not a graph');
    await expect(open('unlisted')).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
      message: expect.stringContaining('filter_image.onnx'),
    });

    await writeTinyFilter(join(folder, 'lacking'));
    await rm(join(folder, 'lacking/onnx/filter_image.onnx'));
    await expect(open('lacking')).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining('filter_image.onnx'),
    });
  });

  test('whose graph has another size than they say', async () => {
    await writeTinyFilter(join(folder, 'wrong'), {
      manifest: {
        filter: { dimension: 9, image: { file: 'onnx/filter_image.onnx', ...filterSize } },
      },
    });
    const wrong = await open('wrong');
    await expect(wrong.encodePictures([await testPicture(1)])).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
    });
    await wrong.close();
  });
});
