/** The records of a manifest that is a benchmark: CSV, TSV or JSON lines, each with its line and its known cells. */
import { stat } from 'node:fs/promises';
import { type Options, parse } from 'csv-parse/sync';
import { ChatReidError, messageOf } from '../../foundation/error.ts';
import { malformedRow, unreadable } from './dataset-errors.ts';
import { columnHints } from './manifest-hints.ts';
import { RecordLines } from './record-lines.ts';
import { someOf } from './some-of.ts';
import { utf8File } from './utf8-file.ts';

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
  /** What is no mistake and worth a sentence. */
  readonly remarks: string[] = [];

  add(line: number, wrong: string, next = `A row has ${header}; split is query, gallery or train.`): void {
    this.#found.push({ line, wrong, next });
  }

  /** @throws ChatReidError DATASET_INVALID naming the first, when there is one */
  refuse(file: string): void {
    const [first] = this.#found.toSorted((a, b) => a.line - b.line);
    if (first === undefined) return;
    const lines = new Set(this.#found.map(({ line }) => line));
    lines.delete(first.line);
    const more = [...lines].sort((a, b) => a - b);
    const others =
      more.length === 0
        ? ''
        : more.length === 1
          ? `; line ${more[0]} is wrong, too`
          : `; ${more.length.toLocaleString('en-US')} more rows are wrong, in lines ${someOf(more)}`;
    throw malformedRow(`${file} line ${first.line}`, `${first.wrong}${others}`, first.next);
  }
}

/**
 * .jsonl and .ndjson are one JSON object a line, anything else is CSV unless its first character is a brace. The
 * delimiter of a CSV (comma, semicolon or tab) is the one that its first line has most of, or the one that Excel's
 * `sep=;` names in a line above it. A byte-order mark, the line ends of any system (of several in one CSV, too) and
 * empty lines are passed over; unknown columns are ignored.
 *
 * @param file absolute path
 * @param mistakes is told of rows that cannot be read
 * @throws ChatReidError DATASET_INVALID when the file as a whole cannot be read
 */
export async function manifestRecords(file: string, mistakes: RowMistakes): Promise<ManifestRecord[]> {
  const { bytes, text } = await utf8TextOf(file);
  const start = text.trimStart();
  if (start === '') throw emptyFile(file);
  const jsonLines = /\.(jsonl|ndjson)$/i.test(file) || start.startsWith('{');
  if (start.startsWith('[')) {
    throw malformedRow(
      file,
      'this is neither CSV nor JSON lines but one list',
      'Write one JSON object a line, without brackets around them and commas between them.',
    );
  }
  return jsonLines ? jsonRecords(text, mistakes) : csvRecords(bytes, text, file, mistakes);
}

function emptyFile(file: string): Error {
  return malformedRow(file, 'the file is empty', `The first line is ${header}.`);
}

/** Both without a byte-order mark. */
async function utf8TextOf(file: string): Promise<{ bytes: Buffer; text: string }> {
  const isFolder = await stat(file).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder) {
    throw malformedRow(file, 'this is a folder', 'Give the manifest itself, a CSV or JSONL file.');
  }
  return utf8File(file, {
    name: file,
    therefore: ', so it is neither CSV nor JSON lines',
    encode: 'Save the manifest as UTF-8 (in Excel: CSV UTF-8), then try again.',
    shorten: 'Split it into several manifests.',
  }).catch((error: unknown) => {
    if (error instanceof ChatReidError) throw error;
    const wrong = 'there is no manifest that can be read';
    throw (
      unreadable(file, error) ?? malformedRow(file, wrong, 'Give the path of a CSV or JSONL file.', error)
    );
  });
}

/** A record of a CSV, and the number of the byte behind it. */
interface CsvRecord {
  readonly info: { readonly bytes: number };
  readonly record: readonly string[];
}

/** The first line by which Excel is told the delimiter; Excel shows it to nobody. */
const delimiterLine = /^"?sep=([,;|\t])"?[ \t]*(?:\r\n|\n|\r|$)/i;

