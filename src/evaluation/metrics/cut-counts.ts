/** How many rows of a ranking lie between its cuts, counted in one pass without sorting. */

/** Places of interest in a ranking, first one first. A row comes before a cut by score, and by row number at equal scores. */
export interface Cuts {
  readonly scores: Float64Array;
  readonly rows: Int32Array;
}

export interface CutCounts {
  /** before[k]: rows that come before cut k and not before cut k - 1. The last: those that come before no cut, if looked at. */
  readonly before: Int32Array;
  /** The highest score of a row that is not ignored, if it is at least `lowest`. */
  readonly highest: number;
}

/** Buckets between the lowest and the highest cut: the more, the fewer rows need a search; 16 kB a query. */
const buckets = 2048;

/**
 * A row that comes before a cut comes before all later ones, so each row is counted once: by bucket where its bucket holds
 * no cut, and else exactly, by binary search. Rows under `lowest` cost one compare.
 *
 * @param lowest the score of the last cut; -Infinity to look at every row
 * @param ignored rows that do not count
 * @returns undefined when a score is not a number
 */
export function countBetween(
  scores: Float32Array | Float64Array,
  cuts: Cuts,
  lowest: number,
  ignored: readonly number[],
): CutCounts | undefined {
  const highestCut = cuts.scores.find(Number.isFinite) ?? 0;
  const scale = scaleOf(highestCut - lowest);
  // One scale for rows and cuts, and rounding keeps order: in different buckets the scores differ likewise.
  const bucketOf = (score: number, from: number, times: number): number =>
    Math.min((score - from) * times, buckets) | 0;
  const cutsIn = new Int32Array(buckets + 1);
  for (const score of cuts.scores) cutsIn[bucketOf(score, lowest, scale)]!++;
  // Not a number goes to the first bucket, so what is in it is always looked at.
  if (cuts.scores.length === 0) cutsIn[0] = 1;

  const counted = new Int32Array(buckets + 1);
  const before = new Int32Array(cuts.scores.length + 1);
  const highest = countRows(scores, cuts, { lowest, scale, cutsIn, counted, before }, ignored);
  if (Number.isNaN(highest)) return undefined;
  for (const row of ignored) {
    const score = scores[row]!;
    if (score < lowest) continue;
    const bucket = bucketOf(score, lowest, scale);
    if (cutsIn[bucket] === 0) counted[bucket]!--;
    else before[firstBeaten(cuts, score, row)]!--;
  }
  for (let bucket = buckets, above = 0; bucket >= 0; bucket--) {
    if (cutsIn[bucket] === 0) before[above]! += counted[bucket]!;
    else above += cutsIn[bucket]!;
  }
  return { before, highest };
}

/** @returns NaN when a score is */
function countRows(
  scores: Float32Array | Float64Array,
  cuts: Cuts,
  into: {
    readonly lowest: number;
    readonly scale: number;
    readonly cutsIn: Int32Array;
    readonly counted: Int32Array;
    readonly before: Int32Array;
  },
  ignored: readonly number[],
): number {
  const { lowest, scale, cutsIn, counted, before } = into;
  let highest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (score < lowest) continue;
    const bucket = Math.min((score - lowest) * scale, buckets) | 0;
    if (cutsIn[bucket] === 0) counted[bucket]!++;
    else if (Number.isNaN(score)) return score;
    else before[firstBeaten(cuts, score, row)]!++;
    if (score > highest && !ignored.includes(row)) highest = score;
  }
  return highest;
}

/** Buckets a unit of score. Where all cuts are one, anything above it is a bucket away; where they go to infinity, nothing. */
function scaleOf(range: number): number {
  if (range === 0) return 2 ** 40;
  return range < Number.POSITIVE_INFINITY ? (buckets - 1) / range : 0;
}

/** The first cut that this row comes before; their number where it comes before none. */
function firstBeaten({ scores, rows }: Cuts, score: number, row: number): number {
  let from = 0;
  let to = scores.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const cut = scores[middle]!;
    if (score > cut || (score === cut && row < rows[middle]!)) to = middle;
    else from = middle + 1;
  }
  return from;
}
