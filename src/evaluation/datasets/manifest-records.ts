/** The records of a manifest that is a benchmark: CSV, TSV or JSON lines, each with its line and its known cells. */
import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { messageOf } from '../../foundation/error.ts';
import { malformedRow } from './dataset-errors.ts';
import { someOf } from './some-of.ts';

export type ManifestColumn =
  | 'path'
  | 'person_id'
  | 'camera_id'
  | 'split'
  | 'caption'
  | 'clothes_id'
  | 'modality';

export interface ManifestRecord {
  /** Counted from 1; where a record has several lines, its first. */
  readonly line: number;
  /** Cells that are empty are not in it. Everything but the caption is without white space at its ends. */
  readonly cells: Readonly<Partial<Record<ManifestColumn, string>>>;
}

const header = 'path,person_id,camera_id,split,caption,clothes_id,modality';

/** As the importer has it: snake_case, camelCase, spaces and capitals are all the same. */
const columns: ReadonlyMap<string, ManifestColumn> = new Map(
  header.split(',').map((name) => [name.replace('_', ''), name as ManifestColumn]),
);
const required: readonly ManifestColumn[] = ['path', 'person_id', 'split'];

/** Mistakes of single rows, gathered so that a person who mends one sees how many there are. */
export class RowMistakes {
  readonly #found: { readonly line: number; readonly wrong: string; readonly next: string }[] = [];

  add(line: number, wrong: string, next = `A row has ${header}; split is query, gallery or train.`): void {
    this.#found.push({ line, wrong, next });
  }

  /** @throws ChatReidError DATASET_INVALID naming the first, when there is one */
  refuse(file: string): void {
    const [first, ...more] = this.#found.toSorted((a, b) => a.line - b.line);
    if (first === undefined) return;
    const others =
      more.length === 0
        ? ''
        : more.length === 1
          ? `; line ${more[0]?.line} is wrong, too`
          : `; ${more.length} more rows are wrong, in lines ${someOf(more.map(({ line }) => line))}`;
    throw malformedRow(`${file} line ${first.line}`, `${first.wrong}${others}`, first.next);
  }
}

/**
 * .jsonl and .ndjson are one JSON object a line, anything else is CSV unless its first character is a brace. The
 * delimiter of a CSV (comma, semicolon or tab) is the one that its first line has most of. A byte-order mark, Windows
 * line ends and empty lines are passed over; unknown columns are ignored.
 *
 * @param file absolute path
 * @param mistakes is told of rows that cannot be read
 * @throws ChatReidError DATASET_INVALID when the file as a whole cannot be read
 */
export async function manifestRecords(file: string, mistakes: RowMistakes): Promise<ManifestRecord[]> {
  const text = await utf8TextOf(file);
  const start = text.trimStart();
  if (start === '') throw malformedRow(file, 'the file is empty', `The first line is ${header}.`);
  const jsonLines = /\.(jsonl|ndjson)$/i.test(file) || start.startsWith('{');
  if (start.startsWith('[')) {
    throw malformedRow(
      file,
      'this is neither CSV nor JSON lines but one list',
      'Write one JSON object a line, without brackets around them and commas between them.',
    );
  }
  return jsonLines ? jsonRecords(text, mistakes) : csvRecords(text, file, mistakes);
}

async function utf8TextOf(file: string): Promise<string> {
  const isFolder = await stat(file).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder) {
    throw malformedRow(file, 'this is a folder', 'Give the manifest itself, a CSV or JSONL file.');
  }
  const bytes = await readFile(file).catch((error: unknown) => {
    throw malformedRow(
      file,
      'there is no manifest that can be read',
      'Give the path of a CSV or JSONL file.',
      error,
    );
  });
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw malformedRow(
      `${file} line ${lineThatIsNoText(bytes)}`,
      'this is not UTF-8 text, so it is neither CSV nor JSON lines',
      'Save the manifest as UTF-8 (in Excel: CSV UTF-8), then try again.',
    );
  }
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function lineThatIsNoText(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from <= bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    const part = bytes.subarray(from, end === -1 ? bytes.length : end);
    if (end === -1 || !isUtf8(part) || part.includes(0)) return line;
    from = end + 1;
  }
  return line;
}

