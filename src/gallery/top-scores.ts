/** The lowest of the `size` highest scores seen so far: a bounded min-heap of numbers. */

export class TopScores {
  readonly #heap: Float32Array;
  #count = 0;

  constructor(size: number) {
    this.#heap = new Float32Array(size);
  }

  /** -Infinity until `size` scores have been seen. */
  get threshold(): number {
    return this.#count < this.#heap.length
      ? Number.NEGATIVE_INFINITY
      : (this.#heap[0] ?? Number.POSITIVE_INFINITY);
  }

  add(score: number): void {
    const heap = this.#heap;
    if (this.#count < heap.length) {
      let at = this.#count++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if ((heap[parent] ?? 0) <= score) break;
        heap[at] = heap[parent] ?? 0;
        at = parent;
      }
      heap[at] = score;
      return;
    }
    if (score <= (heap[0] ?? Number.POSITIVE_INFINITY)) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++;
      if ((heap[child] ?? 0) >= score) break;
      heap[at] = heap[child] ?? 0;
      at = child;
    }
    heap[at] = score;
  }
}
