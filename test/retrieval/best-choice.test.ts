/** Multi-turn best choice: Luce's axiom makes groups comparable, whatever the group size. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChooseTurn, multiTurnBestChoice } from '../../src/retrieval/best-choice.ts';

/** A chooser that obeys Luce's axiom exactly: probability = worth / sum of the group's worths. */
const luce: ChooseTurn<{ worth: number }> = async (groups) =>
  groups.map((group) => {
    const sum = group.reduce((total, { worth }) => total + worth, 0);
    return group.map(({ worth }) => worth / sum);
  });

test('the order and the strengths are those of the true worths, for any size of group', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 2, max: 20 }),
      async (worths, groupSize) => {
        const candidates = worths.map((worth) => ({ worth }));
        const result = await multiTurnBestChoice(candidates, groupSize, luce);
        const best = Math.max(...worths);
        expect(result.map(({ candidate }) => candidate.worth)).toEqual([...worths].sort((a, b) => b - a));
        for (const { candidate, strength } of result) {
          expect(strength).toBeCloseTo(Math.log(candidate.worth / best), 6);
        }
      },
    ),
  );
});

test('groups do not overlap, are nearly equal, and never hold more than asked', async () => {
  const turns: number[][] = [];
  const candidates = Array.from({ length: 41 }, (_, index) => ({ worth: 41 - index, index }));
  await multiTurnBestChoice(candidates, 10, async (groups) => {
    turns.push(groups.map((group) => group.length));
    const seen = groups.flat();
    expect(new Set(seen).size).toBe(seen.length);
    return luce(groups);
  });
  expect(turns).toEqual([[9, 8, 8, 8, 8], [5]]);
});

test('equal strengths keep the order of the filter', async () => {
  const candidates = Array.from({ length: 25 }, (_, index) => ({ worth: 1, index }));
  const result = await multiTurnBestChoice(candidates, 7, luce);
  expect(result.map(({ candidate }) => candidate.index)).toEqual(candidates.map(({ index }) => index));
});

test('a candidate that the model gives no chance at all is last, not lost', async () => {
  const candidates = [{ worth: 0 }, { worth: 3 }, { worth: 2 }];
  const result = await multiTurnBestChoice(candidates, 3, luce);
  expect(result.map(({ candidate }) => candidate.worth)).toEqual([3, 2, 0]);
  expect(result.every(({ strength }) => Number.isFinite(strength))).toBe(true);
});

test('nobody to choose from is no turn at all', async () => {
  const never: ChooseTurn<number> = () => Promise.reject(new Error('asked for nothing'));
  expect(await multiTurnBestChoice([], 5, never)).toEqual([]);
  expect(await multiTurnBestChoice([1], 5, never)).toEqual([{ candidate: 1, strength: 0 }]);
});
