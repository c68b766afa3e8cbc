/** CMC over persons: a person's second picture takes no place. */
import type { Labelled } from '../protocol.ts';
import type { CurveOf } from './query-scorer.ts';

/**
 * SYSU-MM01's counting, as Cross-Modal-Re-ID-baseline `eval_metrics.py` `eval_sysu` has it: the ranking without what is
 * ignored, each person at the place of the first picture. One pass and no sorting: the place of the right person is the
 * number of persons with a picture before the first right one, plus 1.
 */
export function personCurves(gallery: readonly Labelled[]): CurveOf {
  const persons = personNumbers(gallery);
  const seenFor = new Int32Array(gallery.length);
  const ignoredFor = new Int32Array(gallery.length);
  let turn = 0;
  return (scores, { positives, ignored }) => {
    turn++;
    for (const row of ignored) ignoredFor[row] = turn;
    let first = positives[0]!;
    for (const row of positives) {
      if (scores[row]! > scores[first]! || (scores[row] === scores[first] && row < first)) first = row;
    }
    const best = scores[first]!;
    let ahead = 0;
    for (let row = 0; row < scores.length; row++) {
      const score = scores[row]!;
      if (score < best || (score === best && row >= first)) continue;
      const person = persons[row]!;
      if (seenFor[person] === turn || ignoredFor[row] === turn) continue;
      seenFor[person] = turn;
      ahead++;
    }
    return [...new Array<number>(ahead).fill(0), 1];
  };
}

/** One number a row, 0 for the first person, equal for equal persons. */
export function personNumbers(gallery: readonly Labelled[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(gallery, ({ personId }) => {
    const known = numbers.get(personId);
    if (known !== undefined) return known;
    numbers.set(personId, numbers.size);
    return numbers.size - 1;
  });
}
