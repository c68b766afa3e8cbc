/** Does a confidence mean what it says? Reliability bins and the expected calibration error. */
import { ChatReidError } from '../../foundation/error.ts';

export interface ReliabilityBin {
  /** Exclusive, but for the first bin, which holds 0 too. */
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
  readonly count: number;
  /** Mean confidence said, and share that was right; both 0 where the bin is empty. */
  readonly confidence: number;
  readonly accuracy: number;
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error, 0 (a confidence means what it says) to 1: mean gap of the bins, weighed by count. */
  readonly ece: number;
  /** Mean squared error of the confidence, 0 to 1. */
  readonly brier: number;
}

/**
 * Bins of equal width, as in Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017), whose `_ECELoss` it
 * agrees with: (0, 1/n], (1/n, 2/n] ... A confidence of exactly 0 is in no bin there, so that being wrong about it costs
 * nothing; here it is in the first.
 *
 * @param confidences 0 to 1, one an answer
 * @param correct whether that answer was right
 * @param binCount whole number, 1 or more
 * @throws ChatReidError OPTION_INVALID on a confidence outside 0 to 1 (its row is named), on lists of two lengths and on
 *   none, and on an impossible number of bins
 */
export function reliability(
  confidences: ArrayLike<number>,
  correct: ArrayLike<boolean>,
  binCount = 15,
): Reliability {
  const count = confidences.length;
  if (count === 0 || count !== correct.length) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `${count} confidences and ${correct.length} answers cannot be compared.`,
      'Give one confidence for every answer, and at least one.',
    );
  }
  if (!(Number.isInteger(binCount) && binCount >= 1)) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `Confidences cannot be sorted into ${binCount} bins.`,
      'Give a whole number of at least 1.',
    );
  }
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, right: 0 }));
  let squares = 0;
  for (let row = 0; row < count; row++) {
    const confidence = confidences[row]!;
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `The confidence of row ${row} is ${confidence}: it must be from 0 to 1.`,
        'Check the calibration that made it.',
      );
    }
    const right = correct[row] ? 1 : 0;
    squares += (confidence - right) ** 2;
    const bin = sums[binOf(confidence, binCount)]!;
    bin.count++;
    bin.confidence += confidence;
    bin.right += right;
  }
  const bins = sums.map((sum, index) => ({
    from: index / binCount,
    to: (index + 1) / binCount,
    count: sum.count,
    confidence: sum.count === 0 ? 0 : sum.confidence / sum.count,
    accuracy: sum.count === 0 ? 0 : sum.right / sum.count,
  }));
  const ece = bins.reduce(
    (gap, bin) => gap + (bin.count / count) * Math.abs(bin.confidence - bin.accuracy),
    0,
  );
  return { bins, ece, brier: squares / count };
}

/** The product is rounded and may fall on the wrong side of an edge (0.07 of 100 bins): the edges decide. */
function binOf(confidence: number, binCount: number): number {
  const bin = Math.max(0, Math.ceil(confidence * binCount) - 1);
  if (bin > 0 && confidence <= bin / binCount) return bin - 1;
  return confidence > (bin + 1) / binCount ? bin + 1 : bin;
}
