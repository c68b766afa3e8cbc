/** A terminal without a window: keys go in, and what a person would read on it comes out. Knows what readline writes. */
import { PassThrough, Writable } from 'node:stream';
import { expect } from 'vitest';

const esc = '\u001b';
/** A command with its number, a picture of kitty's, a switch, or a character. */
const token = new RegExp(
  `${esc}\\[([\\d;]*)([A-Za-z])|${esc}_[^${esc}]*${esc}\\\\|${esc}\\[\\?\\d+[hl]|[\\s\\S]`,
  'gu',
);

export class VirtualTerminal {
  readonly keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  readonly screen: Writable & { isTTY: boolean; columns: number; rows: number };
  /** Everything that was written. */
  raw = '';
  /** Every line from the first, those that have scrolled away included. */
  readonly #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(
    private readonly columns: number,
    private readonly rows: number,
  ) {
    const screen = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.raw += String(chunk);
        this.#draw(String(chunk));
        done();
      },
    });
    this.screen = Object.assign(screen, { isTTY: true, columns, rows });
  }

  type(keys: string): void {
    this.keyboard.write(keys);
  }

  text(): string {
    return this.#lines.map((line) => line.join('').trimEnd()).join('\n');
  }

  async shows(words: string): Promise<void> {
    await expect.poll(() => this.text()).toContain(words);
  }

  #draw(text: string): void {
    for (const [all, count = '', command] of text.matchAll(token)) {
      if (command) this.#obey(command, count === '' ? undefined : Number(count));
      else if (all === '\n') this.#down();
      else if (all === '\r') this.#column = 0;
      else if (!all.startsWith(esc)) this.#put(all);
    }
  }

  #put(character: string): void {
    if (this.#column >= this.columns) this.#down();
    this.#lines[this.#row]![this.#column++] = character;
  }

  #down(): void {
    this.#row++;
    this.#column = 0;
    this.#lines[this.#row] ??= [];
  }

  #obey(command: string, count: number | undefined): void {
    const top = Math.max(0, this.#lines.length - this.rows);
    if (command === 'A') this.#row = Math.max(top, this.#row - (count ?? 1));
    else if (command === 'B') this.#row = Math.min(this.#lines.length - 1, this.#row + (count ?? 1));
    else if (command === 'C') this.#column += count ?? 1;
    else if (command === 'D') this.#column = Math.max(0, this.#column - (count ?? 1));
    else if (command === 'G') this.#column = (count ?? 1) - 1;
    else if (command === 'J' && !count) {
      this.#lines.length = this.#row + 1;
      this.#clearLine();
    } else if (command === 'K' && !count) this.#clearLine();
    else if (command !== 'm') throw new Error(`This terminal does not know ${JSON.stringify(command)}.`);
  }

  #clearLine(): void {
    const line = this.#lines[this.#row]!;
    line.length = Math.min(line.length, this.#column);
    for (let i = 0; i < line.length; i++) line[i] ??= ' ';
  }
}
