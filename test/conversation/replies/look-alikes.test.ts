/** A match whose runner-up may be somebody else is not simply called found. */
import { expect, test } from 'vitest';
import { foundOf } from '../../../bench/bare-talks.ts';
import { withLookAlikes } from '../../../src/conversation/replies/look-alikes.ts';
import type { SearchResult } from '../../../src/retrieval/search-result.ts';

function found(...candidates: readonly (readonly [number, string?])[]): SearchResult {
  const { ranking, ...rest } = foundOf(candidates.length);
  return {
    ...rest,
    decision: 'found',
    decisionDetail: { ...rest.decisionDetail, sentence: 'Found: so it is.' },
    ranking: ranking.map((one, at) => {
      const [confidence, personId] = candidates[at]!;
      return { ...one, confidence, record: { ...one.record, ...(personId ? { personId } : {}) } };
    }),
  };
}

const said = (result: SearchResult) => {
  const { decision, decisionDetail } = withLookAlikes(result);
  return [decision, decisionDetail.sentence];
};

test('registered as somebody else and nearly as likely: unsure', () => {
  expect(said(found([0.999, 'a'], [0.999, 'a'], [0.998, 'b']))).toEqual([
    'unsure',
    'Unsure: 1 and 3 look much alike, and are registered as different people: check both.',
  ]);
});

test('whose person is not known: found, with a word of it', () => {
  expect(said(found([0.999], [0.998]))).toEqual([
    'found',
    'Found: so it is. 1 and 2 look much alike, and may be one person or two: check both.',
  ]);
});

test.each([
  ['the same person again', found([0.999, 'a'], [0.999, 'a'], [0.5, 'b'])],
  ['a runner-up far behind', found([0.999, 'a'], [0.9, 'b'])],
  ['nobody else', found([0.999])],
])('%s: found', (_what, result) => {
  expect(withLookAlikes(result)).toBe(result);
});

test('what is unsure already stays as it is', () => {
  const unsure = { ...found([0.6, 'a'], [0.6, 'b']), decision: 'unsure' } as const;
  expect(withLookAlikes(unsure)).toBe(unsure);
});
