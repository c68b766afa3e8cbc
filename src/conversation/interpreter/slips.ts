/** How far a word is from the one that was meant, as fingers slip: letters left out, doubled, changed or swapped. */

/** @param limit slips that are allowed beside the swap of two letters. @returns whether `word` can be a slip of `meant` */
export function slips(word: string, meant: string, limit: number): boolean {
  if (Math.abs(meant.length - word.length) > Math.max(limit, 0)) return false;
  return swapped(word, meant) || (limit > 0 && slipsBetween(word, meant) <= limit);
}

function swapped(word: string, meant: string): boolean {
  if (word.length !== meant.length) return false;
  let at = 0;
  while (word[at] === meant[at]) at++;
  return (
    word.slice(at, at + 2) === `${meant[at + 1]}${meant[at]}` && word.slice(at + 2) === meant.slice(at + 2)
  );
}

/** Letters to insert, leave out, change or swap with the next one. */
export function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const now = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min(last[column]! + 1, now[column - 1]! + 1, last[column - 1]! + change);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, before[column - 2]! + 1);
      }
      now.push(best);
    }
    before = last;
    last = now;
  }
  return last[b.length]!;
}
