/** SYSU-MM01: infrared pictures look for visible ones, in six cameras. */
import { join, resolve } from 'node:path';
import type { Benchmark, BenchmarkRow, Setting } from '../benchmark.ts';
import {
  sysuCountsPersons,
  sysuDrawsItsOwnGalleries,
  sysuDrawsTenUnrepeatably,
  sysuIgnoresAllOfCamera2,
} from '../protocols/reference-quirks.ts';
import { sysuMm01 as sysuProtocol } from '../protocols/sysu-mm01.ts';
import { PythonRandom } from '../random/python-random.ts';
import { countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow, notThisLayout } from './dataset-errors.ts';
import { drawnGallery, rowsByKey } from './gallery-draws.ts';
import { inSourceOrder, linesOf } from './list-file.ts';
import { datasetRoot, foldersIn, picturesIn } from './picture-folder.ts';

export const sysuCounts = {
  queries: 3803,
  testPersons: 96,
  allSearchPictures: 6775,
  indoorSearchPictures: 2939,
  allSearchFolders: 301,
  indoorSearchFolders: 112,
  trainingPersons: 395,
  trainingVisible: 22_258,
  trainingInfrared: 11_909,
} as const;

const title = 'SYSU-MM01';
const archiveFolder = 'SYSU-MM01';
const layout = {
  title,
  next: `Give the folder that holds cam1/ to cam6/ and exp/, as the archive ${archiveFolder} unpacks.`,
};
const trainingLists = ['exp/train_id.txt', 'exp/val_id.txt'];
const testList = 'exp/test_id.txt';
const infrared = ['3', '6'];
const visible = ['1', '2', '4', '5'];
const indoor = ['1', '2'];

interface Search {
  readonly setting: Setting;
  readonly cameras: readonly string[];
  /** Pictures that a trial draws of each person in each camera. */
  readonly shots: number;
}

const searches: readonly [Search, ...Search[]] = [
  search('all-search-single-shot', 'all search, single shot', visible, 1),
  search('all-search-multi-shot', 'all search, multi shot', visible, 10),
  search('indoor-search-single-shot', 'indoor search, single shot', indoor, 1),
  search('indoor-search-multi-shot', 'indoor search, multi shot', indoor, 10),
];

/**
 * SYSU-MM01 (Wu et al., "RGB-Infrared Cross-Modality Person Re-Identification", ICCV 2017; IJCV 2020).
 *
 * | part                                        | persons | visible | infrared |
 * |---------------------------------------------|--------:|--------:|---------:|
 * | exp/train_id.txt                            |     296 |  20,284 |    9,929 |
 * | with exp/val_id.txt, as is usual            |     395 |  22,258 |   11,909 |
 * | exp/test_id.txt                             |      96 |   6,775 |    3,803 |
 * | of these in cameras 1 and 2 (indoor)        |      56 |   2,939 |        - |
 * | whole archive, with 22 persons of no list   |     513 |  30,071 |   15,792 |
 *
 * | search | persons x cameras | a single-shot gallery | a multi-shot gallery |
 * |--------|------------------:|----------------------:|---------------------:|
 * | all    |               301 |                   301 |                3,010 |
 * | indoor |               112 |                   112 |                1,120 |
 *
 * The counts are those of the authors' own split (wuancong/SYSU-MM01: `evaluation/data_split/*.mat` holds a permutation
 * of each person's pictures in each camera; its read-me gives the totals); those of training and validation together
 * are the ones that Cross-Modal-Re-ID-baseline's readers print.
 *
 * Visible cameras 1, 2 (indoor), 4, 5 (outdoor); infrared cameras 3 (indoor, in the place of camera 2) and 6 (outdoor).
 * Names are `camN/PPPP/NNNN.jpg`. Queries are all infrared pictures of the test persons. Ten galleries are drawn from
 * their visible ones, trial 0 to 9, as Cross-Modal-Re-ID-baseline `data_manager.py process_gallery_sysu`: Python's
 * `random.seed(trial)`, then for each person in ascending order, for each camera in ascending order, `random.choice` of
 * the names in order. Multi-shot: `random.sample` of ten in its place (all of them where there are fewer).
 */
