/** What the product says when the person is there and when they are not: found, unsure, not in this gallery. */
import { ChatReidError } from '../../foundation/error.ts';
import type { Calibration } from '../../retrieval/calibration.ts';
import { checkFalseMatchRate, decide, defaultFalseMatchRate } from '../../retrieval/decision.ts';
import type { QueryKind } from '../../retrieval/query.ts';
import type { Decision } from '../../retrieval/search-result.ts';
import { curveCorners } from './curve-corners.ts';

/** One search as the decision sees it. */
export interface OpenSetSearch {
  /** Best first, as long as a search's shortlist. Similarities of the filter, and confidences from 0 to 1. */
  readonly ranking: readonly { readonly filterScore: number; readonly confidence: number }[];
  /** Pictures that were searched. */
  readonly of: number;
}

/** One query, asked twice: with its person in the gallery and without. */
export interface OpenSetQuery {
  readonly kind: QueryKind;
  /** Left out where the gallery has no right answer. */
  readonly present?: OpenSetSearch & { readonly firstRight: boolean };
  /** The same gallery without any picture of the person. */
  readonly absent: OpenSetSearch;
}

/** Fractions, 0 to 1, over the searches of a kind; each list adds up to 1. */
export interface OpenSetAtRate {
  /** The operator's false match rate. */
  readonly rate: number;
  /** `found` is the false match rate that was reached: it keeps its promise where it is at most `rate`. */
  readonly absent: { readonly found: number; readonly unsure: number; readonly notInGallery: number };
  /** `found` is the detection and identification rate: said to be found, and the first candidate is the person. */
  readonly present?: {
    readonly found: number;
    /** Said to be found, and somebody else is first. */
    readonly misidentified: number;
    readonly unsure: number;
    readonly notInGallery: number;
  };
}

export interface OpenSetReport {
  /** Searches with the person in the gallery, and without. */
  readonly present: number;
  readonly absent: number;
  /** With the thresholds of the shipped calibration: what the product says. */
  readonly atRates: readonly OpenSetAtRate[];
  /** With thresholds set on these very searches: what the similarities could say at best. Empty without a present search. */
  readonly bestAtRates: readonly (DetectionPoint & { readonly rate: number })[];
  /** From no alarm to all, 200 points at most. Empty without a present search. */
  readonly curve: readonly Omit<DetectionPoint, 'threshold'>[];
}

/** An alarm is a first candidate whose similarity is over the threshold. */
export interface DetectionPoint {
  readonly threshold: number;
  /** Share of the absent searches with an alarm. */
  readonly falseAlarmRate: number;
  /** Share of the present searches with an alarm whose first candidate is right. */
  readonly detectionRate: number;
}

const chartPoints = 200;
const answers: readonly Decision[] = ['found', 'unsure', 'not-in-gallery'];

/**
 * Open-set identification (ISO/IEC 19795-1; Phillips et al., "Evaluation methods in face recognition", 2011): detection
 * and identification rate against false alarm rate, over whole searches and not over pairs. The answers are those of
 * the product's own `decide`, so that what is measured is what a person is told.
 */
export class OpenSet {
  readonly #rates: readonly number[];
  /** [rate, answer], in the order of `answers`. */
  readonly #absent: number[][];
  /** [rate, answer], and behind them the wrong ones among `found`. */
  readonly #present: number[][];
  readonly #absentFirst: number[] = [];
  readonly #rightFirst: number[] = [];
  #presentCount = 0;

  /**
   * @param rates the operator's false match rates, over 0 and under 1
   * @throws ChatReidError OPTION_INVALID
   */
  constructor(
    private readonly calibration: Calibration,
    rates: readonly number[] = [0.001, defaultFalseMatchRate, 0.1],
  ) {
    this.#rates = rates.map(checkFalseMatchRate);
    this.#absent = rates.map(() => [0, 0, 0]);
    this.#present = rates.map(() => [0, 0, 0, 0]);
  }

