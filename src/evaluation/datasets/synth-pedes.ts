/** SYNTH-PEDES: millions of pictures of people, described by a captioner. Training only. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { ChatReidError } from '../../foundation/error.ts';
import type { TrainingSet } from '../benchmark.ts';
import { captionedPictures } from './captioned-pictures.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { type Layout, notThisLayout } from './dataset-errors.ts';
import { recordName } from './json-records.ts';
import { inSourceOrder } from './list-file.ts';
import { datasetRoot } from './picture-folder.ts';
import { picturesThere } from './pictures-there.ts';

export const synthPedesCounts = { pictures: 4_791_771, captions: 12_138_157, persons: 312_321 } as const;

const title = 'SYNTH-PEDES';
const annotations = 'synthpedes_dataset.json';
const layout: Layout = {
  title,
  next: `Give the folder SYNTH-PEDES that holds ${annotations} and Part1 to Part11.`,
};

/**
 * SYNTH-PEDES (Zuo et al., "PLIP: Language-Image Pre-training for Person Representation Learning", NeurIPS 2024), by the
 * authors' own table.
 *
 * | pictures  | captions   | persons |
 * |----------:|-----------:|--------:|
 * | 4,791,771 | 12,138,157 | 312,321 |
 *
 * Two or three captions a picture, made by a captioner. A record is
 * `{id, file_path, attributes, captions, prompt_caption}`, and paths start in `Part1/` to `Part11/`. The sentence made of
 * a template (`prompt_caption`) is not taken. ChatReID's table 1 has the number of persons where the
 * number of captions is announced.
 *
 * The file is read record by record, but the rows are all in memory in the end, about 1.1 kB each: some 5 GB, more than
 * Node takes unless it is told to.
 *
 * @throws ChatReidError OPTION_INVALID when the rows would not fit into this process's memory
 */
export const synthPedes: TrainingSet = {
  name: 'synth-pedes',
  title,
  async readTraining(folder, { allowPartial }) {
    const root = await datasetRoot(resolve(folder), [annotations], [title]);
    const path = join(root, annotations);
    await refuseTooLarge(path);
    const all = await captionedPictures(path, {
      layout,
      pathKey: 'file_path',
      pictureFolder: '',
      splits: false,
    });
    const { there, differences: missing } = await picturesThere(all, {
      pathOf: ({ source }) => join(root, source),
      sourceOf: ({ source }) => source,
      nameOf: ({ record }) => recordName(path, record),
      allowPartial,
    });
    if (there.length === 0) throw notThisLayout(root, title, 'none of its pictures is there', layout.next);
    const captions = there.reduce((sum, picture) => sum + picture.captions.length, 0);
    const differences = [
      ...missing,
      ...countDifferences([
        { of: 'pictures', found: there.length, published: synthPedesCounts.pictures },
        { of: 'captions', found: captions, published: synthPedesCounts.captions },
        { of: 'persons', found: persons(there), published: synthPedesCounts.persons },
      ]),
    ];
    refusePartial(title, root, differences, allowPartial);
    const rows = there.map(({ source, personId, captions }) => ({
      personId,
      source,
      path: join(root, source),
      captions,
    }));
    return { rows: inSourceOrder(rows), differences };
  },
};

/** Measured on generated records: heap at the end, for each byte of the file. */
const heapOfFile = 1.6;

/** Node ends where its heap is full, without a word that helps. */
async function refuseTooLarge(path: string): Promise<void> {
  const size = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  const [needed, allowed] = [size * heapOfFile, getHeapStatistics().heap_size_limit];
  if (needed <= allowed) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new ChatReidError(
    'OPTION_INVALID',
    `The rows of ${path} need about ${gigabytes(needed)} of memory, and this process takes ${gigabytes(allowed)} at most.`,
    `Start it with NODE_OPTIONS=--max-old-space-size=${Math.ceil((needed * 1.25) / 2 ** 20)}.`,
  );
}
