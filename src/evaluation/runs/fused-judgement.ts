/** What the language model said of a shortlist, fused with the filter as a search fuses them. */
import type { Calibration } from '../../retrieval/calibration.ts';
import { fuse, type KindFusion } from '../../retrieval/fusion.ts';
import type { QueryKind } from '../../retrieval/query.ts';
import type { Judgement } from './judgement-log.ts';

export interface FusedJudgement {
  /** The judged, best first. */
  readonly order: readonly number[];
  /** 0 to 1, of each of them. */
  readonly confidences: ReadonlyMap<number, number>;
}

/**
 * @param judged rows of the draw, in the order of the judgement
 * @param rest rows behind them, in the filter's order
 * @param scores of the filter, by row
 * @param of pictures that were searched
 */
export function fusedJudgement(
  calibration: Calibration,
  kind: QueryKind,
  numbers: KindFusion,
  judgement: Judgement,
  judged: readonly number[],
  rest: readonly number[],
  scores: Float32Array,
  of: number,
): FusedJudgement {
  const scored = (row: number) => ({ row, score: scores[row]! });
  const answers = judged.map((row, at) => ({
    candidate: scored(row),
    ...known('logit', judgement.logits[at]!),
    ...known('strength', judgement.strengths[at]!),
  }));
  const fused = fuse(calibration, kind, numbers, answers, rest.map(scored), of);
  return {
    order: fused.map(({ candidate }) => candidate.row),
    confidences: new Map(fused.map(({ candidate, confidence }) => [candidate.row, confidence])),
  };
}

function known(name: 'logit' | 'strength', value: number): { logit?: number; strength?: number } {
  return Number.isNaN(value) ? {} : { [name]: value };
}