export const sysuMm01: Benchmark = {
  name: 'sysu-mm01',
  title,
  settings: [searches[0].setting, ...searches.slice(1).map(({ setting }) => setting)],
  async read(folder, { allowPartial, setting = searches[0].setting }) {
    const root = await sysuRoot(folder);
    const ids = await idsIn(root, testList);
    const { cameras, shots } = searches.find((one) => one.setting.name === setting.name) ?? searches[0];
    const [queries, pool] = [await rowsOf(root, infrared, ids), await rowsOf(root, cameras, ids)];
    if (queries.length === 0)
      throw notThisLayout(root, title, 'cam3 and cam6 hold no test person', layout.next);
    const folders = rowsByKey(pool, ({ personId, cameraId }) => `${personId} ${cameraId}`);
    const indoorOnly = cameras === indoor;
    const named = cameras.map((camera) => `cam${camera}`).join(', ');
    const counts = sysuCounts;
    const differences = countDifferences([
      { of: `persons in ${testList}`, found: ids.size, published: counts.testPersons },
      {
        of: 'infrared pictures of test persons in cam3, cam6',
        found: queries.length,
        published: counts.queries,
      },
      {
        of: `visible pictures of test persons in ${named}`,
        found: pool.length,
        published: indoorOnly ? counts.indoorSearchPictures : counts.allSearchPictures,
      },
      {
        of: `folders of test persons in ${named}`,
        found: folders.size,
        published: indoorOnly ? counts.indoorSearchFolders : counts.allSearchFolders,
      },
    ]);
    refusePartial(title, root, differences, allowPartial);
    const draws = Array.from({ length: 10 }, (_, trial) => drawnIn(trial, folders, shots));
    return { queries: inSourceOrder(queries), ...drawnGallery(inSourceOrder(pool), draws), differences };
  },
  async readTraining(folder, { allowPartial }) {
    const root = await sysuRoot(folder);
    const test = await idsIn(root, testList);
    const ids = new Set<string>();
    for (const list of trainingLists) {
      for (const id of await idsIn(root, list)) {
        if (ids.has(id) || test.has(id)) {
          throw malformedRow(
            `${list}, person ${Number(id)}`,
            `the person is in ${test.has(id) ? testList : trainingLists[0]} too`,
            'Restore the files of exp/ from the archive: no person may be in two of them.',
          );
        }
        ids.add(id);
      }
    }
    const rows = inSourceOrder(await rowsOf(root, [...visible, ...infrared], ids));
    if (rows.length === 0) {
      throw notThisLayout(root, title, 'cam1 to cam6 hold no training person', layout.next);
    }
    const seen = rows.filter((row) => row.modality === 'visible').length;
    const { trainingPersons, trainingVisible, trainingInfrared } = sysuCounts;
    const differences = countDifferences([
      { of: `persons in ${trainingLists.join(' and ')}`, found: ids.size, published: trainingPersons },
      { of: 'persons with training pictures', found: persons(rows), published: trainingPersons },
      { of: 'visible training pictures', found: seen, published: trainingVisible },
      { of: 'infrared training pictures', found: rows.length - seen, published: trainingInfrared },
    ]);
    refusePartial(title, root, differences, allowPartial);
    return { rows: rows.map((row) => ({ ...row, captions: [] })), differences };
  },
};

/** @param folders pictures of one person in one camera each, persons ascending and cameras within them */
function drawnIn(trial: number, folders: Map<string, BenchmarkRow[]>, shots: number): BenchmarkRow[] {
  const random = new PythonRandom(trial);
  return [...folders.values()].flatMap((rows) =>
    shots === 1 ? [random.choice(rows)] : random.sample(rows, Math.min(shots, rows.length)),
  );
}

/** Persons ascending, within them cameras as given, within them pictures by name: the order that draws go by. */
async function rowsOf(
  root: string,
  cameras: readonly string[],
  ids: ReadonlySet<string>,
): Promise<BenchmarkRow[]> {
  const folders = new Map<string, Set<string>>();
  for (const camera of cameras) folders.set(camera, new Set(await foldersIn(root, `cam${camera}`, layout)));
  const rows: BenchmarkRow[] = [];
  for (const personId of [...ids].sort()) {
    for (const cameraId of cameras) {
      if (folders.get(cameraId)?.has(personId) !== true) continue;
      for (const name of await picturesIn(root, `cam${cameraId}/${personId}`, layout)) {
        const source = `cam${cameraId}/${personId}/${name}`;
        if (!/^\d{4}\.jpg$/.test(name)) {
          throw malformedRow(
            source,
            `this is not named as ${title} names its pictures: four digits`,
            'Names look like 0001.jpg. Take the file out of the folder or restore its name.',
          );
        }
        const modality = infrared.includes(cameraId) ? 'infrared' : 'visible';
        rows.push({ personId, cameraId, modality, source, path: join(root, source) });
      }
    }
  }
  return rows;
}

/** The persons of a file of exp/: numbers on one line, with commas between them. */
async function idsIn(root: string, list: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const { number, text } of await linesOf(root, list, layout)) {
    for (const field of text.split(',').map((one) => one.trim())) {
      const id = field.padStart(4, '0');
      const wrong = /^\d{1,4}$/.test(field)
        ? ids.has(id) && `person ${field} is there twice`
        : `"${field}" is not the number of a person`;
      if (wrong) {
        throw malformedRow(
          `${list} line ${number}`,
          wrong,
          'The file holds numbers with commas between them. Restore it from the archive.',
        );
      }
      ids.add(id);
    }
  }
  if (ids.size === 0) throw notThisLayout(root, title, `${list} names no person`, layout.next);
  return ids;
}

function sysuRoot(folder: string): Promise<string> {
  return datasetRoot(resolve(folder), ['exp', 'cam1'], [archiveFolder]);
}

function search(name: string, searchTitle: string, cameras: readonly string[], shots: number): Search {
  return {
    setting: {
      name,
      title: searchTitle,
      protocol: sysuProtocol,
      quirks: [
        sysuDrawsItsOwnGalleries,
        sysuIgnoresAllOfCamera2,
        sysuCountsPersons,
        ...(shots === 1 ? [] : [sysuDrawsTenUnrepeatably]),
      ],
    },
    cameras,
    shots,
  };
}
