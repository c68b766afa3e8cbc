/** The rows of a manifest that is a benchmark, checked one by one and against each other. */
import { dirname, resolve } from 'node:path';
import { longestWords } from '../../retrieval/query.ts';
import type { Labelled } from '../protocol.ts';
import { type ManifestRecord, manifestRecords, RowMistakes } from './manifest-records.ts';

const splits = ['query', 'gallery', 'train'] as const;
export type Split = (typeof splits)[number];

export interface ManifestRow {
  /** Counted from 1. */
  readonly line: number;
  readonly split: Split;
  readonly labels: Labelled;
  /** The path as it is written. */
  readonly written?: string;
  /** Absolute path of the picture. */
  readonly path?: string;
  readonly caption?: string;
}

/** A row of which the path is known. */
export type PictureRow = ManifestRow & Required<Pick<ManifestRow, 'written' | 'path'>>;

export function isPictureRow(row: ManifestRow): row is PictureRow {
  return row.path !== undefined;
}

export interface ManifestRows {
  /** In the order of the file. */
  readonly rows: readonly ManifestRow[];
  /** What is no mistake and worth a sentence. */
  readonly remarks: readonly string[];
}

/**
 * @param file absolute path
 * @throws ChatReidError DATASET_INVALID naming the file and the line of the first mistake: see docs of
 *   {@link manifestBenchmark}
 */
export async function manifestRows(file: string): Promise<ManifestRows> {
  const mistakes = new RowMistakes();
  const records = await manifestRecords(file, mistakes);
  const folder = dirname(file);
  const rows = records.flatMap((record) => rowOf(record, folder, mistakes) ?? []);
  tellDuplicates(rows, mistakes);
  tellContradictions(rows, mistakes);
  mistakes.refuse(file);
  return { rows, remarks: mistakes.remarks };
}

function rowOf(
  { line, cells }: ManifestRecord,
  folder: string,
  mistakes: RowMistakes,
): ManifestRow | undefined {
  const wrong = (what: string, next?: string): undefined => {
    mistakes.add(line, what, next);
  };
  const { path: written, caption } = cells;
  if (cells.person_id === undefined) {
    return wrong('it has no person_id', 'Every row says whose picture or description it is.');
  }
  if (cells.split === undefined) return wrong('it has no split');
  const split = splits.find((known) => known === cells.split?.toLowerCase());
  if (split === undefined) return wrong(`its split ${JSON.stringify(cells.split)} is not known`);
  if (written === undefined && split !== 'query') {
    return wrong('it has no path', `A ${split} row is a picture; only a query may be words alone.`);
  }
  if (written === undefined && caption === undefined) {
    return wrong('it has neither path nor caption', 'A query is a picture, words or both.');
  }
  if (written?.includes('\0')) return wrong('its path holds a NUL character', 'Restore the path.');
  const words = split === 'gallery' ? 0 : (caption?.trim().length ?? 0);
  if (words > longestWords) {
    const [length, longest] = [words, longestWords].map((count) => count.toLocaleString('en-US'));
    return wrong(`its caption is ${length} characters long`, `A caption has at most ${longest} characters.`);
  }
  return {
    line,
    split,
    labels: {
      personId: cells.person_id,
      ...(cells.camera_id === undefined ? {} : { cameraId: cells.camera_id }),
      ...(cells.clothes_id === undefined ? {} : { clothesId: cells.clothes_id }),
      ...(cells.modality === undefined ? {} : { modality: cells.modality }),
    },
    ...(written === undefined ? {} : { written, path: resolve(folder, written) }),
    ...(caption === undefined ? {} : { caption }),
  };
}

/** The same picture twice in one split is a mistake, unless both rows have words and the words differ. */
function tellDuplicates(rows: readonly ManifestRow[], mistakes: RowMistakes): void {
  const first = new Map<string, ManifestRow>();
  const worded = new Map<string, ManifestRow>();
  for (const row of rows) {
    const { line, split, written, path, caption = '' } = row;
    const thing = JSON.stringify(path === undefined ? [row.labels.personId] : [split, path]);
    const words = JSON.stringify([thing, caption]);
    const earlier = first.get(thing);
    const wordsMatter = split !== 'gallery' && caption !== '' && earlier?.caption !== undefined;
    const same = wordsMatter ? worded.get(words) : earlier;
    if (same) {
      const what = written ?? 'the same description of the same person';
      mistakes.add(
        line,
        `${what} is a ${split} row already, in line ${same.line}`,
        'Take one of the rows out.',
      );
    }
    if (earlier === undefined) first.set(thing, row);
    if (!worded.has(words)) worded.set(words, row);
  }
}

/** One picture shows one person in front of one camera, however many rows it has. */
function tellContradictions(rows: readonly ManifestRow[], mistakes: RowMistakes): void {
  const first = new Map<string, ManifestRow>();
  const labels = {
    personId: 'person_id',
    cameraId: 'camera_id',
    clothesId: 'clothes_id',
    modality: 'modality',
  } as const;
  for (const row of rows) {
    if (row.path === undefined) continue;
    const earlier = first.get(row.path);
    if (earlier === undefined) first.set(row.path, row);
    else {
      for (const label of Object.keys(labels) as (keyof typeof labels)[]) {
        const [here, there] = [row.labels[label], earlier.labels[label]];
        if (here === there || here === undefined || there === undefined) continue;
        mistakes.add(
          row.line,
          `the ${labels[label]} of ${row.written} is ${here}, but ${there} in line ${earlier.line}`,
          'One picture has one person, one camera, one outfit and one modality: correct one of the rows.',
        );
        break;
      }
    }
  }
}
