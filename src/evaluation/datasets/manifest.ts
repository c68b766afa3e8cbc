/** Anyone's data as a benchmark: a CSV or JSONL file that names pictures, words and who they show. */
import { resolve } from 'node:path';
import type {
  Benchmark,
  BenchmarkRow,
  BenchmarkRows,
  QueryRow,
  Setting,
  TrainingRow,
  TrainingRows,
} from '../benchmark.ts';
import { acrossCameras, anyCamera } from '../protocol.ts';
import { clothChanging, sameClothes } from '../protocols/clothes.ts';
import { malformedRow } from './dataset-errors.ts';
import { inSourceOrder } from './list-file.ts';
import { isPictureRow, type ManifestRow, manifestRows, type Split } from './manifest-rows.ts';
import { type Found, picturesThere } from './pictures-there.ts';
import { someOf } from './some-of.ts';

export interface ManifestOptions {
  /**
   * What the query rows that have both a picture and words become: both (`as-given`, the default), pictures alone or
   * words alone. `image` and `text` leave out the query rows that lack it.
   */
  readonly queries?: 'as-given' | 'image' | 'text';
}

const settings: readonly [Setting, ...Setting[]] = [
  { name: 'across-cameras', title: 'across cameras', protocol: acrossCameras, quirks: [] },
  { name: 'any-camera', title: 'any camera', protocol: anyCamera, quirks: [] },
  {
    name: 'cloth-changing',
    title: "cloth-changing (other clothes than the query's)",
    protocol: clothChanging,
    quirks: [],
  },
  { name: 'same-clothes', title: 'same clothes as the query', protocol: sameClothes, quirks: [] },
];
const aboutClothes: ReadonlySet<unknown> = new Set([clothChanging, sameClothes]);

/**
 * | column     | query                      | gallery  | train    | says                                             |
 * |------------|----------------------------|----------|----------|--------------------------------------------------|
 * | path       | where it has no caption    | yes      | yes      | the picture; relative to the manifest's folder   |
 * | person_id  | yes                        | yes      | yes      | who it is                                        |
 * | split      | yes                        | yes      | yes      | `query`, `gallery` or `train`, capitals or not   |
 * | camera_id  | may be empty               | likewise | likewise | same person and same camera are removed          |
 * | caption    | where it has no path       | not used | may be   | up to 4,000 characters, taken as they are        |
 * | clothes_id | for settings about clothes | likewise | may be   | what the person wears                            |
 * | modality   | may be empty               | likewise | likewise | `visible`, `infrared` or `thermal`               |
 *
 * A query with a path is a picture, with a caption words, with both a mixed query. Columns come in any order, others
 * are ignored, and names are read as the importer reads them (`personId`, `Person ID`). Commas, semicolons and tabs are
 * known as delimiters, and a first line `sep=;` says which it is; .jsonl and .ndjson are one JSON object a line. `test`
 * is no split here: in one data set it is what is searched, in another both sides, so a manifest says which.
 *
 * Rows of the same person and the same camera are removed only where both rows name a camera. A path may be absolute or
 * lead out of the folder: a manifest is trusted as the command line is, so nobody opens one that a stranger sent.
 *
 * Refused, by file and line: a column that is not there, an empty person_id, an unknown split, a gallery or training row
 * without a path, a query without path and caption, a picture twice in one split (unless both rows have words that
 * differ: two mixed queries, or two captions of one training picture), the same words twice for one person, a picture
 * with two persons, a picture that is not there (left out with `allowPartial`), and no query or no gallery at all.
 *
 * There are no published counts: `differences` names pictures that were left out, `remarks` queries that are their own
 * answer.
 */
export function manifestBenchmark({ queries = 'as-given' }: ManifestOptions = {}): Benchmark {
  return {
    name: 'manifest',
    title: 'Manifest',
    settings,
    read: (path, { allowPartial, setting = settings[0] }) =>
      readBenchmark(resolve(path), queries, setting, allowPartial),
    readTraining: (path, { allowPartial }) => readTrainingPart(resolve(path), allowPartial),
  };
}

export const manifest = manifestBenchmark();

async function readBenchmark(
  file: string,
  kind: NonNullable<ManifestOptions['queries']>,
  setting: Setting,
  allowPartial: boolean,
): Promise<BenchmarkRows> {
  const { rows: all, remarks } = await manifestRows(file);
  const asked = reduced(rowsOf(file, all, 'query'), kind);
  if (asked.length === 0) {
    throw malformedRow(
      file,
      `no query row has ${kind === 'image' ? 'a path' : 'a caption'}`,
      `Ask for other queries than ${kind}, or add some to the manifest.`,
    );
  }
  const searched = rowsOf(file, all, 'gallery').filter(isPictureRow);
  if (aboutClothes.has(setting.protocol)) needClothes(file, setting, asked, searched);

  const { there, differences } = await present(file, [...asked, ...searched], allowPartial);
  const left = (split: Split): ManifestRow[] => there.filter((row) => row.split === split);
  const queries = inSourceOrder(queryRows(left('query'), all.at(-1)?.line ?? 0));
  const gallery = inSourceOrder(
    left('gallery')
      .filter(isPictureRow)
      .map(({ labels, written, path }): BenchmarkRow => ({ ...labels, source: written, path })),
  );
  if (queries.length === 0 || gallery.length === 0) {
    const side = queries.length === 0 ? 'query' : 'gallery';
    throw malformedRow(file, `no ${side} row has a picture that is there`, nextOfMissing);
  }
  return {
    queries,
    gallery,
    differences,
    remarks: [...remarks, ...noCameras(queries, gallery, setting), ...ownAnswers(queries, gallery, setting)],
  };
}

