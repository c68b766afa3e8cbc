/** Where words go: results on stdout, notes on stderr, and one JSON document instead of both when asked for. */
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { ErrorReport } from '../foundation/error.ts';

type Style = Parameters<typeof styleText>[0];

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

export class Output {
  constructor(
    private readonly stdout: Writable & { readonly isTTY?: boolean },
    private readonly stderr: Writable & { readonly isTTY?: boolean },
    private readonly env: NodeJS.ProcessEnv,
    /** One JSON document on stdout, and nothing else there. */
    readonly json: boolean,
  ) {}

  /** A line of the result, for people. */
  print(line = ''): void {
    if (!this.json) this.stdout.write(`${line}\n`);
  }

  /** Something worth knowing that is not the result. */
  note(line: string): void {
    this.stderr.write(`${line}\n`);
  }

  document(value: unknown): void {
    if (this.json) this.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Cells are made safe here: no text from a file can move the cursor or colour the terminal. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    if (this.json) return;
    const none = '';
    const table = new Table({
      head: columns.map(({ title }) => this.style('bold', title)),
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
    for (const line of table.toString().split('\n')) this.print(line.trimEnd());
  }

  /** With --json the error is the document; otherwise it is told on stderr, what happened first. */
  error(report: ErrorReport): void {
    if (this.json) {
      this.document({ error: report });
      return;
    }
    const style = (how: Style, text: string) => this.style(how, text, this.stderr);
    this.note(`${style('red', 'Error:')} ${printable(report.message)}`);
    if (report.cause !== undefined && !report.message.includes(report.cause)) {
      this.note(`  Because: ${printable(report.cause)}`);
    }
    this.note(`  ${printable(report.next)}  ${style('dim', `[${report.code}]`)}`);
  }

  style(how: Style, text: string, stream: { readonly isTTY?: boolean } = this.stdout): string {
    return text !== '' && this.#colours(stream) ? styleText(how, text, { validateStream: false }) : text;
  }

  #colours(stream: { readonly isTTY?: boolean }): boolean {
    if (this.env.NO_COLOR) return false;
    if (this.env.FORCE_COLOR) return this.env.FORCE_COLOR !== '0';
    return stream.isTTY === true && this.env.TERM !== 'dumb';
  }
}

/** Control characters shown, not sent: names of files and places come from strangers. */
export function printable(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** 19,732 */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 picture`, `3 pictures`, `2 queries` */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

export function megabytes(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MB`;
}
