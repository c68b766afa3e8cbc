/** Logistic regression with an L2 penalty, and what two classes of scores are worth: log loss and AUC. */

export interface Sample {
  /** One a weight; the constant is not in it. */
  readonly features: readonly number[];
  readonly positive: boolean;
}

export interface Logistic {
  readonly weights: readonly number[];
  readonly bias: number;
}

const rounds = 100;

/**
 * Both classes weigh the same, whatever their numbers, so that the result is a log-likelihood ratio and no prior is in
 * it. Newton's method; the penalty is on the weights of standardised features, not on the constant, and keeps classes that
 * can be told apart without a mistake from infinite weights.
 *
 * @param samples of both classes, at least one each
 * @param penalty over 0, against a mean loss
 */
export function fitLogistic(samples: readonly Sample[], penalty = 1e-3): Logistic {
  const size = samples[0]!.features.length;
  const counts = [0, 0];
  for (const { positive } of samples) counts[Number(positive)]!++;
  const share = (positive: boolean): number => 0.5 / counts[Number(positive)]!;
  const scale = standard(samples, size);
  const rows = samples.map(({ features }) => [
    1,
    ...features.map((value, i) => (value - scale[i]!.mean) / scale[i]!.spread),
  ]);
  let b = new Array<number>(size + 1).fill(0);
  for (let round = 0; round < rounds; round++) {
    const gradient = b.map((value, i) => (i === 0 ? 0 : penalty * value));
    const hessian = b.map((_, i) => b.map((__, j) => (i === j ? (i === 0 ? 1e-9 : penalty) : 0)));
    for (const [at, row] of rows.entries()) {
      const { positive } = samples[at]!;
      const p = sigmoid(dot(row, b));
      const weight = share(positive);
      const slope = weight * p * (1 - p);
      for (let i = 0; i <= size; i++) {
        gradient[i]! += weight * (p - Number(positive)) * row[i]!;
        for (let j = 0; j <= size; j++) hessian[i]![j]! += slope * row[i]! * row[j]!;
      }
    }
    const step = solve(hessian, gradient);
    // A full step from far away may overshoot where the loss is nearly flat.
    const length = Math.min(1, 5 / Math.max(...step.map(Math.abs), 1e-12));
    b = b.map((value, i) => value - length * step[i]!);
    if (Math.max(...step.map(Math.abs)) < 1e-9) break;
  }
  const weights = scale.map(({ spread }, i) => b[i + 1]! / spread);
  const bias = b[0]! - weights.reduce((sum, weight, i) => sum + weight * scale[i]!.mean, 0);
  return { weights, bias };
}

export function logOdds({ weights, bias }: Logistic, features: readonly number[]): number {
  return bias + dot(weights, features);
}

/** Mean of -log of the probability of what is true, both classes weighing the same; 0.693 knows nothing. */
export function logLoss(odds: readonly number[], positive: readonly boolean[]): number {
  const counts = [0, 0];
  const sums = [0, 0];
  for (const [at, value] of odds.entries()) {
    const right = positive[at]!;
    counts[Number(right)]!++;
    const margin = right ? value : -value;
    sums[Number(right)]! +=
      margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  }
  return (sums[0]! / counts[0]! + sums[1]! / counts[1]!) / 2;
}

/** Chance that a positive scores above a negative, ties counting half. */
export function areaUnderCurve(scores: readonly number[], positive: readonly boolean[]): number {
  const order = scores.map((_, at) => at).sort((a, b) => scores[a]! - scores[b]!);
  let [below, wins, positives] = [0, 0, 0];
  for (let from = 0; from < order.length; ) {
    let end = from;
    let [ups, downs] = [0, 0];
    for (; end < order.length && scores[order[end]!] === scores[order[from]!]; end++) {
      if (positive[order[end]!]!) ups++;
      else downs++;
    }
    wins += ups * (below + downs / 2);
    positives += ups;
    below += downs;
    from = end;
  }
  return wins / (positives * below);
}

function standard(samples: readonly Sample[], size: number): { mean: number; spread: number }[] {
  return Array.from({ length: size }, (_, i) => {
    const mean = samples.reduce((sum, { features }) => sum + features[i]!, 0) / samples.length;
    const square = samples.reduce((sum, { features }) => sum + (features[i]! - mean) ** 2, 0);
    return { mean, spread: Math.sqrt(square / samples.length) || 1 };
  });
}

/** Gauss with pivots; the matrix is small and positive definite. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const n = right.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let i = column; i <= n; i++) rows[row]![i]! -= factor * rows[column]![i]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
