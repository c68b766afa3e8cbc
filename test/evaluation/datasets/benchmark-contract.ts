/** What every Benchmark keeps, whatever the data set: one suite that each implementation calls. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  Benchmark,
  BenchmarkRows,
  QueryRow,
  TrainingRow,
  TrainingSet,
} from '../../../src/evaluation/benchmark.ts';
import { isPictureName } from '../../../src/evaluation/datasets/picture-folder.ts';

interface Sample {
  /** What is given to read: the folder itself, unless said otherwise. Relative to it. */
  readonly data?: string;
  /** False where nothing is published to compare counts with. */
  readonly counts?: false;
  /**
   * Takes away one picture that one row names. For data sets whose rows are listed apart from their pictures.
   *
   * @returns where the row stands, and the picture as it names it
   */
  lose?(folder: string): Promise<{ readonly row: string; readonly source: string }>;
}

export interface BenchmarkSample extends Sample {
  /** Lays out a small, well-formed part of the data set (empty picture files will do), as the default setting reads it. */
  layOut(folder: string): Promise<{ readonly queries: number; readonly gallery: number }>;
  /** Spoils one row of it; answers with the words by which the error must name that row. */
  spoil(folder: string): Promise<string>;
}

export interface TrainingSample extends Sample {
  /** Lays out a small, well-formed training part. */
  layOut(folder: string): Promise<{ readonly rows: number }>;
  /** Spoils one row of it; answers with the words by which the error must name that row. */
  spoil(folder: string): Promise<string>;
}

export function benchmarkContract(benchmark: Benchmark, sample: BenchmarkSample): void {
  describe(`${benchmark.title} keeps the Benchmark contract`, () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'chatreid-benchmark-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));
    const data = (): string => join(folder, sample.data ?? '.');
    const counted = sample.counts !== false;

    it('has a name for the command line, and settings with a rule for the report', () => {
      expect(benchmark.name).toMatch(/^[a-z0-9-]+$/);
      expect(benchmark.title).not.toBe('');
      const names = benchmark.settings.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { name, title, protocol, corrected, quirks } of benchmark.settings) {
        expect(name).toMatch(/^[a-z0-9-]+$/);
        expect(title).not.toBe('');
        expect(protocol.rule).not.toBe('');
        if (corrected) expect(quirks).not.toEqual([]);
      }
    });

    it.each([true, false])('refuses what is not its layout (allowPartial %s)', async (allowPartial) => {
      const file = join(folder, 'file');
      await writeFile(file, '');
      await mkdir(join(folder, 'empty'));
      for (const path of [join(folder, 'absent'), file, join(folder, 'empty')]) {
        await expect(benchmark.read(path, { allowPartial })).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: expect.stringContaining(path),
        });
      }
    });

    if (counted) {
      it('refuses other counts than the published ones, and says which', async () => {
        const { queries } = await sample.layOut(folder);
        await expect(benchmark.read(data(), { allowPartial: false })).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: expect.stringMatching(new RegExp(`${queries} .* instead of \\d+`)),
          next: expect.stringContaining('--allow-partial'),
        });
      });
    }

    it('reads a part when it may, says what differs, and reads it the same again', async () => {
      const counts = await sample.layOut(folder);
      const read = await benchmark.read(data(), { allowPartial: true });
      expect(read.differences.length > 0).toBe(counted);
      expect({ queries: read.queries.length, gallery: read.gallery.length }).toEqual(counts);
      expect(await benchmark.read(data(), { allowPartial: true })).toEqual(read);
    });

    it('gives rows with labels, in the order of their names, whose files are there', async () => {
      await sample.layOut(folder);
      const read = await benchmark.read(data(), { allowPartial: true });
      const relevanceOf = benchmark.settings[0].protocol.prepare(read.gallery);
      expect(read.queries.some((query) => relevanceOf(query).positives.length > 0)).toBe(true);
      for (const rows of [read.queries, read.gallery]) inOrderAndThere(rows);
      for (const { path, caption } of read.queries) expect(path ?? caption).toBeTruthy();
      for (const { path } of read.gallery) expect(isAbsolute(path)).toBe(true);
    });

    it('draws every row at least once where it draws', async () => {
      await sample.layOut(folder);
      for (const setting of benchmark.settings) {
        for (const corrected of [false, true]) {
          drawsEveryRow(await benchmark.read(data(), { allowPartial: true, setting, corrected }));
        }
      }
    });

    losesContract(
      sample,
      () => folder,
      async (allowPartial) => {
        for (const setting of benchmark.settings.slice(1)) {
          for (const corrected of [false, true]) {
            const read = benchmark.read(data(), { allowPartial: true, setting, corrected });
            // Other settings have other rows, and may have none left: then they say so.
            await read.then(drawsEveryRow, (error) =>
              expect(error).toMatchObject({ code: 'DATASET_INVALID' }),
            );
          }
        }
        const { queries, gallery, differences } = await benchmark.read(data(), { allowPartial });
        return { rows: [...queries, ...gallery], differences };
      },
    );

    it('names a malformed row, whether a part is allowed or not', async () => {
      await sample.layOut(folder);
      const named = await sample.spoil(folder);
      for (const allowPartial of [true, false]) {
        await expect(benchmark.read(data(), { allowPartial })).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: expect.stringContaining(named),
        });
      }
    });
  });
}