function csvRecords(whole: Buffer, text: string, file: string, mistakes: RowMistakes): ManifestRecord[] {
  const [told, said] = delimiterLine.exec(text.slice(0, 32)) ?? ['', undefined];
  // Every character of the line is one byte.
  const bytes = whole.subarray(told.length);
  const first =
    text
      .slice(told.length, told.length + 4096)
      .trimStart()
      .split(/\r\n|\n|\r/, 1)[0] ?? '';
  if (text.slice(told.length).trim() === '') throw emptyFile(file);
  const likely = ['\t', ';', ','].sort((a, b) => first.split(b).length - first.split(a).length)[0] ?? ',';
  const table = parsed(bytes, said ?? likely, file, told === '' ? 1 : 2);
  const lines = new RecordLines(bytes, told === '' ? 1 : 2);
  const [head, ...body] = table.map(({ info, record }) => ({ line: lines.next(info.bytes), record }));
  const { line: headLine, record: names } = head ?? { line: 1, record: [] };
  const known = names.map(columnOf);
  const missing = required.filter((column) => !known.includes(column));
  if (missing.length > 0) {
    throw malformedRow(
      `${file} line ${headLine}`,
      `there is no column ${missing.join(' and no column ')} (found: ${someOf(names, 12)})`,
      `The first line names the columns, in any order: ${header}.`,
    );
  }
  mistakes.remarks.push(...columnHints(names, known));
  const twice = known.find((column, at) => column !== undefined && known.indexOf(column) !== at);
  if (twice !== undefined) {
    throw malformedRow(
      `${file} line ${headLine}`,
      `the column ${twice} is there twice`,
      'Take one of them out.',
    );
  }
  return body.flatMap(({ line, record }) => {
    // Spreadsheets write a line of delimiters for each empty row below the last.
    if (record.every((cell) => cell.trim() === '')) return [];
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

const quoteMistakes: ReadonlyMap<string | undefined, string> = new Map([
  ['CSV_QUOTE_NOT_CLOSED', 'a quote is opened in this record and not closed'],
  ['CSV_INVALID_CLOSING_QUOTE', 'the quote that ends a cell of this record has no delimiter behind it'],
  ['CSV_INVALID_OPENING_QUOTE', 'a cell of this record holds a quote and does not begin with one'],
]);

/** @throws ChatReidError DATASET_INVALID naming the line on which the record begins that cannot be read */
function parsed(bytes: Buffer, delimiter: string, file: string, firstLine: number): readonly CsvRecord[] {
  const options: Options = {
    delimiter,
    info: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
  };
  try {
    return parse(bytes, options) as unknown as CsvRecord[];
  } catch (error) {
    const { code, records = 0 } = error as { code?: string; records?: number };
    const lines = new RecordLines(bytes, firstLine);
    if (records > 0) {
      const before = parse(bytes, { ...options, to: records }) as unknown as CsvRecord[];
      for (const { info } of before) lines.next(info.bytes);
    }
    throw malformedRow(
      `${file} line ${lines.next(bytes.length)}`,
      `this is not CSV: ${quoteMistakes.get(code) ?? messageOf(error)}`,
      'A cell that holds a quote, a line end or the delimiter stands in quotes, its own quotes doubled: "a ""red"" cap".',
      error,
    );
  }
}

function jsonRecords(text: string, mistakes: RowMistakes): ManifestRecord[] {
  const names = new Set<string>();
  const records = text.split(/\r?\n/).flatMap((text, at) => {
    if (text.trim() === '') return [];
    const line = at + 1;
    const value = objectOf(text);
    if (value === undefined) {
      mistakes.add(line, 'it is not one JSON object', 'Every line of the file is one JSON object.');
      return [];
    }
    const cells: [ManifestColumn, string][] = [];
    for (const [name, cell] of Object.entries(value)) {
      if (cell !== null) names.add(name);
      const column = columnOf(name);
      if (column === undefined || cell === null) continue;
      // A whole number above 2^53 has lost digits already, and two persons may have become one.
      const exact =
        typeof cell === 'number' &&
        (Number.isInteger(cell) ? Number.isSafeInteger(cell) : Number.isFinite(cell));
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
  mistakes.remarks.push(...columnHints([...names], [...names].map(columnOf)));
  return records;
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
