/** The two searches of one query, by themselves: what runs/filter-measures.ts makes of a look that others share. */
import { notANumber } from '../../../src/evaluation/metrics/not-a-number.ts';
import type { OpenSetQuery, OpenSetSearch } from '../../../src/evaluation/metrics/open-set.ts';
import type { Relevance } from '../../../src/evaluation/protocol.ts';
import { bestRows } from '../../../src/evaluation/similarity.ts';
import type { Calibration } from '../../../src/retrieval/calibration.ts';
import type { QueryKind } from '../../../src/retrieval/query.ts';

/**
 * Both searches of one query in mode `filter`, from its row of similarities: with the person's other pictures, and with
 * the gallery rid of them. Pictures that the protocol ignores are in neither.
 *
 * @param query number of the query, for the error
 * @param options.shortlist as many candidates as a search looks at
 * @throws ChatReidError DATASET_INVALID when a right answer's score is not a number
 */
export function openSetQuery(
  calibration: Calibration,
  kind: QueryKind,
  scores: Float32Array | Float64Array,
  { positives, ignored }: Relevance,
  query: number,
  { shortlist = 100 }: { readonly shortlist?: number } = {},
): OpenSetQuery {
  if (positives.some((row) => Number.isNaN(scores[row]!))) throw notANumber(scores, query);
  const search = (rows: readonly number[], of: number): OpenSetSearch => {
    const confidences = calibration.confidences(
      kind,
      rows.map((row) => ({ score: scores[row]! })),
      of,
    );
    return {
      ranking: rows.map((row, at) => ({ filterScore: scores[row]!, confidence: confidences[at]! })),
      of,
    };
  };
  const considered = scores.length - ignored.length;
  const right = new Set(positives);
  const rows = bestRows(scores, ignored, shortlist + positives.length);
  const others = rows.filter((row) => !right.has(row)).slice(0, shortlist);
  const absent = search(others, considered - positives.length);
  if (positives.length === 0) return { kind, absent };
  const present = search(rows.slice(0, shortlist), considered);
  return { kind, absent, present: { ...present, firstRight: right.has(rows[0]!) } };
}
