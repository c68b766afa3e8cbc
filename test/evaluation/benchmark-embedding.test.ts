/** Vectors of pictures and words: mixed as a search mixes them, each made once, and without what cannot be opened. */
import { copyFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Picture } from '../../src/foundation/picture.ts';
import { pictureFromFile } from '../../src/foundation/picture.ts';
import type { BenchmarkRow, QueryRow } from '../../src/evaluation/benchmark.ts';
import { type EmbeddedBenchmark, embedBenchmark } from '../../src/evaluation/benchmark-embedding.ts';
import { EmbeddingTables } from '../../src/evaluation/embedding-tables.ts';
import { encodeQuery } from '../../src/retrieval/query-vector.ts';
import { FakeEncoder } from '../support/fake-engine.ts';
import { testPicture } from '../support/prompts.ts';

class CountingEncoder extends FakeEncoder {
  readonly texts: string[] = [];
  pictures = 0;

  override async encodePictures(pictures: readonly Picture[]): Promise<(Float32Array | Error)[]> {
    this.pictures += pictures.length;
    return super.encodePictures(pictures);
  }

  override async encodeTexts(texts: readonly string[]): Promise<Float32Array[]> {
    this.texts.push(...texts);
    return super.encodeTexts(texts);
  }
}

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-embedding-'));
  for (let at = 0; at < 4; at++) {
    const picture = await testPicture(at, { width: 8, height: 16 });
    if ('bytes' in picture) await writeFile(join(root, `${at}.png`), picture.bytes);
  }
});
afterEach(() => rm(root, { recursive: true, force: true }));

const textWeight = 0.7;
const rowOf = (source: string, picture: number): BenchmarkRow => ({
  source,
  path: join(root, `${picture}.png`),
  personId: '1',
});
const words = (source: string, caption: string): QueryRow => ({ source, caption, personId: '1' });

async function embed(
  queries: readonly QueryRow[],
  gallery: readonly BenchmarkRow[],
  encoder = new CountingEncoder(),
  allowPartial = false,
): Promise<EmbeddedBenchmark> {
  return embedBenchmark(
    { queries, gallery },
    {
      encoder,
      description: await encoder.describeEncoder(),
      cacheFolder: join(root, 'cache'),
      textWeight,
      allowPartial,
    },
  );
}

function queryVector({ queryVectors: { data, dimension } }: EmbeddedBenchmark, query: number): Float32Array {
  return data.slice(query * dimension, (query + 1) * dimension);
}

function galleryVector({ galleryVectors }: EmbeddedBenchmark, row: number): Float32Array {
  const { columns, count, dimension } = galleryVectors;
  return Float32Array.from({ length: dimension }, (_, d) => columns[d * count + row]!);
}

