/** Where words go: results on stdout, notes on stderr, and one JSON document instead of both when asked for. */
import type { Writable } from 'node:stream';
import type { ErrorReport } from '../foundation/error.ts';
import { type Column, errorLines, type Style, styler, tableLines } from '../foundation/terminal-text.ts';

import { redactor, secretValues } from './redaction.ts';

export { type Column, printable } from '../foundation/terminal-text.ts';

export class Output {
  #redact: ((text: string) => string) | undefined;

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

  /** Something worth knowing that is not the result. Whatever it quotes, it holds no secret. */
  note(line: string): void {
    this.stderr.write(`${this.#withoutSecrets(line)}\n`);
  }

  document(value: unknown): void {
    if (this.json) this.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** No text in a cell can move the cursor or colour the terminal. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    for (const line of tableLines(columns, rows, styler(this.stdout, this.env))) this.print(line);
  }

  /** With --json the error is the document; otherwise it is told on stderr, what happened first. */
  error(report: ErrorReport): void {
    if (this.json) {
      this.stdout.write(this.#withoutSecrets(`${JSON.stringify({ error: report }, null, 2)}\n`));
      return;
    }
    for (const line of errorLines(report, styler(this.stderr, this.env))) this.note(line);
  }

  /** A secret that is not in the environment. */
  hide(secret: string): void {
    this.#redact = redactor([secret, ...secretValues(this.env)]);
  }

  #withoutSecrets(text: string): string {
    this.#redact ??= redactor(secretValues(this.env));
    return this.#redact(text);
  }

  style(how: Style, text: string): string {
    return styler(this.stdout, this.env)(how, text);
  }
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