/** What `--allow-partial` means is the same everywhere: rows without a picture are left out, and told. */
function losesContract(
  { layOut, lose }: Sample & { layOut(folder: string): Promise<unknown> },
  folder: () => string,
  read: (allowPartial: boolean) => Promise<{
    readonly rows: readonly (QueryRow | TrainingRow)[];
    readonly differences: readonly string[];
  }>,
): void {
  if (lose === undefined) return;
  it('refuses a row whose picture is not there, and leaves it out where it may', async () => {
    await layOut(folder());
    const whole = await read(true);
    const { row, source } = await lose(folder());
    await expect(read(false)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(`${row}: there is no picture at ${source}.`),
      next: expect.stringContaining('--allow-partial'),
    });
    const { rows, differences } = await read(true);
    expect(rows.length).toBeLessThan(whole.rows.length);
    // A caption has no path: its source begins with its picture's.
    const isThere = (one: QueryRow | TrainingRow): boolean =>
      one.path === undefined ? !one.source.startsWith(`${source}#`) : existsSync(one.path);
    expect(rows).toEqual(whole.rows.filter(isThere));
    expect(differences[0]).toBe(`1 row was left out because no picture is there: ${source} (${row})`);
  });

  it.each([true, false])('refuses a data set without any picture (allowPartial %s)', async (allowPartial) => {
    await layOut(folder());
    for (const entry of await readdir(folder(), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && isPictureName(entry.name)) await rm(join(entry.parentPath, entry.name));
    }
    await expect(read(allowPartial)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(
        allowPartial
          ? /: no (picture|trial|gallery row|train row) .*is (there|in)/
          : /there is no picture at/,
      ),
    });
  });
}

function drawsEveryRow({ queries, gallery, trials }: BenchmarkRows): void {
  const all = (rows: readonly unknown[]): number[] => rows.map((_, row) => row);
  for (const [side, rows] of [
    ['queries', queries],
    ['gallery', gallery],
  ] as const) {
    const drawn = trials?.map((trial) => trial[side] ?? all(rows)) ?? [all(rows)];
    for (const draw of drawn) {
      expect(draw).not.toEqual([]);
      expect(draw).toEqual(draw.toSorted((a, b) => a - b));
    }
    expect([...new Set(drawn.flat())].sort((a, b) => a - b)).toEqual(all(rows));
  }
}

/** For training-only sets, and for the training part of a benchmark. */
export function trainingContract(set: TrainingSet, sample: TrainingSample): void {
  describe(`${set.title} keeps the training contract`, () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'chatreid-training-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));
    const data = (): string => join(folder, sample.data ?? '.');
    const counted = sample.counts !== false;

    it.each([true, false])('refuses what is not its layout (allowPartial %s)', async (allowPartial) => {
      await mkdir(join(folder, 'empty'));
      for (const path of [join(folder, 'absent'), join(folder, 'empty')]) {
        await expect(set.readTraining(path, { allowPartial })).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: expect.stringContaining(path),
        });
      }
    });

    if (counted) {
      it('refuses other counts than the published ones, and says which', async () => {
        await sample.layOut(folder);
        await expect(set.readTraining(data(), { allowPartial: false })).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: expect.stringMatching(/\d+ .* instead of \d+/),
          next: expect.stringContaining('--allow-partial'),
        });
      });
    }

    it('reads a part when it may: rows with files, in the order of their sources, the same again', async () => {
      const { rows } = await sample.layOut(folder);
      const read = await set.readTraining(data(), { allowPartial: true });
      expect(read.differences.length > 0).toBe(counted);
      expect(read.rows).toHaveLength(rows);
      inOrderAndThere(read.rows);
      for (const row of read.rows) expect(row.personId !== undefined || row.captions.length > 0).toBe(true);
      expect(await set.readTraining(data(), { allowPartial: true })).toEqual(read);
    });

    losesContract(
      sample,
      () => folder,
      (allowPartial) => set.readTraining(data(), { allowPartial }),
    );

    it('names a malformed row, whether a part is allowed or not', async () => {
      await sample.layOut(folder);
      const named = await sample.spoil(folder);
      for (const allowPartial of [true, false]) {
        await expect(set.readTraining(data(), { allowPartial })).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: expect.stringContaining(named),
        });
      }
    });
  });
}

function inOrderAndThere(rows: readonly (QueryRow | TrainingRow)[]): void {
  const sources = rows.map((row) => row.source);
  expect(new Set(sources).size).toBe(rows.length);
  expect(sources).toEqual(sources.toSorted());
  for (const { personId, path } of rows) {
    expect(personId).not.toBe('');
    if (path !== undefined) expect(isAbsolute(path) && existsSync(path)).toBe(true);
  }
}
