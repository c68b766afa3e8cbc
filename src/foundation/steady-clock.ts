/** The time of day for ages and orders: as the wall clock said when the process began, and the time since then. */

const began = Date.now() - performance.now();

/**
 * Milliseconds since 1970. A wall clock that is set while the process runs, by an operator or because it was wrong at the start,
 * makes nothing older or younger here: what is removed at an age is not removed because of it.
 */
export function steadyNow(): number {
  return Math.floor(began + performance.now());
}
