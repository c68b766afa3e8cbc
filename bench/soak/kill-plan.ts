/** Where the bot is killed: drawn anew for every life, the same for the same seed. */

export type Kill =
  /** Before or after the n-th time that it writes to its disk. */
  | { readonly kind: 'write'; readonly step: number }
  /** At the n-th call or acknowledgement that a platform sees: before its effect, or after it and before the answer. */
  | { readonly kind: 'call'; readonly step: number }
  /** So many milliseconds after it began to start. */
  | { readonly kind: 'time'; readonly ms: number };

/** Enough to reach the end of what a life has to do, now and then. */
const mostWrites = 120;
const mostCalls = 60;
const longestMs = 2500;

export function drawKill(random: () => number): Kill {
  const which = random();
  // Early steps are met by every life, late ones by few: squared, so that there are more early ones.
  const share = random() ** 2;
  if (which < 0.45) return { kind: 'write', step: 1 + Math.floor(share * mostWrites) };
  if (which < 0.9) return { kind: 'call', step: 1 + Math.floor(share * mostCalls) };
  return { kind: 'time', ms: Math.floor(random() * longestMs) };
}
