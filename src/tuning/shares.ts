/** How much of a stage each task is: the paper's shares, made to sum to one, and what the command line asks for instead. */
import { ChatReidError } from '../foundation/error.ts';
import { type Stage, type Task, tasks } from './tuning-record.ts';

export type Shares = Readonly<Partial<Record<Task, number>>>;

/**
 * Stage 2: the paper gives the two image-to-image tasks 25 to 30 % together and each other "roughly 10 %", which leaves
 * a fifth over. The image tasks keep their 28 %, and the five others share the rest evenly (docs/decisions/0008).
 */
export const defaultShares: Readonly<Record<Stage, Shares>> = {
  1: { caption: 1 },
  2: {
    'image-one-to-one': 0.14,
    'image-many-to-many': 0.14,
    'text-one-to-one': 0.144,
    'text-many-to-one': 0.144,
    'text-one-to-many': 0.144,
    'attribute-comparison': 0.144,
    'attribute-prediction': 0.144,
  },
  3: { 'best-choice': 0.5, 'attribute-retrieval': 0.25, 'mixed-retrieval': 0.25 },
};

/**
 * What is asked for is kept; the rest of the stage is scaled to what it leaves. A task of another stage may be asked for,
 * so that a skill is not forgotten.
 *
 * @param possible tasks that the data can make; the others fall out, and their share with them
 * @throws ChatReidError OPTION_INVALID when shares exceed 1, or one is asked for that the data cannot make
 */
export function sharesFor(stage: Stage, asked: Shares, possible: ReadonlySet<Task>): Shares {
  const missing = tasks.find((task) => (asked[task] ?? 0) > 0 && !possible.has(task));
  if (missing !== undefined) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `The data cannot make the task ${missing}: it has no pictures with what it asks about.`,
      'Add captions (--captions) or attributes (--attributes), or leave the task out of --share.',
    );
  }
  const fixed = sum(asked);
  if (fixed > 1 + 1e-9) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `The shares add up to ${fixed.toFixed(2)}.`,
      'Give shares that add up to at most 1; the other tasks of the stage share what is left.',
    );
  }
  const rest = Object.fromEntries(
    Object.entries(defaultShares[stage]).filter(
      ([task]) => asked[task as Task] === undefined && possible.has(task as Task),
    ),
  ) as Shares;
  const left = sum(rest);
  const scale = left > 0 ? (1 - fixed) / left : 0;
  const whole: Shares = {
    ...Object.fromEntries(Object.entries(rest).map(([task, share]) => [task, share * scale])),
    ...asked,
  };
  const total = sum(whole);
  if (total === 0) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `The data can make no task of stage ${stage}.`,
      'Add captions (--captions) or attributes (--attributes), or a data set with several pictures a person.',
    );
  }
  // Nothing else to share with: what is asked for is everything.
  return Object.fromEntries(
    tasks.flatMap((task) => ((whole[task] ?? 0) > 0 ? [[task, whole[task]! / total]] : [])),
  );
}

/** Whole numbers that sum to `count`, as near to the shares as can be (largest remainders). */
export function countsFor(shares: Shares, count: number): Map<Task, number> {
  const wanted = tasks.flatMap((task) => (shares[task] ? [{ task, exact: shares[task] * count }] : []));
  const counts = new Map(wanted.map(({ task, exact }) => [task, Math.floor(exact)]));
  let left = count - [...counts.values()].reduce((total, one) => total + one, 0);
  for (const { task } of wanted.sort((a, b) => (b.exact % 1) - (a.exact % 1))) {
    if (left-- <= 0) break;
    counts.set(task, counts.get(task)! + 1);
  }
  return counts;
}

function sum(shares: Shares): number {
  return Object.values(shares).reduce((total, share) => total + share, 0);
}
