/** `chatreid evaluate manifest`: a case worked out by hand, every kind of query, rubbish, and the real program once. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationReport } from '../../src/evaluation/evaluation-report.ts';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { child } from '../cli/command-line.ts';
import { CountingEngine, EvaluateFolder, type Failed } from './evaluate-harness.ts';

const folder = new EvaluateFolder();
const { at, evaluate, json, write } = folder;

/** Where each picture points, in degrees; the first character is the person, the second the camera. */
const gallery = { '1a': 2, '2b': 10, '1b': 20, '3': 30, '1': 40, '2a': 50 };
const queries = { q1a: 0, q3a: 31, q2b: 20, q9a: 5 };

beforeAll(async () => {
  await mkdir(at('cameras'));
  for (const [name, degrees] of Object.entries({ ...gallery, ...queries })) {
    await folder.draw(join('cameras', `${name}.png`), degrees);
  }
  const rows = [
    'caption,camera_id,path,person_id,split',
    ',a,q1a.png,1,query',
    'at 47 degrees,,,2,query',
    ',a,q3a.png,3,query',
    'at 48 degrees,b,q2b.png,2,query',
    ',a,q9a.png,9,query',
    ...Object.keys(gallery).map((name) => `,${name.slice(1)},${name}.png,${name[0]},gallery`),
  ];
  await write('cameras/all.csv', `${rows.join('\n')}\n`);
});

