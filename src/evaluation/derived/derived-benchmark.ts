/** Benchmarks that are made of a public data set and something beside it: descriptions, attributes, altered pictures. */
import { ChatReidError } from '../../foundation/error.ts';
import type { Benchmark } from '../benchmark.ts';

/** What lies beside the data set's folder. */
export interface Besides {
  /** Files of descriptions, as CUHK-PEDES has them: a list of `{id, file_path, captions}`. */
  readonly captions?: readonly string[] | undefined;
  /** JSON by person: `{"0001": {"gender": "woman", "top": "white"}}`. */
  readonly attributes?: string | undefined;
  /** Where altered pictures are kept, by the content of the picture that they are made of. */
  readonly pictures: string;
}

/** @param needs `--captions` or `--attributes`. @throws ChatReidError OPTION_INVALID */
export function needed<Value>(value: Value | undefined, title: string, needs: string): Value {
  if (value !== undefined) return value;
  throw new ChatReidError('OPTION_INVALID', `${title} is made with ${needs}.`, `Add ${needs}.`);
}

/** The people of these are the test part of a data set: nobody trains on them. */
export function noTraining(title: string): Benchmark['readTraining'] {
  return async () => {
    throw new ChatReidError(
      'OPTION_INVALID',
      `${title} has no training part: it is made of test persons.`,
      'Train on the data set that it is made of.',
    );
  };
}
