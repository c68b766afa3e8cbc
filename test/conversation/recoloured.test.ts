/** A colour that is put right stays with the clothes that it was said of. */
import { expect, test } from 'vitest';
import { type Clue, emptyState } from '../../src/conversation/dialogue-state.ts';
import { fold } from '../../src/conversation/fold.ts';
import { traitsOf } from '../../src/conversation/interpreter/traits.ts';

/** The clues after these messages, one clue each, read as the interpreter reads them. */
function clues(...said: string[]): readonly Clue[] {
  let state = emptyState('demo');
  said.forEach((words, at) => {
    const traits = traitsOf(
      words,
      state.clues.flatMap((clue) => clue.traits),
    );
    const acts = [{ act: 'clue', words, traits } as const];
    state = fold(state, [
      { messageId: `m${at}`, user: 'u', at: '2026-11-24T10:00:00.000Z', text: words, acts, outcome: {} },
    ]);
  });
  return state.clues;
}

test.each([
  [['red jacket', 'not red, blue'], ['blue jacket']],
  [['man in a red jacket with a bag', 'it was dark green'], ['man in a dark green jacket with a bag']],
  [['black jacket and black trousers', 'not black, grey'], ['grey jacket and black trousers']],
  [
    ['burgundy coat', 'no hat', 'blue, not red'],
    ['blue coat', 'no hat'],
  ],
  [['navy blue coat', 'actually black'], ['black coat']],
  // More than a colour is a clue of its own.
  [['red jacket', 'green coat'], ['green coat']],
  [
    ['tall man', 'blue'],
    ['tall man', 'blue'],
  ],
])('%j is %j', (said, left) => {
  expect(clues(...said).map(({ words }) => words)).toEqual(left);
});

test('its traits are put right with it', () => {
  expect(clues('red jacket and a cap', 'not red, blue')).toEqual([
    {
      messageId: 'm1',
      words: 'blue jacket and a cap',
      traits: [
        { name: 'top', value: 'blue', present: true },
        { name: 'hat', value: 'yes', present: true },
      ],
    },
  ]);
});

test('what is denied is kept as absent', () => {
  expect(clues('red jacket', 'no red top')).toEqual([
    { messageId: 'm1', words: 'no red top', traits: [{ name: 'top', value: 'red', present: false }] },
  ]);
});
