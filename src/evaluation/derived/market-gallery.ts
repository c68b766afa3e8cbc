/** The test part of Market-1501 for what is derived of it: read once, checked by its own reader. */
import { join, resolve } from 'node:path';
import type { BenchmarkRow, BenchmarkRows, ReadOptions } from '../benchmark.ts';
import { market1501 } from '../datasets/market1501.ts';
import { datasetRoot, somePicturesIn } from '../datasets/picture-folder.ts';

export async function marketTest(folder: string, { allowPartial }: ReadOptions): Promise<BenchmarkRows> {
  return market1501.read(folder, { allowPartial });
}

/** `0001_c1s1_001051_00.jpg` -> 0001 */
export function personOf(name: string): string {
  return name.slice(0, name.indexOf('_'));
}

export function cameraOf(name: string): string | undefined {
  return /_c(\d)/.exec(name)?.[1];
}

/** Hand-drawn crops of all persons, by name. @throws ChatReidError DATASET_INVALID where the folder gt_bbox is not there */
export async function handDrawn(folder: string): Promise<ReadonlyMap<string, BenchmarkRow>> {
  const root = await datasetRoot(resolve(folder), ['query', 'bounding_box_test'], ['Market-1501-v15.09.15']);
  const names = await somePicturesIn(root, 'gt_bbox', {
    title: 'Market-1501 with its hand-drawn boxes',
    next: 'Give the folder that holds query/, bounding_box_test/ and gt_bbox/.',
  });
  return new Map(
    names.map((name) => {
      const camera = cameraOf(name);
      const source = `gt_bbox/${name}`;
      return [
        name,
        {
          source,
          path: join(root, source),
          personId: personOf(name),
          ...(camera === undefined ? {} : { cameraId: camera }),
        },
      ];
    }),
  );
}
