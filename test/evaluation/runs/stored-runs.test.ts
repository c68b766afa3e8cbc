/** Runs on disk: which evaluation goes on in which folder, and what is refused when one is read. */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OnnxEngine } from '../../../src/engine/onnx-engine.ts';
import type { QueryRow } from '../../../src/evaluation/benchmark.ts';
import { type EvaluationOptions, evaluateBenchmark } from '../../../src/evaluation/evaluation.ts';
import type { RunIdentity } from '../../../src/evaluation/runs/run-identity.ts';
import { takeRunLock } from '../../../src/evaluation/runs/run-lock.ts';
import { listRuns, loadRun } from '../../../src/evaluation/runs/stored-runs.ts';
import { Calibration } from '../../../src/retrieval/calibration.ts';
import { readPromptFile } from '../../../src/retrieval/prompt-file.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';
import { FakeEncoder, FakeEngine } from '../../support/fake-engine.ts';
import { tinyModel } from '../../support/tiny-model.ts';
import { drawBenchmark, drawnBenchmark, evaluationOptions } from './drawn-benchmark.ts';

let root: string;
let data: string;
let home: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-runs-'));
  data = join(root, 'data');
  home = join(root, 'home');
  await drawBenchmark(data);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const evaluate = async (more: Partial<EvaluationOptions> = {}, benchmark = drawnBenchmark()) =>
  (await evaluateBenchmark(benchmark, evaluationOptions(data, home, more))).report;

describe('a run', () => {
  it('is one folder for whatever decides its result, and no other', async () => {
    const engine = new FakeEngine();
    class OtherSpace extends FakeEncoder {
      override async describeEncoder() {
        return { ...(await super.describeEncoder()), space: 'other' };
      }
    }
    class OtherModel extends FakeEngine {
      override async describe() {
        return { ...(await super.describe()), checksum: 'other' };
      }
    }
    class OtherNumbers extends FakeEngine {
      override async describe() {
        return { ...(await super.describe()), dtype: 'q4' };
      }
    }
    const full: Partial<EvaluationOptions> = { mode: 'full', engine, limit: 2 };
    const all: [Partial<EvaluationOptions>, ReturnType<typeof drawnBenchmark>?][] = [
      [{}],
      [{ tau: 0.2 }],
      [{ setting: 'other' }],
      [{ corrected: true }],
      [{ seed: 1 }],
      [{ limit: 2 }],
      [{ encoder: new OtherSpace() }],
      [{ calibration: new Calibration(calibrationNumbers) }],
      [{}, drawnBenchmark({ kinds: ['image'] })],
      [{}, drawnBenchmark({ trials: [{}, {}] })],
      [full],
      [{ ...full, mode: 'pairwise' }],
      [{ ...full, shortlist: 3 }],
      [{ ...full, engine: new OtherModel() }],
      [{ ...full, engine: new OtherNumbers() }],
    ];
    const folders: string[] = [];
    for (const [options, benchmark] of all) folders.push((await evaluate(options, benchmark)).run);
    expect(new Set(folders).size).toBe(all.length);
    expect(folders[0]).toMatch(/\/evaluations\/drawn-across-cameras-filter-[0-9a-f]{12}$/);
    expect((await evaluate()).run).toBe(folders[0]);
    expect((await evaluate({ ...full, allowPartial: true, measures: false })).run).toBe(folders[10]);
    expect((await listRuns(join(home, 'evaluations'))).map(({ folder }) => folder).sort()).toEqual(
      [...folders].sort(),
    );
  });

  it.each<[string, 'queries' | 'gallery', Partial<QueryRow>]>([
    ['person', 'queries', { personId: '5' }],
    ['camera', 'queries', { cameraId: '9' }],
    ['words', 'queries', { caption: 'somebody else' }],
    ['clothes', 'queries', { clothesId: '9' }],
    ['modality', 'queries', { modality: 'thermal' }],
    ['name', 'queries', { source: 'another' }],
    ['person', 'gallery', { personId: '5' }],
    ['camera', 'gallery', { cameraId: '9' }],
    ['clothes', 'gallery', { clothesId: '9' }],
    ['modality', 'gallery', { modality: 'thermal' }],
    ['name', 'gallery', { source: 'another' }],
  ])('is another one when the %s of a row of the %s changed', async (_, part, change) => {
    const whole = drawnBenchmark({ kinds: ['mixed'] });
    const changed: typeof whole = {
      ...whole,
      async read(...args) {
        const rows = await whole.read(...args);
        const edit = <T extends object>(list: readonly T[]): T[] =>
          list.map((row, at) => (at === 4 ? { ...row, ...change } : row));
        return part === 'queries'
          ? { ...rows, queries: edit(rows.queries) }
          : { ...rows, gallery: edit(rows.gallery) };
      },
    };
    expect((await evaluate({}, changed)).run).not.toBe((await evaluate({}, whole)).run);
  });

  it('is stamped with the words of its prompts', async () => {
    const { run } = await evaluate({ mode: 'pairwise', engine: new FakeEngine(), limit: 1 });
    const { language } = JSON.parse(await readFile(join(run, 'run.json'), 'utf8')) as RunIdentity;
    const { name, version, body } = await readPromptFile('verify-image');
    const stamp = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    expect(language!.prompts).toEqual({ [`${name}@${version}`]: stamp });
  });

  it('is another one when a picture changed', async () => {
    const before = (await evaluate()).run;
    const path = join(data, 'gallery-3-1.png');
    const bytes = await readFile(path);
    await writeFile(path, await readFile(join(data, 'gallery-4-1.png')));
    const changed = (await evaluate()).run;
    await writeFile(path, bytes);
    expect(changed).not.toBe(before);
    expect((await evaluate()).run).toBe(before);
  });

  it('is read as it was written, and for its owner alone', async () => {
    const report = await evaluate();
    const { report: read, queries } = await loadRun(report.run);
    expect(read).toEqual(JSON.parse(JSON.stringify(report)));
    expect(queries).toHaveLength(18);
    expect(queries[4]).toMatchObject({ trial: 0, source: 'query-1-1', kind: 'mixed', personId: '1' });
    for (const { top, correct, firstRank } of queries) {
      expect(top).toHaveLength(10);
      expect(top[0]!.correct).toBe(correct);
      if (firstRank <= 10) expect(top.findIndex((one) => one.correct)).toBe(firstRank - 1);
    }
    for (const name of ['', 'report.json', 'queries.jsonl', 'run.json']) {
      expect((await stat(join(report.run, name))).mode & 0o077, name).toBe(0);
    }
  });
});

