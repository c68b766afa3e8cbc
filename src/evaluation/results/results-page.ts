/** A page of results in Markdown: every number of it comes out of a stored result, none is typed. */
import {
  type ResultsColumn,
  type ResultsPlan,
  type ResultsRow,
  type ResultsTable,
  shownCommand,
} from './results-plan.ts';
import { type StoredResult, valueAt } from './stored-result.ts';

const absent = '–';

/** The same plan and results give the same bytes. */
export function resultsPage(plan: ResultsPlan, results: ReadonlyMap<string, StoredResult>): string {
  const parts = [
    `# ${plan.title}`,
    ...plan.intro,
    ...plan.tables.map((table) => tableText(table, plan, results)),
    weightsText(results),
    machinesText(results),
    placesText(plan),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function tableText(
  table: ResultsTable,
  plan: ResultsPlan,
  results: ReadonlyMap<string, StoredResult>,
): string {
  const rows = table.rows.flatMap((row) => rowsOf(row, table.columns, results.get(row.run)));
  const ids = [...new Set(table.rows.map(({ run }) => run))];
  const missing = ids.filter((id) => !results.has(id));
  const commands = ids.map((id) => shownCommand(plan.runs[id]?.args ?? []));
  return [
    `## ${table.title}`,
    ...(table.text === undefined ? [] : [table.text]),
    markdownTable(
      table.columns.map(({ title }) => title),
      rows,
    ),
    ...(missing.length === 0 ? [] : [`Not measured yet: ${missing.join(', ')}.`]),
    ['```sh', ...commands, '```'].join('\n'),
  ].join('\n\n');
}

function rowsOf(
  row: ResultsRow,
  columns: readonly ResultsColumn[],
  stored: StoredResult | undefined,
): string[][] {
  const name = `${row.name}${partOf(stored)}`;
  if (stored === undefined) return [[name, ...columns.map(() => absent)]];
  const base = row.at === undefined ? stored.document : valueAt(stored.document, row.at);
  if (row.each === undefined) return [[name, ...cells(columns, base)]];
  const list = valueAt(base, row.each);
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  return items.map((item) => [`${named(item)}${partOf(stored)}`, ...cells(columns, item)]);
}

function named(item: unknown): string {
  const { name, from, to } = item as {
    readonly name?: unknown;
    readonly from?: unknown;
    readonly to?: unknown;
  };
  if (typeof from === 'number' && typeof to === 'number') return `${from.toFixed(2)} to ${to.toFixed(2)}`;
  return cell(String(name ?? absent));
}

/** A row that is not over all queries says so itself. */
function partOf(stored: StoredResult | undefined): string {
  const slice = stored?.document.slice as { readonly asked?: number; readonly of?: number } | undefined;
  if (slice?.asked !== undefined && slice.of !== undefined) {
    return ` (${grouped(slice.asked)} of ${grouped(slice.of)} queries)`;
  }
  return stored?.document.partial === true ? ' (not the whole data set)' : '';
}

function cells(columns: readonly ResultsColumn[], base: unknown): string[] {
  return columns.map(({ value, format }) => written(valueAt(base, value), format));
}

function written(value: unknown, format: ResultsColumn['format']): string {
  if (value === undefined || value === null) return absent;
  if (format === 'difference' || format === 'p') {
    const { difference, interval, pValue } = value as {
      readonly difference?: number;
      readonly interval?: readonly [number, number];
      readonly pValue?: number;
    };
    if (format === 'p') return pValue === undefined ? absent : pValue < 0.001 ? '< 0.001' : pValue.toFixed(3);
    if (difference === undefined || interval === undefined) return absent;
    return `${signed(difference)} (${interval.map(signed).join(' to ')})`;
  }
  if (typeof value === 'number') {
    if (format === 'percent') return (100 * value).toFixed(1);
    if (format === 'count') return grouped(value);
    if (format === 'decimal') return value.toFixed(3);
  }
  return cell(String(value));
}

function weightsText(results: ReadonlyMap<string, StoredResult>): string {
  const rows = new Map<string, string[]>();
  const add = (id: string, part: string, name: unknown, checksum: unknown): void => {
    if (typeof name !== 'string' || typeof checksum !== 'string') return;
    const key = JSON.stringify([part, name, checksum]);
    const known = rows.get(key);
    if (known) known[3] += `, ${id}`;
    else rows.set(key, [name, part, `\`${checksum.slice(0, 16)}\``, id]);
  };
  for (const [id, { document }] of results) {
    add(id, 'filter', valueAt(document, 'encoder.name'), valueAt(document, 'encoder.space'));
    for (const at of ['language.engine', 'engine']) {
      add(id, 'language model', valueAt(document, `${at}.name`), valueAt(document, `${at}.checksum`));
    }
    for (const peer of (document.peers ?? []) as readonly unknown[]) {
      add(id, 'peer', valueAt(peer, 'encoder.name'), valueAt(peer, 'encoder.space'));
    }
  }
  if (rows.size === 0) return '';
  return [
    '## Weights',
    'SHA-256 over the files of each part (first 16 digits), as the runs recorded it.',
    markdownTable(['part', 'checksum', 'runs'], [...rows.values()]),
  ].join('\n\n');
}

function machinesText(results: ReadonlyMap<string, StoredResult>): string {
  if (results.size === 0) return '';
  const rows = [...results].map(([id, { date, machine, document }]) => [
    id,
    date.slice(0, 10),
    cell(machine),
    typeof document.seconds === 'number' ? document.seconds.toFixed(0) : absent,
  ]);
  return [
    '## When and where',
    'Seconds are of the process that finished the run: embeddings and judgements kept from earlier ones are not in them.',
    markdownTable(['date', 'machine', 'seconds'], rows),
  ].join('\n\n');
}

function placesText({ places }: ResultsPlan): string {
  const lines = Object.entries(places).map(
    ([name, what]) => `- \`$${name.replaceAll('-', '_').toUpperCase()}\`: ${what}`,
  );
  return lines.length === 0 ? '' : ['## What the commands are given', lines.join('\n')].join('\n\n');
}

/** The first column has no title and is set to the left. */
function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cellsOfLine: readonly string[]): string => `| ${cellsOfLine.join(' | ')} |`;
  return [line(['', ...titles]), line([':--', ...titles.map(() => '--:')]), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function signed(fraction: number): string {
  return `${fraction > 0 ? '+' : ''}${(100 * fraction).toFixed(2)}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
