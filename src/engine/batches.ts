/** Which stretches of prompts run together: like lengths with like lengths, so that little is padding. */

export interface Stretch {
  /** Tokens before it, whose keys are its past. */
  readonly start: number;
  readonly end: number;
}

export interface BatchLimits {
  /** Most new tokens in one run, padding included. */
  readonly tokens: number;
  /** Most tokens in one run, pasts and padding included: what the copied keys take. */
  readonly context: number;
  /** Whether stretches of different shapes may share a run, padded. */
  readonly padding: boolean;
}

/** Real tokens among the padded ones that a batch must not fall below. */
const fill = 0.8;
/** The same for pasts, where padding costs only copying and attention. */
const pastFill = 0.6;

/**
 * Sorted by new tokens, then by past; neighbours share a run while it stays within the limits and well filled.
 * Stretches of one shape never have padding.
 */
export function batches<T extends Stretch>(stretches: readonly T[], limits: BatchLimits): T[][] {
  const sorted = [...stretches].sort((a, b) => length(a) - length(b) || a.start - b.start);
  const all: T[][] = [];
  let current: T[] = [];
  let real = 0;
  let realPast = 0;
  let longestPast = 0;
  for (const stretch of sorted) {
    const count = current.length + 1;
    const tokens = length(stretch);
    const past = Math.max(longestPast, stretch.start);
    const joins =
      count * tokens <= limits.tokens &&
      count * (past + tokens) <= limits.context &&
      real + tokens >= fill * count * tokens &&
      realPast + stretch.start >= pastFill * count * past &&
      (limits.padding || sameShape(stretch, current[0] ?? stretch));
    if (current.length === 0 || !joins) {
      current = [];
      all.push(current);
      real = 0;
      realPast = 0;
      longestPast = 0;
    }
    current.push(stretch);
    real += tokens;
    realPast += stretch.start;
    longestPast = Math.max(longestPast, stretch.start);
  }
  return all;
}

function sameShape(a: Stretch, b: Stretch): boolean {
  return a.start === b.start && length(a) === length(b);
}

function length({ start, end }: Stretch): number {
  return end - start;
}
