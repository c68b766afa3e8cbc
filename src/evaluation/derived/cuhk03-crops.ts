/** CUHK03's labelled crops of one pair of cameras: the people who were kept apart, each camera looked for in the other. */
import { join, resolve } from 'node:path';
import type { Benchmark, BenchmarkRow } from '../benchmark.ts';
import { malformedRow } from '../datasets/dataset-errors.ts';
import { datasetRoot, somePicturesIn } from '../datasets/picture-folder.ts';
import { acrossCameras } from '../protocol.ts';
import { noTraining } from './derived-benchmark.ts';

const title = 'CUHK03, people kept apart';
const layout = {
  title,
  next: 'Give the folder of labelled crops that holds val/ with pictures such as 0000_00.jpg.',
};

/**
 * A name is `IIII_NN.jpg`: person, and picture 00 to 04 of one camera or 05 to 09 of the other. Every picture of val/ is a
 * query against all of val/; what shows the same person in the same camera, the picture itself included, is ignored. A public
 * copy has 938 pictures of 100 persons. Training is for the reader of `chatreid tune data`.
 */
export const cuhk03Crops: Benchmark = {
  name: 'cuhk03-crops',
  title,
  settings: [{ name: 'across-cameras', title: 'across cameras', protocol: acrossCameras, quirks: [] }],
  readTraining: noTraining(title),
  async read(folder) {
    const root = await datasetRoot(resolve(folder), ['val'], ['labeled', 'labelled']);
    const names = await somePicturesIn(root, 'val', layout);
    const rows = names.map((name): BenchmarkRow => {
      const [, personId, number] = /^(\d{4})_(\d\d)\.\w+$/.exec(name) ?? [];
      const source = `val/${name}`;
      if (personId === undefined || Number(number) > 9) {
        throw malformedRow(source, 'the name is not IIII_NN.jpg with NN from 00 to 09', layout.next);
      }
      return { source, path: join(root, source), personId, cameraId: Number(number) < 5 ? '1' : '2' };
    });
    return { queries: rows, gallery: rows, differences: [] };
  },
};