  /**
   * @param query number of the query, for the error
   * @throws ChatReidError DATASET_INVALID when a score or a confidence is not a number
   */
  add({ kind, present, absent }: OpenSetQuery, query: number): void {
    checkNumbers(absent, query);
    if (present) checkNumbers(present, query);
    for (const [at, rate] of this.#rates.entries()) {
      const said = decide(this.calibration, kind, absent.ranking, absent.of, rate).decision;
      this.#absent[at]![answers.indexOf(said)]!++;
      if (!present) continue;
      const answer = decide(this.calibration, kind, present.ranking, present.of, rate).decision;
      const wrong = answer === 'found' && !present.firstRight;
      this.#present[at]![wrong ? answers.length : answers.indexOf(answer)]!++;
    }
    this.#absentFirst.push(absent.ranking[0]?.filterScore ?? Number.NEGATIVE_INFINITY);
    if (!present) return;
    this.#presentCount++;
    if (present.firstRight) this.#rightFirst.push(present.ranking[0]!.filterScore);
  }

  /** @throws ChatReidError DATASET_INVALID when nothing was added */
  report(): OpenSetReport {
    const absent = this.#absentFirst.length;
    const present = this.#presentCount;
    if (absent === 0) {
      throw new ChatReidError(
        'DATASET_INVALID',
        'There is no query: there is nothing to measure.',
        'Check that the data set has queries.',
      );
    }
    const atRates = this.#rates.map((rate, at) => {
      const [found, unsure, notInGallery] = this.#absent[at]!.map((count) => count / absent);
      const shares = this.#present[at]!.map((count) => count / present);
      return {
        rate,
        absent: { found: found!, unsure: unsure!, notInGallery: notInGallery! },
        ...(present === 0
          ? {}
          : {
              present: {
                found: shares[0]!,
                misidentified: shares[3]!,
                unsure: shares[1]!,
                notInGallery: shares[2]!,
              },
            }),
      };
    });
    const points = present === 0 ? [] : this.#points();
    const corners =
      points.length === 0
        ? []
        : curveCorners(
            points.length,
            (at) => points[at]!.falseAlarmRate,
            (at) => points[at]!.detectionRate,
            chartPoints,
          );
    return {
      present,
      absent,
      atRates,
      bestAtRates: this.#rates.flatMap((rate) => {
        const point = points.findLast(({ falseAlarmRate }) => falseAlarmRate <= rate);
        return point ? [{ rate, ...point }] : [];
      }),
      curve: corners.map((at) => {
        const { falseAlarmRate, detectionRate } = points[at]!;
        return { falseAlarmRate, detectionRate };
      }),
    };
  }

  /** One a score at which something changes, from the highest threshold (no alarm) to one under everything. */
  #points(): DetectionPoint[] {
    const absent = Float64Array.from(this.#absentFirst).sort().reverse();
    const right = Float64Array.from(this.#rightFirst).sort().reverse();
    const thresholds = [...new Set([...absent, ...right])].sort((a, b) => b - a);
    const points: DetectionPoint[] = [];
    let [alarms, detections] = [0, 0];
    for (const threshold of [...thresholds, Number.NEGATIVE_INFINITY]) {
      while (alarms < absent.length && absent[alarms]! > threshold) alarms++;
      while (detections < right.length && right[detections]! > threshold) detections++;
      points.push({
        threshold,
        falseAlarmRate: alarms / absent.length,
        detectionRate: detections / this.#presentCount,
      });
    }
    return points;
  }
}

function checkNumbers({ ranking }: OpenSetSearch, query: number): void {
  const at = ranking.findIndex(
    ({ filterScore, confidence }) => Number.isNaN(filterScore) || Number.isNaN(confidence),
  );
  if (at === -1) return;
  throw new ChatReidError(
    'DATASET_INVALID',
    `Candidate ${at + 1} of query row ${query} has a similarity or a confidence that is not a number (NaN).`,
    'Check the model that made the scores: a NaN cannot be decided on.',
  );
}
