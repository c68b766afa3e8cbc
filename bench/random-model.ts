/** Model folders for the benchmarks: the tiny one of the tests, and a random one of 59 M parameters, written once and kept. */
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { homeFolder } from '../src/foundation/home.ts';
import { packageRoot } from '../src/foundation/package-root.ts';
import { fillNormal } from './seeded-random.ts';

/** tensors.json; model/hpt/README.md describes it. */
interface WeightList {
  readonly seed: number;
  readonly shared: { readonly folder: string; readonly names: readonly string[] };
  readonly files: readonly {
    readonly data: string;
    readonly tensors: readonly {
      readonly dtype: string;
      readonly offset: number;
      readonly length: number;
      readonly kind: 'ones' | 'zeros' | 'normal';
      readonly std?: number;
    }[];
  }[];
}

export const tinyModel = join(packageRoot(), 'test/fixtures/tiny-qwen2vl');
/** The shipped folder, whose filter the gallery uses. */
export const shippedModel = join(packageRoot(), 'model/chatreid-tiny');
const midGraphs = join(packageRoot(), 'bench/models/mid');

/** Outside of the repository: under CHATREID_HOME where that is set, else among the temporary files. */
export function benchCache(env: NodeJS.ProcessEnv = process.env): string {
  return env.CHATREID_HOME?.trim() ? join(homeFolder(env).cache, 'bench') : join(tmpdir(), 'chatreid-bench');
}

/**
 * The folder of the random model with its weights (234 MB) beside its graphs, and with the shipped filter, so that one
 * child process can host both. Made when it is not there yet.
 */
export async function midModel(): Promise<string> {
  const source = await readFile(join(midGraphs, 'tensors.json'));
  const card = await readFile(join(shippedModel, 'chatreid.json'));
  const hash = createHash('sha256').update(source).update(card);
  for (const { data } of (JSON.parse(source.toString()) as WeightList).files) {
    hash.update(await readFile(join(midGraphs, data.replace(/_data$/, ''))));
  }
  const folder = join(benchCache(), `random-mid-${hash.digest('hex').slice(0, 12)}`);
  if (await stat(folder).catch(() => undefined)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  try {
    await write(unfinished, JSON.parse(source.toString()) as WeightList, JSON.parse(card.toString()));
    await rename(unfinished, folder);
  } catch (error) {
    // Another run may have been faster, and then its folder is as good.
    if (!(await stat(folder).catch(() => undefined))) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

async function write(folder: string, list: WeightList, shipped: { filter?: Filter }): Promise<void> {
  await cp(midGraphs, folder, { recursive: true });
  for (const name of list.shared.names) {
    await copyFile(join(packageRoot(), list.shared.folder, name), join(folder, name));
  }
  let seed = list.seed;
  for (const { data, tensors } of list.files) {
    const file = await open(join(folder, data), 'w');
    try {
      for (const { dtype, offset, length, kind, std } of tensors) {
        if (dtype !== 'float32')
          throw new Error(`tensors.json asks for ${dtype}; only float32 is written here.`);
        const values = new Float32Array(length / 4);
        if (kind === 'normal') fillNormal(values, seed++, std);
        else if (kind === 'ones') values.fill(1);
        await file.write(new Uint8Array(values.buffer), 0, length, offset);
      }
    } finally {
      await file.close();
    }
  }
  await addFilter(folder, shipped.filter);
}

interface Filter {
  readonly image: { readonly file: string };
  readonly text?: { readonly file: string; readonly tokenizer: string };
}

async function addFilter(folder: string, filter: Filter | undefined): Promise<void> {
  if (filter === undefined) return;
  const { image, text } = filter;
  for (const name of [image.file, ...(text ? [text.file, text.tokenizer] : [])]) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await copyFile(join(shippedModel, name), join(folder, name));
  }
  const path = join(folder, 'chatreid.json');
  const card = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...card, filter }));
}
