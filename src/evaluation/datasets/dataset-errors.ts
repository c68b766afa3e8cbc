/** The ways a data-set folder is refused: it is not the layout at all, one row of it is not, or it may not be read. */
import { basename, dirname, join } from 'node:path';
import { ChatReidError, messageOf } from '../../foundation/error.ts';

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
  return new ChatReidError('DATASET_INVALID', `${row}: ${clipped(wrong)}.`, next, cause);
}

/** What the file system says of a name at which nothing lies. */
const nothingThere: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ERR_INVALID_ARG_VALUE',
]);

/**
 * Completing a folder does not help where something is there and cannot be read: permissions, a disk that fails.
 *
 * @param error what the file system said when it was to read `path`
 * @returns undefined where it said that nothing is there
 */
export function unreadable(path: string, error: unknown): ChatReidError | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (nothingThere.has(code)) return undefined;
  const forbidden = code === 'EACCES' || code === 'EPERM';
  return new ChatReidError(
    'DATASET_INVALID',
    forbidden
      ? `${path} cannot be read: this account has no permission (${code}).`
      : `${path} cannot be read: ${messageOf(error)}.`,
    forbidden
      ? 'Let the account read it and enter the folders that it lies in, then try again.'
      : 'Check the disk or the network share that it lies on, then try again.',
    error,
  );
}

/**
 * @param file relative to root
 * @param error what the file system said when it was to read the file
 */
export function noFile(root: string, file: string, { title, next }: Layout, error: unknown): ChatReidError {
  const path = join(root, file);
  if ((error as NodeJS.ErrnoException).code === 'EISDIR') {
    return malformedRow(path, 'this is a folder and not a file', next, error);
  }
  const where = dirname(file) === '.' ? '' : ` in ${dirname(path)}`;
  const missing = `there is no file ${basename(file)}${where}`;
  return unreadable(path, error) ?? notThisLayout(root, title, missing, next, error);
}

const longestPart = 1000;

/** A list may be one line of megabytes: nobody reads that in an error. */
function clipped(text: string): string {
  return text.length <= longestPart ? text : `${text.slice(0, longestPart)} ...`;
}