describe('reading a run', () => {
  it('lists none where there is no folder, the newest first, and those that are not finished', async () => {
    expect(await listRuns(join(root, 'nowhere'))).toEqual([]);
    const runs = join(root, 'listed');
    const first = await evaluate({ runsFolder: runs });
    const second = await evaluate({ runsFolder: runs, tau: 0.3 });
    await rm(join(first.run, 'report.json'));
    await mkdir(join(runs, 'no run'));
    await writeFile(join(runs, 'no run either'), '');
    const listed = await listRuns(runs);
    expect(listed.map(({ folder }) => folder)).toEqual([second.run, first.run]);
    expect(listed[0]!.report?.mAP).toBe(second.mAP);
    expect(listed[1]!.report).toBeUndefined();
    await expect(loadRun(first.run)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(first.run),
    });
  });

  it.each([
    ['report.json', '{', /report\.json is damaged/],
    ['report.json', '{"benchmark": 3}', /report\.json is damaged/],
    ['queries.jsonl', 'nothing\n', /queries\.jsonl is damaged \(line 19\)/],
    ['queries.jsonl', '{"trial":0}\n', /queries\.jsonl is damaged \(line 19\)/],
  ])('names a %s with %j', async (name, text, message) => {
    const report = await evaluate({ runsFolder: join(root, 'damaged') });
    const path = join(report.run, name);
    await (name === 'report.json' ? writeFile : appendFile)(path, text);
    await expect(loadRun(report.run)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('is not finished before its queries are there, and leaves no parts behind', async () => {
    const runs = join(root, 'unfinished');
    const { run } = await evaluate({ runsFolder: runs });
    await rm(join(run, 'report.json'));
    await rm(join(run, 'queries.jsonl'));
    await mkdir(join(run, 'queries.jsonl'));
    await expect(evaluate({ runsFolder: runs })).rejects.toMatchObject({
      message: expect.stringContaining('queries.jsonl'),
    });
    expect((await readdir(run)).sort()).toEqual(['queries.jsonl', 'run.json', 'run.lock']);
  });

  it('lists the others beside one whose report is damaged', async () => {
    const runs = join(root, 'beside');
    const first = await evaluate({ runsFolder: runs });
    const second = await evaluate({ runsFolder: runs, tau: 0.3 });
    await writeFile(join(first.run, 'report.json'), '{');
    const listed = await listRuns(runs);
    expect(listed.map(({ folder }) => folder).sort()).toEqual([first.run, second.run].sort());
    expect(listed.find(({ folder }) => folder === second.run)!.report?.mAP).toBe(second.mAP);
    expect(listed.find(({ folder }) => folder === first.run)!.report).toBeUndefined();
  });

  it.each([0, 17])('names one of whose queries only %d are left', async (left) => {
    const report = await evaluate({ runsFolder: join(root, 'shortened') });
    const path = join(report.run, 'queries.jsonl');
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(0, left);
    await writeFile(path, lines.map((line) => `${line}\n`).join(''));
    await expect(loadRun(report.run)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(`queries.jsonl is damaged: ${left} of 18 lines`),
    });
  });

  it('names one whose queries are gone', async () => {
    const report = await evaluate({ runsFolder: join(root, 'gone') });
    await rm(join(report.run, 'queries.jsonl'));
    await expect(loadRun(report.run)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('queries.jsonl'),
    });
  });
});

describe('the lock of a run', () => {
  it('is mended when it is damaged, and holds', async () => {
    const runs = join(root, 'locked');
    const { run } = await evaluate({ runsFolder: runs });
    const file = join(run, 'run.lock');
    await writeFile(file, 'no lock '.repeat(500));
    const lock = takeRunLock(file);
    expect(() => takeRunLock(file)).toThrow(expect.objectContaining({ code: 'EVALUATION_BUSY' }));
    lock.release();
    await writeFile(file, 'no lock '.repeat(500));
    expect((await evaluate({ runsFolder: runs })).run).toBe(run);
  });
});

it('judges with a model that is one', async () => {
  const engine = await OnnxEngine.open({ model: tinyModel, device: 'cpu', threads: 1 });
  try {
    const report = await evaluate({ mode: 'full', engine, limit: 3, shortlist: 4 });
    expect(report.language).toMatchObject({ judged: 3, judgedNow: 3, engine: { kind: 'onnx' } });
    const { queries } = await loadRun(report.run);
    for (const { top, firstConfidence } of queries) {
      expect(firstConfidence).toBe(top[0]!.confidence);
      expect(firstConfidence).toBeGreaterThan(0);
    }
    const again = await evaluate({ mode: 'full', engine, limit: 3, shortlist: 4 });
    expect(again.language!.judgedNow).toBe(0);
    expect(again.mAP).toBe(report.mAP);
  } finally {
    await engine.close();
  }
});
