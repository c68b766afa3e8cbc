/** Naming some of many in one sentence. */

/**
 * Some of many, for a sentence: `a, b, c and 12 more`.
 *
 * @param all at least one
 */
export function someOf(all: readonly (string | number)[], named = 5): string {
  const more = all.length - named;
  if (more > 0) return `${all.slice(0, named).join(', ')} and ${more} more`;
  return all.length === 1 ? String(all[0]) : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