function csvRecords(text: string, file: string, mistakes: RowMistakes): ManifestRecord[] {
  const first = text.slice(0, 4096).trimStart().split(/\r?\n/, 1)[0] ?? '';
  const delimiter = ['\t', ';', ','].sort((a, b) => first.split(b).length - first.split(a).length)[0] ?? ',';
  let table: { info: { lines: number }; record: string[] }[];
  try {
    table = parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as typeof table;
  } catch (error) {
    const { lines } = error as { lines?: number };
    throw malformedRow(
      lines === undefined ? file : `${file} line ${lines}`,
      `this is not CSV: ${messageOf(error)}`,
      'A cell that holds a quote, a line end or the delimiter stands in quotes, its own quotes doubled: "a ""red"" cap".',
      error,
    );
  }
  const names = table.shift()?.record ?? [];
  const known = names.map(columnOf);
  const missing = required.filter((column) => !known.includes(column));
  if (missing.length > 0) {
    throw malformedRow(
      `${file} line 1`,
      `there is no column ${missing.join(' and no column ')} (found: ${someOf(names, 12)})`,
      `The first line names the columns, in any order: ${header}.`,
    );
  }
  const twice = known.find((column, at) => column !== undefined && known.indexOf(column) !== at);
  if (twice !== undefined) {
    throw malformedRow(`${file} line 1`, `the column ${twice} is there twice`, 'Take one of them out.');
  }
  return table.flatMap(({ info, record }) => {
    // Spreadsheets write a line of delimiters for each empty row below the last.
    if (record.every((cell) => cell.trim() === '')) return [];
    const line = info.lines - lineEndsIn(record);
    if (record.length !== names.length) {
      mistakes.add(
        line,
        `it has ${record.length} cells under ${names.length} columns`,
        'A caption with the delimiter in it stands in quotes: "a red cap, a bag".',
      );
      return [];
    }
    return [
      recordOf(
        line,
        known.map((column, at) => [column, record[at]]),
      ),
    ];
  });
}

function jsonRecords(text: string, mistakes: RowMistakes): ManifestRecord[] {
  return text.split(/\r?\n/).flatMap((text, at) => {
    if (text.trim() === '') return [];
    const line = at + 1;
    const value = objectOf(text);
    if (value === undefined) {
      mistakes.add(line, 'it is not one JSON object', 'Every line of the file is one JSON object.');
      return [];
    }
    const cells: [ManifestColumn, string][] = [];
    for (const [name, cell] of Object.entries(value)) {
      const column = columnOf(name);
      if (column === undefined || cell === null) continue;
      // A whole number above 2^53 has lost digits already, and two persons may have become one.
      const exact = typeof cell === 'number' && (Number.isSafeInteger(cell) || !Number.isInteger(cell));
      if (typeof cell !== 'string' && !(exact && column !== 'caption')) {
        mistakes.add(line, `its ${column} is not text`, `Write ${column} as text in quotes.`);
        return [];
      }
      if (cells.some(([earlier]) => earlier === column)) {
        mistakes.add(line, `its ${column} is there twice`, 'Take one of them out.');
        return [];
      }
      cells.push([column, String(cell)]);
    }
    return [recordOf(line, cells)];
  });
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // Told with its line by the caller, as anything else that is no object.
    return undefined;
  }
}

function columnOf(name: string): ManifestColumn | undefined {
  return columns.get(name.toLowerCase().replace(/[\s_-]/g, ''));
}

function recordOf(
  line: number,
  fields: readonly (readonly [column: ManifestColumn | undefined, cell: string | undefined])[],
): ManifestRecord {
  const cells: Partial<Record<ManifestColumn, string>> = {};
  for (const [column, cell] of fields) {
    if (column === undefined || cell === undefined) continue;
    const trimmed = cell.trim();
    if (trimmed !== '') cells[column] = column === 'caption' ? cell : trimmed;
  }
  return { line, cells };
}

function lineEndsIn(record: readonly string[]): number {
  let ends = 0;
  for (const cell of record) if (cell.includes('\n')) ends += cell.split('\n').length - 1;
  return ends;
}
