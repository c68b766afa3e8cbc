/** A few points of a long curve, so that a chart of it shows what the whole would show. */

/**
 * The ends and the last points before evenly spaced marks: half of the marks on a logarithmic scale of x, where error
 * rates matter at 1e-4 as at 1e-1, and half on the plain scale of y. Nothing is interpolated: every point is a real one.
 *
 * @param count points of the curve, at least 1
 * @param x rising, 0 to 1
 * @param y rising or falling, 0 to 1
 * @param most of the points to keep, at least 5
 * @returns numbers of the points, ascending, no more than `most`
 */
export function curveCorners(
  count: number,
  x: (at: number) => number,
  y: (at: number) => number,
  most: number,
): number[] {
  if (count <= most) return Array.from({ length: count }, (_, at) => at);
  const marks = (most - 3) >> 1;
  let least = 0;
  while (least < count && x(least) === 0) least++;
  const decades = least === count ? 0 : Math.log10(x(count - 1) / x(least));
  const markOfX = (at: number): number =>
    x(at) === 0
      ? -1
      : decades === 0
        ? 0
        : Math.ceil((1 - Math.log10(x(count - 1) / x(at)) / decades) * marks);
  const height = Math.abs(y(count - 1) - y(0));
  const markOfY = (at: number): number =>
    height === 0 ? 0 : Math.ceil((Math.abs(y(at) - y(0)) / height) * marks);
  const kept = [0];
  for (let at = 1; at < count - 1; at++) {
    if (markOfX(at + 1) > markOfX(at) || markOfY(at + 1) > markOfY(at)) kept.push(at);
  }
  kept.push(count - 1);
  return kept;
}