describe('a manifest', () => {
  /*
   * τ 0.9 is 25.8 degrees. Each query's ranking, angles behind the names, right answers in brackets; the bar is where τ cuts.
   *
   * person 1, camera a, at 0:      2b 10, [1b 20] | 3 30, [1 40], 2a 50; 1a has its camera, 1 names none
   * words of person 2, at 47:      [2a 3], 1 7, 3 17 | 1b 27, [2b 37], 1a 45; words have no camera
   * person 3, camera a, at 31:     [3 1], 1 9, 1b 11, 2a 19, 2b 21 | 1a 29
   * person 2, camera b, 20 and 48: words weigh half, so at 29: 3 1, 1b 9, 1 11, [2a 21] | 1a 27; 2b has its camera
   * person 9:                      nobody
   */
  it('has the numbers that were worked out by hand', async () => {
    const report = await json<EvaluationReport>([
      ...['manifest', '--data', at('cameras/all.csv'), '--tau', '0.9'],
    ]);
    expect(report).toMatchObject({
      exitCode: 0,
      benchmark: 'manifest',
      setting: 'across-cameras',
      partial: false,
      notes: [],
      queries: 5,
      queryKinds: { image: 3, text: 1, mixed: 1 },
      gallery: 6,
      skipped: 1,
      cmc: [2 / 4, 3 / 4, 3 / 4, 1, 1, 1],
      rank1: 0.5,
      rank5: 1,
      rank10: 1,
      filterCeilingRank1: 1,
    });
    const near = (name: 'mAP' | 'mINP' | 'filterCeiling' | 'keptShare' | 'filterRecall', value: number) =>
      expect(report[name], name).toBeCloseTo(value, 12);
    near('mAP', ((1 / 2 + 2 / 4) / 2 + (1 + 2 / 5) / 2 + 1 + 1 / 4) / 4);
    near('mINP', (2 / 4 + 2 / 5 + 1 + 1 / 4) / 4);
    near('filterCeiling', ((1 + 2 / 4) / 2 + (1 + 2 / 5) / 2 + 1 + 1) / 4);
    near('keptShare', (2 / 5 + 3 / 6 + 5 / 6 + 4 / 5) / 4);
    near('filterRecall', (1 / 2 + 1 / 2 + 1 + 1) / 4);
  });

  it('tells people the kinds, their thresholds, and nothing of published numbers', async () => {
    const { stdout, stderr, exitCode } = await evaluate(['manifest', '--data', at('cameras/all.csv')]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'Manifest, across cameras: 5 queries (3 by picture, 1 by words, 1 by both), 6 gallery pictures',
    );
    expect(stdout).toContain('Filter at τ 0.970 (by picture), 0.960 (by words), 0.950 (by both):');
    expect(stderr).not.toMatch(/comparable|published/);
  });

  it('is found from any folder, and its pictures from where it lies', async () => {
    const file = at('cameras/all.csv');
    const near = await json<EvaluationReport>(['manifest', '--data', relative(process.cwd(), file)]);
    const far = await json<EvaluationReport>(['manifest', '--data', file]);
    expect(near.run).toBe(far.run);
  });

  it('needs a path, a person and a split, and no other column', async () => {
    const file = await write(
      'cameras/short.csv',
      'path,person_id,split\nq1a.png,1,query\nq3a.png,3,query\n1a.png,1,gallery\n2b.png,2,gallery\n3.png,3,gallery\n1.png,1,gallery\n',
    );
    const report = await json<EvaluationReport>(['manifest', '--data', file]);
    // Nothing is removed: [1a 2], 2b 10, 3 30, [1 40]; and [3 1] first.
    expect(report.mAP).toBeCloseTo(((1 + 2 / 4) / 2 + 1) / 2, 12);
    expect(report).toMatchObject({ queries: 2, rank1: 1, queryKinds: { image: 2, text: 0, mixed: 0 } });
    expect(
      (await json(['manifest', '--data', file, '--setting', 'cloth-changing'])) as unknown,
    ).toMatchObject({
      exitCode: 1,
      error: { message: expect.stringContaining('no clothes_id') },
    });
  });

  it('may ask by pictures alone or by words alone', async () => {
    const file = at('cameras/all.csv');
    const image = await json<EvaluationReport>(['manifest', '--data', file, '--queries', 'image']);
    expect(image.queryKinds).toEqual({ image: 4, text: 0, mixed: 0 });
    const words = await json<EvaluationReport>(['manifest', '--data', file, '--queries', 'text']);
    expect(words.queryKinds).toEqual({ image: 0, text: 2, mixed: 0 });
    // At 47 as above; at 48, camera b: [2a 2] first, and 2b has its camera.
    expect(words.mAP).toBeCloseTo(((1 + 2 / 5) / 2 + 1) / 2, 12);
    expect(words.tau).toBe(0.96);
  });

  it.each(['filter', 'pairwise', 'best-choice', 'full'])('is measured in mode %s', async (mode) => {
    const engine = new CountingEngine();
    const options = ['manifest', '--data', at('cameras/all.csv'), '--mode', mode, '--tau', '0.7'];
    const report = await json<EvaluationReport>(options, { engine });
    expect(report).toMatchObject({ exitCode: 0, mode, queries: 5, skipped: 1 });
    expect(engine.asked > 0).toBe(mode !== 'filter');
    expect(report.language?.judged).toBe(mode === 'filter' ? undefined : 4);
  });

  it('takes JSON lines', async () => {
    const lines = [
      { path: 'q1a.png', personId: 1, cameraId: 'a', split: 'query' },
      { caption: 'at 19 degrees', personId: 1, split: 'query' },
      { path: '1b.png', personId: 1, cameraId: 'b', split: 'gallery' },
      { path: '2b.png', personId: 2, cameraId: 'b', split: 'gallery' },
    ];
    const file = await write('cameras/lines.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(await json(['manifest', '--data', file])).toMatchObject({ mAP: 0.75, cmc: [0.5, 1] });
  });

  it('counts pictures and captions where there are captions, and only there', async () => {
    const progress = async (home: string, ...argv: string[]): Promise<string> =>
      (await evaluate(argv, { tty: true, env: { CHATREID_HOME: at(home) } })).stderr;
    const all = ['manifest', '--data', at('cameras/all.csv')];
    expect(await progress('home 1', ...all)).toContain('pictures and captions encoded');
    const pictures = await progress('home 2', ...all, '--queries', 'image');
    expect(pictures).toContain('pictures encoded');
    expect(pictures).not.toContain('captions');
    await progress('home 3', ...all, '--queries', 'image');
    expect(await progress('home 3', ...all, '--queries', 'text')).toMatch(/of 2 captions encoded/);
  });
});

const noCamera =
  "No camera is named in the queries or in the gallery: nothing is left out for being of the query's own camera.";

describe('a manifest that is worth a remark', () => {
  it('has a column that is probably meant for another', async () => {
    const file = await write(
      'cameras/slip.csv',
      'path,person_id,split,camera,frobnicate\nq1a.png,1,query,a,x\n1b.png,1,gallery,b,y\n',
    );
    const { notes } = await json<EvaluationReport>(['manifest', '--data', file]);
    expect(notes).toEqual(['The column camera is not used: call it camera_id if it is that.', noCamera]);
    const any = await json<EvaluationReport>(['manifest', '--data', file, '--setting', 'any-camera']);
    expect(any.notes).toEqual(['The column camera is not used: call it camera_id if it is that.']);
    const lines = await write(
      'cameras/slip.jsonl',
      '{"path":"q1a.png","person_id":"1","split":"query","text":"in red"}\n{"path":"1b.png","person_id":"1","split":"gallery"}\n',
    );
    const told = await json<EvaluationReport>(['manifest', '--data', lines]);
    expect(told.notes[0]).toBe('The column text is not used: call it caption if it is that.');
  });

  it('asks one query by its picture and with its words under one name, so that both can be compared', async () => {
    const file = await write(
      'cameras/both.csv',
      'path,person_id,camera_id,split,caption\nq1a.png,1,a,query,red\n2b.png,2,b,query,blue\n1b.png,1,b,gallery,\n2a.png,2,a,gallery,\n',
    );
    const image = await json<EvaluationReport>(['manifest', '--data', file, '--queries', 'image']);
    const both = await json<EvaluationReport>(['manifest', '--data', file]);
    const compared = await json<{ queries: number }>(['compare', image.run, both.run]);
    expect(compared.queries).toBe(2);
  });

  it('is whole where a query is its own answer, and that is told', async () => {
    const file = await write(
      'cameras/own.csv',
      'path,person_id,split\n1a.png,1,query\n1a.png,1,gallery\n2b.png,2,gallery\n',
    );
    const report = await json<EvaluationReport>(['manifest', '--data', file]);
    expect(report).toMatchObject({
      partial: false,
      notes: [noCamera, '1 query picture is in the gallery, too, and is its own right answer: 1a.png'],
    });
    const { stderr } = await evaluate(['manifest', '--data', file, '--html', at('own.html')]);
    expect(stderr).toContain('1 query picture is in the gallery, too');
    const html = await readFile(at('own.html'), 'utf8');
    for (const text of [stderr, html.replace(/<[^>]+>/g, '')]) expect(text).not.toMatch(/not comparable/i);
    expect(html).toContain('To be noted');
  });

  it('is partial without a picture, where it may be, and no name of a file moves the cursor', async () => {
    const file = await write(
      'cameras/missing.csv',
      'path,person_id,split\nq1a.png,1,query\n1b.png,1,gallery\n\u001b[31mgone.png,2,gallery\n',
    );
    const refused = await json<Failed>(['manifest', '--data', file]);
    expect(refused).toMatchObject({
      exitCode: 1,
      error: { code: 'DATASET_INVALID', message: expect.stringMatching(/missing\.csv line 4: .*gone\.png/) },
    });
    const { stderr, exitCode } = await evaluate(['manifest', '--data', file, '--allow-partial']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^This is not the whole data set/m);
    expect(stderr).toContain('gone.png (line 4)');
    expect(stderr).not.toContain('\u001b');
    expect(stderr).not.toContain('published');
  });

  it('is partial with a picture that cannot be opened', async () => {
    await write('cameras/torn.png', (await readFile(at('cameras/2b.png'))).subarray(0, 60));
    const file = await write(
      'cameras/torn.csv',
      'path,person_id,split\nq1a.png,1,query\n1b.png,1,gallery\ntorn.png,2,gallery\n',
    );
    expect(await json(['manifest', '--data', file])).toMatchObject({
      exitCode: 1,
      error: { code: 'DATASET_INVALID', message: expect.stringContaining('torn.png') },
    });
    expect(await json(['manifest', '--data', file, '--allow-partial'])).toMatchObject({
      exitCode: 0,
      partial: true,
      gallery: 1,
      mAP: 1,
      notes: [expect.stringContaining('torn.png was left out'), noCamera],
    });
  });
});

describe('rubbish in place of a manifest', () => {
  const head = 'path,person_id,camera_id,split,caption\n1a.png,1,a,gallery,\n';
  it.each([
    ['an empty file', '', /the file is empty/],
    ['nothing but a header', 'path,person_id,split\n', /no row has the split query/],
    ['no queries', head, /no row has the split query/],
    ['no gallery', 'path,person_id,split\nq1a.png,1,query\n', /no row has the split gallery/],
    ['no columns that are known', 'a,b,c\n1,2,3\n', /no column path/],
    [
      'a caption of 10,000 characters',
      `${head},1,,query,${'long '.repeat(2000)}\n`,
      /line 3: its caption is 9,999/,
    ],
    [
      'a picture that is not there',
      `${head}gone.png,1,b,query,\n`,
      /line 3: there is no picture at gone\.png/,
    ],
    ['a path that is NaN', `${head}NaN,NaN,NaN,query,\n`, /line 3: there is no picture at NaN/],
    ['a split that is NaN', `${head}q1a.png,1,b,NaN,\n`, /line 3: its split "NaN" is not known/],
    [
      'a row twice',
      `${head}1a.png,1,a,gallery,\nq1a.png,1,b,query,\n`,
      /line 3: 1a\.png is a gallery row already, in line 2/,
    ],
    [
      'a query twice',
      `${head},1,,query,red\n,1,,query,red\n`,
      /line 4: the same description of the same person/,
    ],
    ['a folder as a picture', `${head}.,1,b,query,\n`, /line 3: there is no picture at \./],
    ['nobody who is in the gallery', `${head},7,,query,red\n`, /No query has a right answer/],
    ['JSON that is a list', '[{"path":"1a.png"}]', /one list/],
    ['an unclosed quote', `${head}"q1a.png,1,b,query\n`, /this is not CSV/],
  ])('%s is refused with a sentence', async (_, text, message) => {
    const refused = await json<Failed>(['manifest', '--data', await write('cameras/rubbish.csv', text)]);
    expect(refused.exitCode).toBe(1);
    expect(refused.error.code).toBe('DATASET_INVALID');
    expect(refused.error.message).toMatch(message);
    expect(refused.error.next).toMatch(/\.$/);
  });

  it.each([
    ['a folder', () => at('cameras'), /this is a folder/],
    ['a picture', () => at('cameras/1a.png'), /line 1: this is not UTF-8 text/],
    ['nothing', () => at('cameras/none.csv'), /There is no file .*none\.csv\.$/],
  ])('%s is refused', async (_, path, message) => {
    const refused = await json<Failed>(['manifest', '--data', path()]);
    expect([refused.exitCode, refused.error.code]).toEqual([1, 'DATASET_INVALID']);
    expect(refused.error.message).toMatch(message);
  });

  it('persons and cameras may be called anything', async () => {
    const file = await write(
      'cameras/names.csv',
      'path,person_id,camera_id,split\nq1a.png,NaN,null,query\n1a.png,NaN,null,gallery\n1b.png,NaN,undefined,gallery\n2b.png,__proto__,0,gallery\n',
    );
    expect(await json(['manifest', '--data', file])).toMatchObject({ exitCode: 0, gallery: 3, mAP: 0.5 });
  });
});

describe('the shipped model over pictures of the demo', () => {
  it('is measured by picture, by words and by both, in a process of its own', async () => {
    const demo = join(packageRoot(), 'model/demo');
    const rows = parse(await readFile(join(demo, 'manifest.csv'), 'utf8'), { columns: true }) as Record<
      'path' | 'person_id' | 'camera_id' | 'split' | 'caption' | 'clothes_id',
      string
    >[];
    const some = rows.filter(({ person_id }) => Number(person_id) <= 7);
    expect(some.length).toBeLessThan(40);
    await mkdir(at('demo/pictures'), { recursive: true });
    for (const { path } of some) await copyFile(join(demo, path), at('demo', path));
    let asked = 0;
    const lines = some.map(({ path, person_id, camera_id, split, caption }) => {
      if (split !== 'query') return { path, person_id, camera_id, split };
      const kinds = [{ path, camera_id }, { caption }, { path, caption, camera_id }];
      return { person_id, split, ...kinds[asked++ % 3] };
    });
    const file = await write('demo/m.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    const page = at('demo/report.html');
    const { exitCode, stdout, stderr } = await child(
      ['evaluate', 'manifest', '--data', file, '--html', page, '--json'],
      { CHATREID_HOME: at('real home'), CHATREID_DEVICE: 'cpu' },
    );
    expect([exitCode, stderr.match(/comparable/)]).toEqual([0, null]);
    const report = JSON.parse(stdout) as EvaluationReport;
    expect(report.encoder).toMatchObject({ name: 'chatreid-tiny', device: 'cpu' });
    for (const kind of ['image', 'text', 'mixed'] as const)
      expect(report.queryKinds[kind], kind).toBeGreaterThan(0);
    expect(report.mAP).toBeGreaterThan(0.5);
    expect(await readFile(page, 'utf8')).toContain('data:image/');
  });
});
