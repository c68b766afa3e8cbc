/** PRCC: two rooms and a third after a change of clothes, contour sketches aside. */
import { join, resolve } from 'node:path';
import type { Benchmark, BenchmarkRow, Setting } from '../benchmark.ts';
import { acrossCameras } from '../protocol.ts';
import { prccScoresWholeGallery } from '../protocols/reference-quirks.ts';
import { PythonRandom } from '../random/python-random.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow, notThisLayout } from './dataset-errors.ts';
import { type DrawnGallery, drawnGallery, rowsByKey } from './gallery-draws.ts';
import { datasetRoot, foldersIn, picturesIn } from './picture-folder.ts';

export const prccCounts = {
  gallery: 3384,
  sameClothes: 3873,
  changedClothes: 3543,
  testPersons: 71,
  trainingPictures: 17_896,
  trainingPersons: 150,
} as const;

const title = 'PRCC';
const archiveFolder = 'prcc';
const testFolder = 'rgb/test';
const trainingFolder = 'rgb/train';
const layout = {
  title,
  next: 'Give the folder that holds rgb/train/ and rgb/test/, as the archive prcc unpacks.',
};

const changed: Setting = {
  name: 'cloth-changing',
  title: 'cloth-changing (camera C to camera A)',
  protocol: acrossCameras,
  quirks: [prccScoresWholeGallery],
};
const same: Setting = {
  name: 'same-clothes',
  title: 'same clothes (camera B to camera A)',
  protocol: acrossCameras,
  quirks: [prccScoresWholeGallery],
};

/**
 * PRCC (Yang et al., "Person Re-identification by Contour Sketch under Moderate Clothing Change", TPAMI 2021).
 *
 * | folder     | pictures | persons |                                                |
 * |------------|---------:|--------:|------------------------------------------------|
 * | rgb/train  |   17,896 |     150 | what {@link Benchmark.readTraining} reads      |
 * | rgb/val    |    5,002 |     150 | of the same 150 persons; not read              |
 * | rgb/test/A |    3,384 |      71 | gallery                                        |
 * | rgb/test/B |    3,873 |      71 | queries in the clothes of A, in another room   |
 * | rgb/test/C |    3,543 |      71 | queries in other clothes                       |
 * | all        |   33,698 |     221 | the total that the paper gives                 |
 *
 * The parts are those that Simple-CCReID `data/datasets/prcc.py` counts (its readers publish them); they add up to the
 * paper's total. Names are `rgb/train/PPP/X_cropped_rgbNNN.jpg` and `rgb/test/X/PPP/cropped_rgbNNN.jpg`: person, camera
 * X of A, B and C, number. Clothes are `PPP` in A and B and `PPPC` in C, as that reader labels them.
 *
 * Strict scores every query against all of A, once, as Simple-CCReID's `test_prcc` does. Corrected scores the ten
 * galleries of one picture a person that the paper asks for and that the reader draws and leaves unused: Python's
 * `random.seed(3)` once, then for each of the ten galleries, for each person, `random.choice` of the person's pictures.
 * The reader takes persons and pictures as the file system lists them; here they are in the order of their names.
 */
export const prcc: Benchmark = {
  name: 'prcc',
  title,
  settings: [changed, same],
  async read(folder, { allowPartial, setting = changed, corrected = false }) {
    const root = await prccRoot(folder);
    const camera = setting.name === same.name ? 'B' : 'C';
    const [all, queries] = await Promise.all([testRows(root, 'A'), testRows(root, camera)]);
    const { gallery, sameClothes, changedClothes, testPersons } = prccCounts;
    const differences = countDifferences([
      { of: `pictures in ${testFolder}/A`, found: all.length, published: gallery },
      { of: `persons in ${testFolder}/A`, found: persons(all), published: testPersons },
      {
        of: `pictures in ${testFolder}/${camera}`,
        found: queries.length,
        published: camera === 'B' ? sameClothes : changedClothes,
      },
      { of: `persons in ${testFolder}/${camera}`, found: persons(queries), published: testPersons },
    ]);
    refusePartial(title, root, differences, allowPartial);
    return { queries, ...(corrected ? singleShot(all) : { gallery: all }), differences };
  },
  async readTraining(folder, { allowPartial }) {
    const root = await prccRoot(folder);
    const rows = (await rowsIn(root, trainingFolder, trainingCamera)).map((row) => ({
      ...row,
      captions: [],
    }));
    const { trainingPictures, trainingPersons } = prccCounts;
    const differences = countDifferences([
      { of: `pictures in ${trainingFolder}`, found: rows.length, published: trainingPictures },
      { of: `persons in ${trainingFolder}`, found: persons(rows), published: trainingPersons },
    ]);
    refusePartial(title, root, differences, allowPartial);
    return { rows, differences };
  },
};

function prccRoot(folder: string): Promise<string> {
  return datasetRoot(resolve(folder), ['rgb'], [archiveFolder]);
}

/** Ten galleries of one picture a person. */
function singleShot(all: readonly BenchmarkRow[]): DrawnGallery {
  const ofPerson = [...rowsByKey(all, (row) => row.personId).values()];
  const random = new PythonRandom(3);
  const draws = Array.from({ length: 10 }, () => ofPerson.map((rows) => random.choice(rows)));
  return drawnGallery(all, draws);
}

function testRows(root: string, camera: string): Promise<BenchmarkRow[]> {
  return rowsIn(root, `${testFolder}/${camera}`, () => camera);
}

function trainingCamera(name: string, source: string): string {
  const [, camera] = /^([ABC])_/.exec(name) ?? [];
  if (camera !== undefined) return camera;
  throw malformedRow(
    source,
    `this is not named as ${title} names its training pictures: it does not begin with the camera (A_, B_ or C_)`,
    'Names look like A_cropped_rgb001.jpg. Take the file out of the folder or restore its name.',
  );
}

/** The pictures in a folder's folders, one folder a person. */
async function rowsIn(
  root: string,
  folder: string,
  cameraOf: (name: string, source: string) => string,
): Promise<BenchmarkRow[]> {
  const people = await foldersIn(root, folder, layout);
  const rows: BenchmarkRow[] = [];
  for (const personId of people) {
    if (!/^\d{3}$/.test(personId)) {
      throw malformedRow(
        `${folder}/${personId}`,
        `this is not named as ${title} names its folders: a person is three digits`,
        'Names look like 001. Take the folder out or restore its name.',
      );
    }
    for (const name of await picturesIn(root, `${folder}/${personId}`, layout)) {
      const source = `${folder}/${personId}/${name}`;
      const cameraId = cameraOf(name, source);
      const clothesId = cameraId === 'C' ? `${personId}C` : personId;
      rows.push({ personId, cameraId, clothesId, source, path: join(root, source) });
    }
  }
  if (rows.length > 0) return rows;
  throw notThisLayout(root, title, `its folder ${folder} holds no picture`, layout.next);
}