describe('embedBenchmark', () => {
  it('mixes pictures and words as a search does, bit for bit', async () => {
    const embedded = await embed(
      [
        rowOf('a', 0),
        words('b', ' a man with a cap '),
        { ...rowOf('c', 1), caption: 'a man with a cap' },
        { ...rowOf('d', 1), caption: '   ' },
      ],
      [rowOf('g', 2)],
    );
    expect(embedded.queries.map(({ kind }) => kind)).toEqual(['image', 'text', 'mixed', 'image']);
    const picture = await pictureFromFile(join(root, '1.png'));
    const query = { pictures: [picture], words: 'a man with a cap', negatives: [] };
    const mixed = await encodeQuery(new FakeEncoder(), query, textWeight);
    expect(queryVector(embedded, 2)).toEqual(mixed.query);
    const [text] = await new FakeEncoder().encodeTexts(['a man with a cap']);
    expect(queryVector(embedded, 1)).toEqual(text);
    const [image] = await new FakeEncoder().encodePictures([picture]);
    expect(queryVector(embedded, 3)).toEqual(image);
  });

  it('encodes the same picture and the same words once, and never again', async () => {
    const queries = [words('a', 'red'), words('b', 'red'), { ...rowOf('c', 0), caption: 'red' }];
    const gallery = [rowOf('g', 0), rowOf('h', 0), rowOf('i', 1)];
    const encoder = new CountingEncoder();
    const embedded = await embed(queries, gallery, encoder);
    expect([encoder.texts, encoder.pictures, embedded.encoded]).toEqual([['red'], 2, 3]);
    expect(queryVector(embedded, 0)).toEqual(queryVector(embedded, 1));
    expect(galleryVector(embedded, 0)).toEqual(galleryVector(embedded, 1));
    expect(galleryVector(embedded, 1)).not.toEqual(galleryVector(embedded, 2));
    const again = new CountingEncoder();
    const second = await embed(queries, gallery, again);
    expect([again.texts, again.pictures, second.encoded]).toEqual([[], 0, 0]);
    expect(second).toEqual({ ...embedded, encoded: 0 });
  });

  it('makes of words the same vector in any company', async () => {
    class Padding extends CountingEncoder {
      override async encodeTexts(texts: readonly string[]): Promise<Float32Array[]> {
        const longest = Math.max(...texts.map((text) => text.length));
        const vectors = await super.encodeTexts(texts);
        for (const vector of vectors) vector[0]! += 1e-4 * longest;
        return vectors;
      }
    }
    const queries = [words('a', 'red'), words('b', 'a man in a long red coat'), words('c', 'blue')];
    const together = await embed(queries, [rowOf('g', 0)], new Padding());
    for (const [at, query] of queries.entries()) {
      const [alone] = await new Padding().encodeTexts([query.caption!]);
      expect(queryVector(together, at)).toEqual(alone);
    }
  });

  it('leaves out what cannot be opened, and keeps every other vector at its row', async () => {
    await writeFile(join(root, '3.png'), 'no picture');
    const queries = [rowOf('a', 3), words('b', 'red'), { ...rowOf('c', 3), caption: 'red' }, rowOf('d', 0)];
    const gallery = [rowOf('g', 0), rowOf('h', 3), rowOf('i', 9), rowOf('j', 1), rowOf('k', 2)];
    await expect(embed(queries, gallery)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/^i cannot be opened/),
    });
    const embedded = await embed(queries, gallery, new CountingEncoder(), true);
    expect(embedded.queries.map(({ row }) => row.source)).toEqual(['b', 'd']);
    expect(embedded.gallery.map(({ row }) => row.source)).toEqual(['g', 'j', 'k']);
    expect(embedded.leftOut.map((sentence) => sentence.split(' ')[0]).sort()).toEqual(['a', 'c', 'h', 'i']);
    const straight = await embed([queries[1]!, queries[3]!], [gallery[0]!, gallery[3]!, gallery[4]!]);
    for (const query of [0, 1]) expect(queryVector(embedded, query)).toEqual(queryVector(straight, query));
    expect(embedded.galleryVectors).toEqual(straight.galleryVectors);
  });

  it('keeps nothing of a picture that changed between reading and encoding', async () => {
    const path = join(root, '1.png');
    const before = await readFile(path);
    const run = async (allowPartial: boolean): Promise<EmbeddedBenchmark> => {
      await writeFile(path, before);
      const encoder = new CountingEncoder();
      return embedBenchmark(
        { queries: [rowOf('a', 0)], gallery: [rowOf('g', 1), rowOf('h', 2)] },
        {
          encoder,
          description: await encoder.describeEncoder(),
          cacheFolder: join(root, 'cache'),
          textWeight,
          allowPartial,
          onProgress: ({ phase, done }) => {
            if (phase === 'encoding' && done === 0) copyFileSync(join(root, '3.png'), path);
          },
        },
      );
    };
    await expect(run(false)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/^g cannot be opened: .*1\.png was changed while it was evaluated/),
    });
    const left = await run(true);
    expect(left.gallery.map(({ row }) => row.source)).toEqual(['h']);
    await writeFile(path, before);
    const encoder = new CountingEncoder();
    const whole = await embed([rowOf('a', 0)], [rowOf('g', 1), rowOf('h', 2)], encoder);
    expect(encoder.pictures).toBe(1);
    const [vector] = await new FakeEncoder().encodePictures([await pictureFromFile(path)]);
    expect(galleryVector(whole, 0)).toEqual(vector);
  });

  it('refuses a benchmark of which nothing can be opened, allowed or not', async () => {
    await expect(
      embed([rowOf('a', 0)], [rowOf('g', 8), rowOf('h', 9)], new CountingEncoder(), true),
    ).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/^g cannot be opened: .* Nor can h\.$/),
    });
  });
});

describe('EmbeddingTables', () => {
  it('closes gaps at the front, in the middle and at the end', () => {
    const kinds = Array.from({ length: 5 }, () => 'image' as const);
    const tables = new EmbeddingTables(2, kinds, 6);
    for (let at = 0; at < 6; at++) {
      if (at < 5) tables.putQueryPicture(at, Float32Array.of(at, -at));
      tables.putGallery(at, Float32Array.of(10 + at, 20 + at));
    }
    const closed = tables.close({ queries: new Set([0, 3]), gallery: new Set([0, 2, 5]) }, 1);
    expect([...closed.queries.data]).toEqual([1, -1, 2, -2, 4, -4]);
    expect(closed.queries).toMatchObject({ count: 3, dimension: 2 });
    expect([...closed.gallery.columns]).toEqual([11, 13, 14, 21, 23, 24]);
    expect(closed.gallery).toMatchObject({ count: 3, dimension: 2 });
  });
});
