/** RegDB: one visible and one thermal camera, ten pictures of a person in each. */
import { join, resolve } from 'node:path';
import type { Benchmark, BenchmarkRow, Setting } from '../benchmark.ts';
import { anyCamera } from '../protocol.ts';
import { regdbIgnoresNothing } from '../protocols/reference-quirks.ts';
import { type Count, countDifferences, persons, refusePartial } from './dataset-counts.ts';
import { malformedRow, notThisLayout } from './dataset-errors.ts';
import { rowsByKey, scorable, union } from './gallery-draws.ts';
import { inSourceOrder, linesOf, refuseDuplicates } from './list-file.ts';
import { datasetRoot } from './picture-folder.ts';
import { type Found, listedThere, refuseNone } from './pictures-there.ts';
import { someOf } from './some-of.ts';

/** Of each list of each trial. */
export const regdbCounts = { pictures: 2060, persons: 206 } as const;

type Modality = 'visible' | 'thermal';
type Part = 'train' | 'test';
/** A picture of a list, and where it stands in it. */
type Listed = BenchmarkRow & { readonly row: string; readonly label: string };
interface List {
  /** E.g. `idx/test_visible_1.txt`. */
  readonly name: string;
  readonly rows: readonly Listed[];
}

const title = 'RegDB';
const archiveFolder = 'RegDB';
const layout = {
  title,
  next: 'Give the folder that holds Visible/, Thermal/ and idx/ with the lists of the ten trials.',
};
const trials = Array.from({ length: 10 }, (_, at) => at + 1);

interface Search {
  readonly setting: Setting;
  readonly query: Modality;
  readonly trials: readonly number[];
}

const searches: readonly [Search, ...Search[]] = [
  search('visible-to-thermal', 'visible to thermal, ten trials', 'visible', trials),
  search('thermal-to-visible', 'thermal to visible, ten trials', 'thermal', trials),
  search('visible-to-thermal-first-trial', 'visible to thermal, the first trial alone', 'visible', [1]),
  search('thermal-to-visible-first-trial', 'thermal to visible, the first trial alone', 'thermal', [1]),
];

/**
 * RegDB (Nguyen et al., "Person Recognition System Based on a Combination of Body Images from Visible Light and Thermal
 * Cameras", Sensors 2017), with the ten halvings of Ye et al. (AAAI 2018).
 *
 * | list of one trial     | pictures | persons |
 * |-----------------------|---------:|--------:|
 * | idx/train_visible_N   |    2,060 |     206 |
 * | idx/train_thermal_N   |    2,060 |     206 |
 * | idx/test_visible_N    |    2,060 |     206 |
 * | idx/test_thermal_N    |    2,060 |     206 |
 * | Visible/ and Thermal/ |    8,240 |     412 |
 *
 * 412 persons with ten pictures in each of two cameras, halved ten times; 206 is what Cross-Modal-Re-ID-baseline
 * `test.py` trains on. A line is `Visible/285/male_back_v_05528_285.bmp 0`: path, and a label that counts in its trial
 * alone. The person here is the folder (and the end of the name), which is the same in both cameras and in all trials;
 * that the labels say the same within a trial is checked.
 *
 * Each trial has its own test half (queries and gallery are the unions, the trials say which rows belong to each) and
 * its own training half: the published protocol trains ten models, one a trial, and reports the mean. Training rows are
 * trial 1's alone, and the other trials' test halves hold persons of that half. So weights that were trained on these
 * rows may be reported by the `-first-trial` settings only; the ten trials are for weights that never saw RegDB.
 */
export const regdb: Benchmark = {
  name: 'regdb',
  title,
  settings: [searches[0].setting, ...searches.slice(1).map(({ setting }) => setting)],
  async read(folder, { allowPartial, setting = searches[0].setting }) {
    const root = await regdbRoot(folder);
    const { query, trials: wanted } =
      searches.find((one) => one.setting.name === setting.name) ?? searches[0];
    const gallery = query === 'visible' ? 'thermal' : 'visible';
    const listed: List[] = [];
    for (const trial of wanted) {
      const both = [await listOf(root, 'test', query, trial), await listOf(root, 'test', gallery, trial)];
      refuseOtherLabels(both.flatMap(({ rows }) => rows));
      listed.push(...both);
    }
    const { there, differences: leftOut } = await listsThere(root, listed, allowPartial);
    const halves = wanted.map((number, at) => ({
      number,
      queries: there[2 * at]!.rows,
      gallery: there[2 * at + 1]!.rows,
    }));
    const { kept, differences: emptied } = scorable(halves, 'trial');
    refuseNone(root, layout, kept, 'no trial has both a query and a gallery picture that is there');
    const differences = [...leftOut, ...emptied, ...listDifferences(there)];
    refusePartial(title, root, differences, allowPartial);
    const queries = union(kept.map((half) => half.queries));
    const galleries = union(kept.map((half) => half.gallery));
    const trials = kept.map((_, at) => ({ queries: queries.of[at]!, gallery: galleries.of[at]! }));
    return {
      queries: queries.rows.map(plain),
      gallery: galleries.rows.map(plain),
      ...(wanted.length > 1 ? { trials } : {}),
      differences,
    };
  },
  async readTraining(folder, { allowPartial }) {
    const root = await regdbRoot(folder);
    const visible = await listOf(root, 'train', 'visible', 1);
    const thermal = await listOf(root, 'train', 'thermal', 1);
    const all = [...visible.rows, ...thermal.rows];
    refuseOtherLabels(all);
    const testHalf = await listOf(root, 'test', 'visible', 1);
    const test = new Map(testHalf.rows.map((row) => [row.personId, row.row]));
    for (const { personId, row } of all) {
      const there = test.get(personId);
      if (there === undefined) continue;
      throw malformedRow(
        row,
        `person ${personId} is in the test half too (${there})`,
        'Restore the lists of idx/: no person may be in both halves of a trial.',
      );
    }
    const { there, differences: leftOut } = await listsThere(root, [visible, thermal], allowPartial);
    const left = there.flatMap(({ rows }) => rows);
    refuseNone(root, layout, left, `no picture that ${visible.name} or ${thermal.name} names is there`);
    const differences = [...leftOut, ...listDifferences(there)];
    refusePartial(title, root, differences, allowPartial);
    const rows = inSourceOrder(left.map((row) => ({ ...plain(row), captions: [] })));
    return { rows, differences };
  },
};

