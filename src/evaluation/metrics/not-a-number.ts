/** The error for a score that cannot be ranked. */
import { ChatReidError } from '../../foundation/error.ts';

/** @param scores a query's row, with a NaN in it */
export function notANumber(scores: Float32Array | Float64Array, query: number): ChatReidError {
  return new ChatReidError(
    'DATASET_INVALID',
    `The score of query row ${query} against gallery row ${scores.findIndex(Number.isNaN)} is not a number (NaN).`,
    'Check the model that made the scores: a NaN cannot be ranked.',
  );
}