async function readTrainingPart(file: string, allowPartial: boolean): Promise<TrainingRows> {
  const { rows: all } = await manifestRows(file);
  const training = rowsOf(file, all, 'train').filter(isPictureRow);
  const { there, differences } = await present(file, training, allowPartial);
  const rows = new Map<string, TrainingRow>();
  for (const { labels, written, path, caption } of there) {
    const known = rows.get(path);
    const { captions = [], source = written } = known ?? {};
    rows.set(path, {
      ...known,
      ...labels,
      source,
      path,
      captions: caption === undefined ? captions : [...captions, caption],
    });
  }
  if (rows.size === 0) throw malformedRow(file, 'no train row has a picture that is there', nextOfMissing);
  return { rows: inSourceOrder([...rows.values()]), differences };
}

function rowsOf(file: string, all: readonly ManifestRow[], split: Split): ManifestRow[] {
  const rows = all.filter((row) => row.split === split);
  if (rows.length > 0) return rows;
  throw malformedRow(
    file,
    `no row has the split ${split}`,
    'The column split says of each row whether it is query, gallery or train.',
  );
}

/** Query rows as the kind asks for them; what becomes the same by it is there once. */
function reduced(rows: readonly ManifestRow[], kind: NonNullable<ManifestOptions['queries']>): ManifestRow[] {
  if (kind === 'as-given') return [...rows];
  const once = new Map<string, ManifestRow>();
  for (const { path, written, caption, ...row } of rows) {
    if (kind === 'image') {
      if (path !== undefined && written !== undefined && !once.has(path)) {
        once.set(path, { ...row, path, written });
      }
    } else if (caption !== undefined) {
      const words = JSON.stringify([row.labels.personId, caption]);
      if (!once.has(words))
        once.set(words, { ...row, caption, ...(written === undefined ? {} : { written }) });
    }
  }
  return [...once.values()];
}

/**
 * `PATH` of a picture, with words or without, so that both ways of asking can be compared; `PATH#02` of the second words
 * about it, `words#0017` of words alone in line 17.
 */
function queryRows(rows: readonly ManifestRow[], lastLine: number): QueryRow[] {
  const digits = String(lastLine).length;
  const captionsOf = new Map<string, number>();
  return rows.map(({ line, labels, written, path, caption }) => {
    const words = caption === undefined ? {} : { caption };
    if (written === undefined) {
      return { ...labels, source: `words#${String(line).padStart(digits, '0')}`, ...words };
    }
    const number = (captionsOf.get(written) ?? 0) + 1;
    captionsOf.set(written, number);
    const source = number === 1 ? written : `${written}#${String(number).padStart(2, '0')}`;
    return { ...labels, source, ...(path === undefined ? {} : { path }), ...words };
  });
}

const nextOfMissing =
  'Paths are relative to the manifest, with forward slashes. Correct them or bring the pictures.';

/** @throws ChatReidError DATASET_INVALID naming a picture that is not there, unless they may be left out */
function present<Row extends ManifestRow>(
  file: string,
  rows: readonly Row[],
  allowPartial: boolean,
): Promise<Found<readonly Row[]>> {
  return picturesThere(
    rows.toSorted((a, b) => a.line - b.line),
    {
      pathOf: ({ path }) => path,
      sourceOf: ({ written }) => written ?? '',
      nameOf: ({ line }) => `line ${line}`,
      file,
      next: nextOfMissing,
      allowPartial,
    },
  );
}

/** Distractors may wear what they like: who is looked for must not. */
function needClothes(
  file: string,
  setting: Setting,
  queries: readonly ManifestRow[],
  gallery: readonly ManifestRow[],
): void {
  const wanted = new Set(queries.map(({ labels }) => labels.personId));
  const bare = [...queries, ...gallery].find(
    ({ labels }) => labels.clothesId === undefined && wanted.has(labels.personId),
  );
  if (bare === undefined) return;
  throw malformedRow(
    `${file} line ${bare.line}`,
    `it has no clothes_id, and the setting ${setting.name} goes by it`,
    'Say in the column clothes_id what each person that is looked for wears: one name or number for each outfit.',
  );
}

/** Without cameras the setting that goes by them measures something easier, and nothing in the numbers shows it. */
function noCameras(
  queries: readonly QueryRow[],
  gallery: readonly BenchmarkRow[],
  setting: Setting,
): string[] {
  const named = [queries, gallery].every((rows) => rows.some(({ cameraId }) => cameraId !== undefined));
  if (named || setting.protocol === anyCamera) return [];
  const pictures = queries.some(({ path }) => path !== undefined);
  return pictures
    ? [
        "No camera is named in the queries or in the gallery: nothing is left out for being of the query's own camera.",
      ]
    : [];
}

/** A query picture that the gallery holds, too, is found for certain where no camera takes it out: not a feat. */
function ownAnswers(
  queries: readonly QueryRow[],
  gallery: readonly BenchmarkRow[],
  setting: Setting,
): string[] {
  const rowOf = new Map(gallery.map(({ path }, row) => [path, row]));
  const relevanceOf = setting.protocol.prepare(gallery);
  const own = queries.filter((query) => {
    const row = query.path === undefined ? undefined : rowOf.get(query.path);
    return row !== undefined && relevanceOf(query).positives.includes(row);
  });
  if (own.length === 0) return [];
  const named = someOf(own.map(({ source }) => source));
  return [
    own.length === 1
      ? `1 query picture is in the gallery, too, and is its own right answer: ${named}`
      : `${own.length} query pictures are in the gallery, too, and are their own right answers: ${named}`,
  ];
}
