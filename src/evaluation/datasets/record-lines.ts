/** On which line of a file a record begins, told from where records end. */

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** LF, CR and CRLF end a line each, in a quoted cell as between records. csv-parse takes a CRLF in a cell for two. */
export class RecordLines {
  #line: number;
  #at = 0;

  /**
   * @param bytes of the file, in UTF-8, from the beginning of a line
   * @param first number of that line
   */
  constructor(
    private readonly bytes: Uint8Array,
    first = 1,
  ) {
    this.#line = first;
  }

  /**
   * The line, from 1, on which the next record begins: lines that are empty are passed over.
   *
   * @param end number of the byte behind it, with its line end or without; ascending from call to call
   */
  next(end: number): number {
    while (this.bytes[this.#at] === lineFeed || this.bytes[this.#at] === carriageReturn) this.#step();
    const line = this.#line;
    while (this.#at < end) this.#step();
    return line;
  }

  #step(): void {
    const byte = this.bytes[this.#at++];
    const ends = byte === lineFeed || (byte === carriageReturn && this.bytes[this.#at] !== lineFeed);
    if (ends) this.#line++;
  }
}
