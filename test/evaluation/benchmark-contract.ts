/** What every Benchmark keeps, whatever the data set: one suite that each implementation calls. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Benchmark, BenchmarkRow } from '../../src/evaluation/benchmark.ts';

export interface BenchmarkSample {
  /** Lays out a small, well-formed part of the data set (empty picture files will do). */
  layOut(folder: string): Promise<{ readonly queries: number; readonly gallery: number }>;
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

    it('has a name for the command line and a rule for the report', () => {
      expect(benchmark.name).toMatch(/^[a-z0-9-]+$/);
      expect(benchmark.title).not.toBe('');
      expect(benchmark.protocol.rule).not.toBe('');
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

    it('refuses other counts than the published ones, and says which', async () => {
      const { queries } = await sample.layOut(folder);
      await expect(benchmark.read(folder, { allowPartial: false })).rejects.toMatchObject({
        code: 'DATASET_INVALID',
        message: expect.stringMatching(new RegExp(`${queries} .* instead of \\d+`)),
        next: expect.stringContaining('--allow-partial'),
      });
    });

    it('reads a part when it may, says what differs, and reads it the same again', async () => {
      const counts = await sample.layOut(folder);
      const read = await benchmark.read(folder, { allowPartial: true });
      expect(read.differences.length).toBeGreaterThan(0);
      expect({ queries: read.queries.length, gallery: read.gallery.length }).toEqual(counts);
      expect(await benchmark.read(folder, { allowPartial: true })).toEqual(read);
    });

    it('gives rows with labels, in the order of their names, whose files are there', async () => {
      await sample.layOut(folder);
      const read = await benchmark.read(folder, { allowPartial: true });
      const relevanceOf = benchmark.protocol.prepare(read.gallery);
      expect(read.queries.some((query) => relevanceOf(query).positives.length > 0)).toBe(true);
      for (const rows of [read.queries, read.gallery]) inOrderAndThere(rows);
    });

    it('names a malformed row, whether a part is allowed or not', async () => {
      await sample.layOut(folder);
      const named = await sample.spoil(folder);
      for (const allowPartial of [true, false]) {
        await expect(benchmark.read(folder, { allowPartial })).rejects.toMatchObject({
          code: 'DATASET_INVALID',
          message: expect.stringContaining(named),
        });
      }
    });
  });
}

function inOrderAndThere(rows: readonly BenchmarkRow[]): void {
  const sources = rows.map((row) => row.source);
  expect(new Set(sources).size).toBe(rows.length);
  expect(sources).toEqual(sources.toSorted());
  for (const row of rows) {
    expect(row.personId).not.toBe('');
    expect(isAbsolute(row.path) && existsSync(row.path)).toBe(true);
  }
}
