/** A small manifest and the pictures that it names. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { BenchmarkRows, ReadOptions } from '../../../src/evaluation/benchmark.ts';
import { type ManifestOptions, manifestBenchmark } from '../../../src/evaluation/datasets/manifest.ts';

export const header = 'path,person_id,camera_id,split,caption,clothes_id,modality';
export const rows = [
  'q/1.jpg,1,a,query,,,',
  ',2,,query,"a red cap, a bag",,',
  'q/3.jpg,3,a,Query,in blue,,',
  'g/1a.jpg,1,a,gallery,,,',
  'g/1b.jpg,1,b,gallery,,,',
  'g/2.jpg,2,,GALLERY,,,',
  'g/3.jpg,3,b,gallery,,,',
  't/9.jpg,9,a,train,in a coat,,',
  't/8.jpg,8,,train,,,',
];

export function layOut(folder: string, ...pictures: readonly string[]): void {
  for (const name of ['q', 'g', 't']) mkdirSync(join(folder, name), { recursive: true });
  const named = rows.flatMap((row) => (row.startsWith(',') ? [] : [row.split(',')[0]!]));
  for (const picture of [...named, ...pictures]) writeFileSync(join(folder, picture), '');
  writeFileSync(join(folder, 'cameras.csv'), `${[header, ...rows].join('\n')}\n`);
}

export type Kind = NonNullable<ManifestOptions['queries']>;

/** A folder for each test that has the small manifest in it, and what the tests do with it. */
export class ManifestFolder {
  path = '';

  constructor() {
    beforeEach(async () => {
      this.path = await mkdtemp(join(tmpdir(), 'chatreid-manifest-'));
      layOut(this.path);
    });
    afterEach(() => rm(this.path, { recursive: true, force: true }));
  }

  readonly write = (text: string | Uint8Array, name = 'm.csv'): string => {
    const file = join(this.path, name);
    writeFileSync(file, text);
    return file;
  };

  /** The small manifest with these lines behind it: the first is line 11. */
  readonly more = (...lines: readonly string[]): string => this.write([header, ...rows, ...lines].join('\n'));

  readonly read = (
    file: string,
    options: Partial<ReadOptions> = {},
    queries: Kind = 'as-given',
  ): Promise<BenchmarkRows> => manifestBenchmark({ queries }).read(file, { allowPartial: false, ...options });

  /** The message, in which the file's path is FILE. */
  readonly refusal = async (file: string, options: Partial<ReadOptions> = {}): Promise<string> => {
    const error = await this.read(file, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATASET_INVALID', message: expect.stringContaining(file) });
    return (error as Error).message.replace(file, 'FILE');
  };
}
