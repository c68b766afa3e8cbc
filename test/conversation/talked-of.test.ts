/** "Not those two" after two were compared: which they were is kept with the talk. */
import { expect, test } from 'vitest';
import type { Act } from '../../src/conversation/act.ts';
import { emptyState } from '../../src/conversation/dialogue-state.ts';
import { fold } from '../../src/conversation/fold.ts';

function talkedOf(...turns: readonly (readonly Act[])[]): readonly string[] | undefined {
  const shown = { ...emptyState('demo'), shown: ['a', 'b', 'c', 'd'] };
  const said = turns.map((acts, at) => ({
    messageId: `m${at}`,
    user: 'u',
    at: '2026-11-24T10:00:00.000Z',
    text: '',
    acts,
    outcome: {},
  }));
  return fold(shown, said).talkedOf;
}

const compare: Act = { act: 'compare', first: { rank: 1 }, second: { rank: 3 } };

test('those that were asked about last, by their numbers', () => {
  expect(talkedOf([compare])).toEqual(['a', 'c']);
  expect(talkedOf([compare], [{ act: 'why', picture: { rank: 2 } }])).toEqual(['b']);
  expect(talkedOf([compare], [{ act: 'help' }])).toEqual(['a', 'c']);
});

test('not those that a search is changed with, nor the picture that is searched with', () => {
  expect(talkedOf([{ act: 'exclude', pictures: [{ rank: 2 }] }])).toBeUndefined();
  expect(talkedOf([{ act: 'verify', first: { query: true }, second: { rank: 4 } }])).toEqual(['d']);
});
