/** Benchmarks made of Market-1501 and what lies beside it, on a small one of drawn colours. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BenchmarkRows } from '../../../src/evaluation/benchmark.ts';
import { altered } from '../../../src/evaluation/derived/altered-picture.ts';
import { clueSentence, factsKey, hasAttributes } from '../../../src/evaluation/derived/clue.ts';
import { derivedBenchmarks } from '../../../src/evaluation/derived/derived-benchmarks.ts';
import { cluesOf } from '../../../src/evaluation/derived/market-clues.ts';
import { rightWords } from '../../../src/evaluation/derived/market-altered.ts';
import type { EvaluationReport } from '../../../src/evaluation/evaluation-report.ts';
import { drawMarket } from '../datasets/drawn-market.ts';
import { EvaluateFolder, type Failed } from '../evaluate-harness.ts';

const folder = new EvaluateFolder();
const { at, json } = folder;

async function crop(name: string): Promise<void> {
  const background = { r: 200, g: 100, b: 50 };
  await sharp({ create: { width: 8, height: 16, channels: 3, background } })
    .jpeg()
    .toFile(at('market', name));
}

const labels = Object.fromEntries(
  Array.from({ length: 8 }, (_, i) => [
    String(i + 1).padStart(4, '0'),
    {
      gender: i % 2 === 0 ? 'man' : 'woman',
      top: ['red', 'blue', 'green', 'white'][i % 4],
      bottom: i < 4 ? 'black' : 'gray',
      backpack: i === 2 ? 'yes' : 'no',
    },
  ]),
);

beforeAll(async () => {
  await drawMarket(at('market'));
  await mkdir(at('market', 'gt_bbox'));
  for (const name of ['0001_c1s1_000001_00.jpg', '0002_c2s1_000001_00.jpg', '1400_c1s1_000001_00.jpg']) {
    await crop(`gt_bbox/${name}`);
  }
  await folder.write(
    'captions.json',
    JSON.stringify([
      { id: 1, file_path: 'Market/0001_c1s1_000001_00.jpg', captions: 'a coat at 20 degrees' },
      { id: 1, file_path: 'Market/0001_c1s1_000001_00.jpg', captions: 'a hat at 30 degrees' },
      { id: 2, file_path: 'Market/0002_c2s1_000001_00.jpg', captions: ['a coat at 40 degrees'] },
      // Not a test person of this Market, not one of its crops, not of Market.
      { id: 3, file_path: 'Market/1400_c1s1_000001_00.jpg', captions: 'a coat' },
      { id: 4, file_path: 'Market/0003_c1s1_000001_00.jpg', captions: 'a coat' },
      { id: 5, file_path: 'CUHK03/1_2.png', captions: 'a coat' },
    ]),
  );
  await folder.write('labels.json', JSON.stringify(labels));
});

function read(name: string, setting: string): Promise<BenchmarkRows> {
  const benchmark = derivedBenchmarks({
    captions: [at('captions.json')],
    attributes: at('labels.json'),
    pictures: at('pictures'),
  }).find((one) => one.name === name)!;
  const found = benchmark.settings.find((one) => one.name === setting)!;
  return benchmark.read(at('market'), { allowPartial: true, setting: found });
}

describe('market1501-captions', () => {
  it('joins descriptions to hand-drawn crops of test persons', async () => {
    const { queries, gallery, remarks } = await read('market1501-captions', 'described');
    expect(queries.map(({ source, caption, path }) => [source, caption, path])).toEqual([
      ['gt_bbox/0001_c1s1_000001_00.jpg#01', 'a coat at 20 degrees', undefined],
      ['gt_bbox/0001_c1s1_000001_00.jpg#02', 'a hat at 30 degrees', undefined],
      ['gt_bbox/0002_c2s1_000001_00.jpg#01', 'a coat at 40 degrees', undefined],
    ]);
    expect(gallery.map(({ source }) => source)).toEqual([
      'gt_bbox/0001_c1s1_000001_00.jpg',
      'gt_bbox/0002_c2s1_000001_00.jpg',
    ]);
    expect(remarks).toEqual(['3 descriptions of 2 pictures of 2 test persons.']);
  });

  it('asks the same queries by picture, with words and without, against the official gallery', async () => {
    const both = await read('market1501-captions', 'picture-and-words');
    const alone = await read('market1501-captions', 'picture-alone');
    expect(both.gallery).toHaveLength(27);
    expect(alone.queries.map(({ source, path, cameraId }) => [source, path, cameraId])).toEqual(
      both.queries.map(({ source, path, cameraId }) => [source, path, cameraId]),
    );
    expect(both.queries.map(({ caption }) => caption !== undefined)).toEqual([true, true, true]);
    expect(alone.queries.some(({ caption }) => caption !== undefined)).toBe(false);
  });

  it('can be measured and compared from the command line', async () => {
    const argv = [
      'market1501-captions',
      '--data',
      at('market'),
      '--captions',
      at('captions.json'),
      '--allow-partial',
    ];
    const words = await json<EvaluationReport>([...argv, '--setting', 'whole-gallery']);
    expect(words).toMatchObject({ queries: 3, queryKinds: { text: 3 }, gallery: 27 });
    const runs = [];
    for (const setting of ['picture-alone', 'picture-and-words']) {
      runs.push((await json<EvaluationReport>([...argv, '--setting', setting])).run);
    }
    expect(await json(['compare', ...runs])).toMatchObject({ exitCode: 0, queries: 3 });
  });

  it('says what it needs', async () => {
    const { error } = await json<Failed>(['market1501-captions', '--data', at('market'), '--allow-partial']);
    expect(error).toMatchObject({ code: 'OPTION_INVALID', next: 'Add --captions FILE.json.' });
  });
});

describe('market1501-clues', () => {
  it('counts every picture of everybody who has all the attributes', () => {
    const rows = ['gender=man;top=red', 'gender=man;top=blue', 'gender=woman;top=red'].map((clothesId) => ({
      personId: clothesId,
      clothesId,
    }));
    const relevance = hasAttributes.prepare(rows);
    const positives = (clothesId: string) => relevance({ personId: 'x', clothesId }).positives;
    expect(positives('top=red')).toEqual([0, 2]);
    expect(positives('gender=man;top=red')).toEqual([0]);
    expect(positives('gender=woman;top=blue')).toEqual([]);
  });

  it('draws what people have and what tells them apart, each clue once, the same each time', async () => {
    const { queries, gallery } = await read('market1501-clues', 'two-attributes');
    expect(gallery.every(({ personId }) => personId !== '0000')).toBe(true);
    expect(new Set(queries.map(({ source }) => source)).size).toBe(queries.length);
    expect(queries.map(({ clothesId }) => clothesId!.split(';').length)).toEqual(queries.map(() => 2));
    expect(queries.some(({ source }) => source.includes('=no'))).toBe(false);
    const people = new Map(gallery.map(({ personId, clothesId }) => [personId, clothesId!.split(';')]));
    for (const { clothesId } of queries) {
      const facts = clothesId!.split(';');
      expect([...people.values()].some((own) => facts.every((fact) => own.includes(fact)))).toBe(true);
    }
    expect((await read('market1501-clues', 'two-attributes')).queries).toEqual(queries);
    // Everybody is a man here: that tells nobody apart.
    expect(
      cluesOf(
        [
          { gender: 'man', top: 'red' },
          { gender: 'man', top: 'blue' },
        ],
        1,
      ).map(({ source }) => source),
    ).toEqual(['top=blue', 'top=red']);
  });

  it('says a clue as people do', () => {
    expect(
      clueSentence([
        ['top', 'red'],
        ['sleeves', 'short'],
      ]),
    ).toBe('a person, wearing a red short-sleeved top');
    expect(
      clueSentence([
        ['gender', 'woman'],
        ['hair', 'long'],
        ['legwear', 'skirt'],
        ['bottom', 'black'],
        ['bag', 'yes'],
      ]),
    ).toBe('a woman with long hair, wearing a black skirt, carrying a shoulder bag');
    expect(
      clueSentence([
        ['age', 'child'],
        ['gender', 'man'],
      ]),
    ).toBe('a little boy');
    expect(clueSentence([['age', 'elderly']])).toBe('an elderly person');
    expect(
      factsKey([
        ['top', 'red'],
        ['gender', 'man'],
      ]),
    ).toBe('gender=man;top=red');
  });

  it('refuses labels that are none of the table, naming the person', async () => {
    await folder.write('wrong.json', JSON.stringify({ '0001': { top: 'red', shoes: 'black' } }));
    const argv = [
      'market1501-clues',
      '--data',
      at('market'),
      '--allow-partial',
      '--attributes',
      at('wrong.json'),
    ];
    const { error } = await json<Failed>(argv);
    expect(error.message).toContain('person 0001: there is no attribute "shoes"');
  });
});

describe('market1501-altered', () => {
  const grey = { width: 40, height: 80, data: new Uint8Array(40 * 80 * 3).fill(120) };
  const pixel = (data: Uint8Array, x: number, y: number): number[] =>
    Array.from(data.subarray(3 * (y * 40 + x), 3 * (y * 40 + x) + 3));

  it('gives the part another colour and leaves the rest, the same for the same picture', () => {
    const top = altered(grey, 'top', 'seed');
    expect(pixel(top, 20, 26)).not.toEqual([120, 120, 120]);
    expect(pixel(top, 20, 56)).toEqual([120, 120, 120]);
    expect(pixel(top, 1, 26)).toEqual([120, 120, 120]);
    expect(altered(grey, 'top', 'seed')).toEqual(top);
    const bottom = altered(grey, 'bottom', 'seed');
    expect(pixel(bottom, 20, 26)).toEqual([120, 120, 120]);
    expect(pixel(bottom, 20, 56)).not.toEqual([120, 120, 120]);
    expect(grey.data.every((value) => value === 120)).toBe(true);
  });

  it('takes the colour away, with a night camera the contrast too', () => {
    const coloured = { ...grey, data: Uint8Array.from(grey.data, (_, i) => [220, 30, 30][i % 3]!) };
    const [r, g, b] = pixel(altered(coloured, 'grey', 's'), 5, 5);
    expect([r, g, b]).toEqual([87, 87, 87]);
    const night = altered(coloured, 'infrared', 's');
    expect(new Set(pixel(night, 5, 5)).size).toBe(1);
    expect(new Set(night).size).toBeGreaterThan(3);
  });

  it('keeps each altered picture once, and says the right colours beside it', async () => {
    const words = await read('market1501-altered', 'recoloured-with-words');
    const alone = await read('market1501-altered', 'recoloured');
    expect(alone.queries.map(({ path }) => path)).toEqual(words.queries.map(({ path }) => path));
    expect(words.queries.every(({ caption }) => /red|blue|green|white|black|gray/.test(caption!))).toBe(true);
    const original = await read('market1501-altered', 'as-taken');
    expect(original.queries.map(({ source }) => source)).toEqual(alone.queries.map(({ source }) => source));
    expect(original.queries[0]!.path).toContain(join('market', 'query'));
    const kept = await readdir(at('pictures', 'altered'));
    expect(kept.length).toBe(new Set(alone.queries.map(({ path }) => path)).size);
    expect(kept.every((name) => name.endsWith('.png'))).toBe(true);
    // Person 9 has no label.
    expect(alone.remarks).toEqual(['Queries of people whose colours are not known are left out: 1.']);
  });

  it('names only the clothes that were altered', () => {
    const worn = { top: 'red', bottom: 'black', legwear: 'trousers', sleeves: 'long' };
    expect(rightWords(worn, 'top')).toBe('a person, wearing a red long-sleeved top');
    expect(rightWords(worn, 'bottom')).toBe('a person, wearing black trousers');
  });
});

describe('cuhk03-crops', () => {
  it('looks for every picture in the other camera', async () => {
    await mkdir(at('cuhk', 'val'), { recursive: true });
    for (const name of ['0000_00', '0000_05', '0001_00', '0001_09'])
      await writeFile(at('cuhk', 'val', `${name}.jpg`), '');
    const benchmark = derivedBenchmarks({ pictures: '' }).find(({ name }) => name === 'cuhk03-crops')!;
    const { queries, gallery } = await benchmark.read(at('cuhk'), { allowPartial: false });
    const relevance = benchmark.settings[0].protocol.prepare(gallery)(queries[0]!);
    expect(relevance).toEqual({ positives: [1], ignored: [0] });
    await writeFile(at('cuhk', 'val', 'other.jpg'), '');
    await expect(benchmark.read(at('cuhk'), { allowPartial: false })).rejects.toThrow('val/other.jpg');
  });
});
