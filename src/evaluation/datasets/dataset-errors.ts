/** The two ways a data-set folder is refused: it is not the layout at all, or one row of it is not. */
import { ChatReidError } from '../../foundation/error.ts';

/** What a refusal says of the data set, whatever is missing. */
export interface Layout {
  /** What people call the data set, e.g. `Market-1501`. */
  readonly title: string;
  /** One sentence: which folder to give, and what lies in it. */
  readonly next: string;
}

/** For readers' helpers that are called without a layout. */
export const anyLayout: Layout = {
  title: 'the data set',
  next: 'Give the folder as the archive of the data set unpacks.',
};

/**
 * @param missing what was looked for and not found, e.g. `there is no folder query that can be read`
 * @param next which folder to give, one sentence
 */
export function notThisLayout(
  folder: string,
  title: string,
  missing: string,
  next: string,
  cause?: unknown,
): ChatReidError {
  return new ChatReidError(
    'DATASET_INVALID',
    `${folder} does not hold ${title} in its public layout: ${missing}.`,
    next,
    cause,
  );
}

/**
 * @param row where the row is, e.g. `query/me.jpg` or `list_train.txt line 12`
 * @param wrong what is wrong with it, to follow a colon, without a full stop
 * @param next what to do, one or two sentences
 */
export function malformedRow(row: string, wrong: string, next: string, cause?: unknown): ChatReidError {
  return new ChatReidError('DATASET_INVALID', `${row}: ${wrong}.`, next, cause);
}
