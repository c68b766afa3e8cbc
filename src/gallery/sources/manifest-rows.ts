/** The rows of a CSV, TSV or JSONL manifest: a path and what is known of the picture, each with its line number. */
import { parse } from 'csv-parse/sync';
import { ChatReidError, messageOf } from '../../foundation/error.ts';
import type { FactName, PictureFacts } from './import-source.ts';
import { siteTime } from './written-time.ts';

export interface ManifestRow {
  /** Counted from 1. */
  readonly line: number;
  readonly path: string;
  readonly source?: string;
  readonly facts: PictureFacts;
}

export interface BadRow {
  readonly line: number;
  readonly path: string;
  readonly why: string;
}

export interface Manifest {
  readonly rows: readonly (ManifestRow | BadRow)[];
  readonly decided: ReadonlySet<FactName>;
  readonly unknownColumns: readonly string[];
}

/** snake_case, camelCase, spaces and capitals are all the same to us: `person_id`, `personId`, `Person ID`. */
const columnNames: Readonly<Record<string, FactName | 'path' | 'source'>> = {
  path: 'path',
  source: 'source',
  personid: 'personId',
  cameraid: 'cameraId',
  place: 'place',
  time: 'time',
  caption: 'caption',
  split: 'split',
  tags: 'tags',
};

const nextStep =
  'The first line names the columns: path,person_id,camera_id,time,place,split,caption,tags (only path is required).';

/** @throws ChatReidError IMPORT_MANIFEST_INVALID with the line */
export function readManifest(
  text: string,
  name: string,
  options: { readonly jsonLines: boolean; readonly timeZone: string },
): Manifest {
  if (text.includes('\0')) throw invalid(name, 1, 'it is not UTF-8 text', 'Save it as UTF-8 text.');
  const records = options.jsonLines ? jsonRecords(text, name) : csvRecords(text, name);
  const unknown = new Set<string>();
  const decided = new Set<FactName>();
  const rows = records.map(({ line, fields, misfit }): ManifestRow | BadRow => {
    if (misfit !== undefined) return { line, path: '', why: misfit };
    const cells: Partial<Record<FactName | 'path' | 'source', unknown>> = {};
    for (const [column, cell] of fields) {
      const known = columnNames[column.toLowerCase().replace(/[\s_-]/g, '')];
      if (known === undefined) unknown.add(column);
      else cells[known] = cell;
      if (known !== undefined && known !== 'path' && known !== 'source') decided.add(known);
    }
    return rowOf(line, cells, options.timeZone);
  });
  return { rows, decided, unknownColumns: [...unknown] };
}

type Fields = readonly (readonly [column: string, cell: unknown])[];
interface TableRecord {
  readonly line: number;
  readonly fields: Fields;
  /** Why nothing in it can be trusted. */
  readonly misfit?: string;
}
type Cells = Partial<Record<FactName | 'path' | 'source', unknown>>;

function rowOf(line: number, cells: Cells, timeZone: string): ManifestRow | BadRow {
  const path = textOf(cells.path) ?? '';
  if (path === '') return { line, path, why: 'it has no path' };
  const writtenTime = textOf(cells.time);
  const time = writtenTime === undefined ? undefined : siteTime(writtenTime, timeZone);
  if (writtenTime !== undefined && time === undefined) {
    return {
      line,
      path,
      why: `its time ${JSON.stringify(writtenTime)} cannot be read (write 2026-11-24T13:05:00)`,
    };
  }
  const facts = {
    personId: textOf(cells.personId),
    cameraId: textOf(cells.cameraId),
    place: textOf(cells.place),
    time,
    caption: textOf(cells.caption),
    split: textOf(cells.split),
    tags: tagsOf(cells.tags),
  };
  const source = textOf(cells.source);
  return {
    line,
    path,
    ...(source === undefined ? {} : { source }),
    facts: Object.fromEntries(
      Object.entries(facts).filter(([, value]) => value !== undefined),
    ) as PictureFacts,
  };
}

function textOf(cell: unknown): string | undefined {
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  return typeof cell === 'string' && cell !== '' ? cell : undefined;
}

/** `red cap; bag`, or a JSON list where a tag itself has a semicolon. */
function tagsOf(cell: unknown): string[] | undefined {
  const list = Array.isArray(cell) ? cell : listOf(textOf(cell) ?? '');
  const tags = list.flatMap((tag) => textOf(tag) ?? []);
  return tags.length > 0 ? tags : undefined;
}

function listOf(text: string): unknown[] {
  if (text.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list)) return list;
    } catch {
      // Not JSON: a tag that begins with a bracket.
    }
  }
  return text.split(';').map((tag) => tag.trim());
}

/** The cell that {@link readManifest} reads as these tags. */
export function tagsCell(tags: readonly string[]): string {
  const plain = tags.every((tag) => tag.trim() === tag && !tag.includes(';') && !tag.startsWith('['));
  return plain ? tags.join(';') : JSON.stringify(tags);
}

function csvRecords(text: string, name: string): TableRecord[] {
  const header = text.slice(0, 4096).split(/\r?\n/, 1)[0] ?? '';
  const delimiter = ['\t', ';', ','].sort((a, b) => header.split(b).length - header.split(a).length)[0];
  let table: { info: { lines: number }; record: string[] }[];
  try {
    table = parse(text, {
      bom: true,
      delimiter: delimiter ?? ',',
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as typeof table;
  } catch (error) {
    throw invalid(name, (error as { lines?: number }).lines, messageOf(error), nextStep, error);
  }
  const columns = (table.shift()?.record ?? []).map((column) => column.trim());
  const known = columns.map((column) => columnNames[column.toLowerCase().replace(/[\s_-]/g, '')]);
  if (!known.includes('path')) {
    throw invalid(name, 1, `there is no column "path" (found: ${columns.join(', ') || 'nothing'})`, nextStep);
  }
  const twice = known.find((column, at) => column !== undefined && known.indexOf(column) !== at);
  if (twice !== undefined) throw invalid(name, 1, `the column "${twice}" is there twice`, nextStep);
  return table.map(({ info, record }) => {
    // The line where the record ends; a quoted caption may begin some lines above.
    const line = info.lines;
    if (record.length !== columns.length) {
      return { line, fields: [], misfit: `it has ${record.length} cells under ${columns.length} columns` };
    }
    return { line, fields: columns.map((column, at) => [column, record[at]] as const) };
  });
}

function jsonRecords(text: string, name: string): TableRecord[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const records = lines.flatMap((text, at): TableRecord[] => {
    if (text.trim() === '') return [];
    const line = at + 1;
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return [{ line, fields: Object.entries(value) }];
      }
    } catch {
      // Told below: one torn line must not take the others with it.
    }
    return [{ line, fields: [], misfit: 'it is not one JSON object' }];
  });
  if (records.every(({ misfit }) => misfit !== undefined)) {
    throw invalid(
      name,
      records[0]?.line ?? 1,
      'no line is a JSON object',
      'Every line is one JSON object with at least "path".',
    );
  }
  return records;
}

function invalid(
  name: string,
  line: number | undefined,
  why: string,
  next: string,
  cause?: unknown,
): ChatReidError {
  const where = line === undefined ? '' : `, line ${line}`;
  return new ChatReidError(
    'IMPORT_MANIFEST_INVALID',
    `The manifest ${name}${where} cannot be read: ${why}.`,
    next,
    cause,
  );
}