function regdbRoot(folder: string): Promise<string> {
  return datasetRoot(resolve(folder), ['idx', 'Visible', 'Thermal'], [archiveFolder]);
}

function listName(part: Part, modality: Modality, trial: number): string {
  return `idx/${part}_${modality}_${trial}.txt`;
}

async function listOf(root: string, part: Part, modality: Modality, trial: number): Promise<List> {
  const list = listName(part, modality, trial);
  const top = modality === 'visible' ? 'Visible' : 'Thermal';
  const rows = (await linesOf(root, list, layout)).map(({ number, text }): Listed => {
    const row = `${list} line ${number}`;
    const [, source, folder, personId, label] = /^((\w+)\/(\d+)\/[^/\s]+)\s+(\d+)$/.exec(text) ?? [];
    if (folder !== top || source === undefined || personId === undefined || label === undefined) {
      throw malformedRow(
        row,
        `"${text}" is not a picture of ${top}/ and a label`,
        `Lines look like ${top}/285/name.bmp 0. Restore the list.`,
      );
    }
    const cameraId = modality === 'visible' ? '1' : '2';
    return { personId, cameraId, modality, source, path: join(root, source), row, label };
  });
  if (rows.length === 0) throw notThisLayout(root, title, `${list} names no picture`, layout.next);
  refuseDuplicates(rows);
  return { name: list, rows };
}

/** In one trial a person has one label, and a label one person. */
function refuseOtherLabels(rows: readonly Listed[]): void {
  const labels = new Map<string, Listed>();
  const people = new Map<string, Listed>();
  for (const row of rows) {
    const other = [labels.get(row.personId), people.get(row.label)].find(
      (one) => one !== undefined && (one.label !== row.label || one.personId !== row.personId),
    );
    if (other !== undefined) {
      throw malformedRow(
        row.row,
        `person ${row.personId} has the label ${row.label}, but person ${other.personId} has ${other.label} in ${other.row}`,
        'In one trial a person has one label in both cameras. Restore the lists of idx/.',
      );
    }
    labels.set(row.personId, row);
    people.set(row.label, row);
  }
}

async function listsThere(
  root: string,
  lists: readonly List[],
  allowPartial: boolean,
): Promise<Found<List[]>> {
  const next = 'Complete the folder, or take the lines out of their lists.';
  const rows = lists.map((list) => list.rows);
  const { there, differences } = await listedThere(root, rows, { next, allowPartial });
  return { there: lists.map(({ name }, at) => ({ name, rows: there[at]! })), differences };
}

/** One sentence for the lists that have the same wrong number, so that a part is not forty sentences. */
function listDifferences(lists: readonly List[]): string[] {
  const published = regdbCounts;
  const counts = [
    ...sameCounts('pictures', lists, ({ rows }) => rows.length, published.pictures),
    ...sameCounts('persons', lists, ({ rows }) => persons(rows), published.persons),
  ];
  return countDifferences(counts);
}

function sameCounts(
  of: string,
  lists: readonly List[],
  count: (list: List) => number,
  published: number,
): Count[] {
  const groups = rowsByKey(lists, (list) => String(count(list)));
  return Array.from(groups, ([found, all]) => ({
    of: `${of} in ${someOf(all.map(({ name }) => name))}`,
    found: Number(found),
    published,
  }));
}

/** Without where it stands in its list. */
function plain({ row: _row, label: _label, ...rest }: Listed): BenchmarkRow {
  return rest;
}

function search(name: string, searchTitle: string, query: Modality, wanted: readonly number[]): Search {
  return {
    setting: { name, title: searchTitle, protocol: anyCamera, quirks: [regdbIgnoresNothing] },
    query,
    trials: wanted,
  };
}
