/** CUHK03 labelled crops of the first pair of cameras, as `IIII_NN.jpg` in train/ and val/: only train/ is read. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TrainingRow, TrainingSet } from '../../evaluation/benchmark.ts';
import { ChatReidError } from '../../foundation/error.ts';

const name = /^(\d{4})_(\d\d)\.(?:jpg|png)$/i;

/**
 * File index IIII is CUHK03 identity - 1; pictures 00 to 04 are of one camera, 05 to 09 of the other. Its val/ (100 more
 * identities) is for validation, and never read here. Persons are named by their CUHK03 identity, so that captions of
 * CUHK-PEDES (`CUHK03/N_k.jpg`) join by it. A public copy has 7,239 pictures of 743 identities in train/; counts are
 * not checked, as copies differ.
 */
export const cuhk03Crops: TrainingSet = {
  name: 'cuhk03-crops',
  title: 'CUHK03 (labelled crops)',
  async readTraining(folder) {
    const root = join(resolve(folder), 'train');
    const names = await readdir(root).catch((error: unknown) => {
      throw notThere(root, 'cannot be listed', error);
    });
    const rows = names.sort().flatMap((file): TrainingRow[] => {
      const [, index, picture] = name.exec(file) ?? [];
      if (index === undefined || picture === undefined) return [];
      return [
        {
          source: `train/${file}`,
          path: join(root, file),
          personId: String(Number(index) + 1).padStart(4, '0'),
          cameraId: Number(picture) < 5 ? '1' : '2',
          captions: [],
        },
      ];
    });
    if (rows.length === 0) throw notThere(root, 'holds no picture named IIII_NN.jpg');
    return { rows, differences: [] };
  },
};

function notThere(root: string, why: string, cause?: unknown): ChatReidError {
  return new ChatReidError(
    'DATASET_INVALID',
    `${root} ${why}.`,
    'Give the folder of labelled crops that holds train/ with pictures such as 0000_00.jpg.',
    cause,
  );
}
