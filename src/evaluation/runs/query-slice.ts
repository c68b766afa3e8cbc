/** A part of the queries, for a look before a long run: evenly spread and the same every time. */
import { ChatReidError } from '../../foundation/error.ts';

/**
 * @param count how many are wanted; as many as there are where it is more
 * @throws ChatReidError OPTION_INVALID for what is not a whole number of at least 1
 */
export function evenlySpread<T>(rows: readonly T[], count: number): readonly T[] {
  if (!Number.isInteger(count) || count < 1) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `${count} queries cannot be asked.`,
      'Give a whole number of at least 1, or leave it out to ask all of them.',
    );
  }
  if (count >= rows.length) return rows;
  return Array.from({ length: count }, (_, at) => rows[Math.floor((at * rows.length) / count)]!);
}
