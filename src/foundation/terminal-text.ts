/** Words made fit for a terminal: harmless, in columns, and coloured only where colours are wanted. */
import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { ErrorReport } from './error.ts';

export type Style = Parameters<typeof styleText>[0];
export type Styler = (how: Style, text: string) => string;

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Control characters shown, not sent: names of files and places come from strangers. */
export function printable(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** Obeys NO_COLOR and FORCE_COLOR; otherwise a terminal that is not `dumb` gets colours, and nothing else does. */
export function styler(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Styler {
  const coloured = env.NO_COLOR
    ? false
    : env.FORCE_COLOR
      ? env.FORCE_COLOR !== '0'
      : stream.isTTY === true && env.TERM !== 'dumb';
  return (how, text) => (coloured && text !== '' ? styleText(how, text, { validateStream: false }) : text);
}

/** Lines of a table without borders. Cells are made safe here: no text from a file can move the cursor or colour the terminal. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: Styler,
): string[] {
  const none = '';
  const table = new Table({
    head: columns.map(({ title }) => style('bold', title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: none,
      'top-mid': none,
      'top-left': none,
      'top-right': none,
      bottom: none,
      'bottom-mid': none,
      'bottom-left': none,
      'bottom-right': none,
      left: none,
      'left-mid': none,
      mid: none,
      'mid-mid': none,
      right: none,
      'right-mid': none,
      middle: none,
    },
  });
  for (const row of rows) table.push(row.map(printable));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** What happened first, then why, then what to do. */
export function errorLines(report: ErrorReport, style: Styler): string[] {
  const { message, cause, next, code } = report;
  return [
    `${style('red', 'Error:')} ${printable(message)}`,
    ...(cause !== undefined && !message.includes(cause) ? [`  Because: ${printable(cause)}`] : []),
    `  ${printable(next)}  ${style('dim', `[${code}]`)}`,
  ];
}
