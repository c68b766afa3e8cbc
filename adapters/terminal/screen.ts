/** Where the talk is written: a stream that only grows, or a terminal where a page is rewritten in place above the prompt. */
import { clearScreenDown, cursorTo, type Interface, moveCursor } from 'node:readline';
import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

export interface Screen {
  /** Shown until the next page takes its place; a screen that cannot take anything back shows nothing. */
  draft(lines: readonly string[]): Promise<void>;
  /** @param tail characters that follow as they are: a picture. @throws what the stream refuses */
  page(lines: readonly string[], tail?: string): Promise<void>;
}

export type TerminalStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

export class PlainScreen implements Screen {
  constructor(private readonly stdout: Writable) {}

  async draft(): Promise<void> {}

  page(lines: readonly string[], tail = ''): Promise<void> {
    return write(this.stdout, `${lines.map((line) => `${line}\n`).join('')}${tail}`);
  }
}

export class PromptScreen implements Screen {
  /** Rows of the draft that is still the last thing above the prompt; 0 where there is none. */
  #draftRows = 0;

  constructor(
    private readonly stdout: TerminalStream,
    private readonly prompt: Interface,
  ) {
    // What stands above is wrapped anew then, and nobody knows where it begins.
    stdout.on('resize', () => this.entered());
  }

  /** Something was typed below the draft: it stays where it is. */
  entered(): void {
    this.#draftRows = 0;
  }

  async draft(lines: readonly string[]): Promise<void> {
    await this.#above(lines, '');
    const rows = lines.reduce((sum, line) => sum + rowsOf(line, this.stdout.columns ?? 80), 0);
    // What has scrolled away cannot be rewritten.
    this.#draftRows = rows < (this.stdout.rows ?? 24) - 1 ? rows : 0;
  }

  page(lines: readonly string[], tail = ''): Promise<void> {
    return this.#above(lines, tail);
  }

  /** The half-typed line moves down, with its cursor where it was. */
  async #above(lines: readonly string[], tail: string): Promise<void> {
    moveCursor(this.stdout, 0, -this.prompt.getCursorPos().rows - this.#draftRows);
    cursorTo(this.stdout, 0);
    clearScreenDown(this.stdout);
    this.#draftRows = 0;
    await write(this.stdout, `${lines.map((line) => `${line}\n`).join('')}${tail}`);
    this.prompt.prompt(true);
  }
}

function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Rows that a line takes on a terminal of that width. */
function rowsOf(line: string, columns: number): number {
  let width = 0;
  for (const character of stripVTControlCharacters(line)) width += widthOf(character);
  return Math.max(1, Math.ceil(width / columns));
}

/** East Asian letters and emoji are two columns wide, accents none. */
function widthOf(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  return /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
    character,
  )
    ? 2
    : 1;
}
