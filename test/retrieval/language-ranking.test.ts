/** What `full` asks for: a best choice where it weighs something, the filter's first ones where it weighs nothing. */
import { expect, test } from 'vitest';
import { Comparison } from '../../src/retrieval/comparison.ts';
import { pickingBy } from '../../src/retrieval/fusion.ts';
import { rankByLanguage } from '../../src/retrieval/language-ranking.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { testPicture } from '../support/prompts.ts';

class WritingEngine extends FakeEngine {
  readonly asked: string[] = [];
  override score(...args: Parameters<FakeEngine['score']>) {
    this.asked.push(...args[0].map(() => args[1].join('')));
    return super.score(...args);
  }
}

const rank = async (language: number) => {
  const engine = new WritingEngine();
  const shortlist = await Promise.all(
    Array.from({ length: 34 }, async (_, at) => ({ picture: await testPicture(at), ratio: 34 - at })),
  );
  const query = { pictures: [], words: 'a man in a red cap', negatives: [] };
  const numbers = {
    pair: { filter: 1, language: 1, bias: 0 },
    choice: { filter: 1, language },
    pairs: 10,
    people: 10,
  };
  const picking = pickingBy<(typeof shortlist)[number]>(numbers, ({ ratio }) => ratio);
  const comparison = await Comparison.of('text', query);
  const judged = await rankByLanguage(engine, comparison, shortlist, 'full', undefined, picking);
  return { asked: engine.asked, judged, shortlist };
};

test('a best choice that weighs nothing is not asked: the filter picks who is compared one by one', async () => {
  const { asked, judged, shortlist } = await rank(0);
  expect(asked).toEqual(Array.from({ length: 20 }, () => 'YesNo'));
  expect(new Set(judged.slice(0, 20).map(({ candidate }) => candidate))).toEqual(
    new Set(shortlist.slice(0, 20)),
  );
  expect(judged.slice(20)).toEqual(shortlist.slice(20).map((candidate) => ({ candidate })));
});

test('one that weighs something is', async () => {
  const { asked, judged } = await rank(0.5);
  expect(asked.filter((answers) => answers !== 'YesNo')).toHaveLength(5);
  expect(judged.every(({ strength }) => strength !== undefined)).toBe(true);
});
