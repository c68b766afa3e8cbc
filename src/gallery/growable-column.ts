/** A typed array that doubles when it is full: one number a row of an index. */

export class GrowableColumn<T extends Int32Array | Uint32Array | Float64Array | Uint8Array> {
  values: T;

  constructor(
    private readonly make: (length: number) => T,
    /** Numbers a row. */
    private readonly width = 1,
  ) {
    this.values = make(1024 * width);
  }

  /** Makes room for rows 0 to rows - 1. */
  reserve(rows: number): void {
    if (rows * this.width <= this.values.length) return;
    const grown = this.make(Math.max(rows * this.width, this.values.length * 2));
    grown.set(this.values);
    this.values = grown;
  }
}
