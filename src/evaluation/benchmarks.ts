/** The data sets that the command line knows: adding one is a file of its own and a line here. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ChatReidError } from '../foundation/error.ts';
import type { Benchmark, TrainingSet } from './benchmark.ts';
import { cocasReal2 } from './datasets/cocas-real2.ts';
import { cuhkPedes } from './datasets/cuhk-pedes.ts';
import { cuhk03 } from './datasets/cuhk03.ts';
import { deepChange } from './datasets/deepchange.ts';
import { flickr30k } from './datasets/flickr30k.ts';
import { icfgPedes } from './datasets/icfg-pedes.ts';
import { last } from './datasets/last.ts';
import { llcm } from './datasets/llcm.ts';
import { ltcc } from './datasets/ltcc.ts';
import { lupersonNl } from './datasets/luperson-nl.ts';
import { market1501 } from './datasets/market1501.ts';
import { msmt17 } from './datasets/msmt17.ts';
import { omniReid } from './datasets/omnireid.ts';
import { prcc } from './datasets/prcc.ts';
import { regdb } from './datasets/regdb.ts';
import { rstpReid } from './datasets/rstpreid.ts';
import { synthPedes } from './datasets/synth-pedes.ts';
import { sysuMm01 } from './datasets/sysu-mm01.ts';
import { ufineBench } from './datasets/ufinebench.ts';

/** The ten of the paper, in its order (figure 2), with the folders that their archives unpack to. */
const published: readonly (readonly [Benchmark, ...string[]])[] = [
  [market1501, 'Market-1501-v15.09.15'],
  [msmt17, 'MSMT17_V1', 'MSMT17_V2'],
  [cuhk03, 'cuhk03-np', 'cuhk03_release'],
  [prcc],
  [ltcc, 'LTCC_ReID', 'LTCC-reID'],
  [sysuMm01],
  [regdb],
  [cuhkPedes],
  [icfgPedes],
  [rstpReid],
];

export const benchmarks: readonly Benchmark[] = published.map(([benchmark]) => benchmark);

/** What one may train on: the training parts of the ten, and the sets of the paper's table 1 that are for training alone. */
export const trainingSets: readonly TrainingSet[] = [
  ...benchmarks,
  lupersonNl,
  omniReid,
  deepChange,
  cocasReal2,
  llcm,
  last,
  flickr30k,
  ufineBench,
  synthPedes,
];

/**
 * The folder of a data set among others: by its name, its title or the name that its archive has, whatever the capitals
 * and the punctuation.
 *
 * @param root absolute path of the folder that the data sets lie in
 * @returns absolute path; undefined where there is none
 * @throws ChatReidError DATASET_INVALID when `root` cannot be listed
 */
export async function findDataset(root: string, benchmark: TrainingSet): Promise<string | undefined> {
  const wanted = folderNames(benchmark).map(plain);
  const names = await readdir(root).catch((error: unknown) => {
    throw new ChatReidError(
      'DATASET_INVALID',
      `${root} is no folder that can be read.`,
      'Give the folder that the data sets lie in, each in a folder of its own.',
      error,
    );
  });
  for (const name of names.sort((a, b) => wanted.indexOf(plain(a)) - wanted.indexOf(plain(b)))) {
    const path = join(root, name);
    // A link may lead nowhere.
    if (wanted.includes(plain(name)) && (await stat(path).catch(() => undefined))?.isDirectory()) return path;
  }
  return undefined;
}

/** What {@link findDataset} looks for. */
export function folderNames(benchmark: TrainingSet): string[] {
  const [, ...archives] = published.find(([one]) => one === benchmark) ?? [];
  return [benchmark.title, benchmark.name, ...archives.filter((name) => typeof name === 'string')];
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
