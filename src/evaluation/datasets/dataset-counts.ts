/** Does a data-set folder hold what was published? Counts that differ, as sentences, and the refusal. */
import { ChatReidError } from '../../foundation/error.ts';

export interface Count {
  /** What is counted, in words that fit after a number, e.g. `query pictures`. */
  readonly of: string;
  readonly found: number;
  readonly published: number;
}

/** @returns one sentence a count that differs */
export function countDifferences(counts: readonly Count[]): string[] {
  return counts
    .filter(({ found, published }) => found !== published)
    .map(({ of, found, published }) => `${found} ${of} instead of ${published}`);
}

/** @throws ChatReidError DATASET_INVALID when there are differences and they are not allowed */
export function refusePartial(
  title: string,
  folder: string,
  differences: readonly string[],
  allowPartial: boolean,
): void {
  if (differences.length === 0 || allowPartial) return;
  throw new ChatReidError(
    'DATASET_INVALID',
    `${folder} is not the whole of ${title}: ${differences.join('; ')}.`,
    'Complete the folder, or pass --allow-partial: the result then says that it is not comparable with published ones.',
  );
}

/** How many different persons the rows show. */
export function persons(rows: Iterable<{ readonly personId?: string }>): number {
  const ids = new Set<string>();
  for (const { personId } of rows) if (personId !== undefined) ids.add(personId);
  return ids.size;
}
