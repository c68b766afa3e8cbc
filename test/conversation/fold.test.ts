/** The fold: what each act makes of the state, overriding, undoing, and that nothing but the turns counts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Act } from '../../src/conversation/act.ts';
import { emptyState, type Turn, type TurnOutcome } from '../../src/conversation/dialogue-state.ts';
import { fold, taken, withOutcome } from '../../src/conversation/fold.ts';
import { traitsOfState } from '../../src/conversation/traits-of-state.ts';
import { traitsOf } from '../../src/conversation/interpreter/traits.ts';
import { affirmedWords } from '../../src/conversation/spoken-words.ts';

const id = (name: string) => name.repeat(64).slice(0, 64);
const base = emptyState('hall');

function clue(words: string): Act {
  return { act: 'clue', words, traits: traitsOf(words) };
}

function turn(acts: readonly Act[], outcome: TurnOutcome = {}, number = 0): Turn {
  return { messageId: `m${number}`, user: 'u', at: '2026-11-25T12:00:00.000Z', text: '', acts, outcome };
}

/** Each entry is one turn, with what it changed or took back, as it is kept. */
function kept(entries: readonly (readonly [readonly Act[], TurnOutcome?])[]) {
  const turns: Turn[] = [];
  const states = [base];
  for (const [at, [acts, outcome]] of entries.entries()) {
    const { turn: one, state } = taken(states.at(-1)!, turns, turn(acts, outcome, at));
    turns.push(one);
    states.push(withOutcome(state, one.outcome));
  }
  return { turns, states };
}

function talked(...entries: readonly (readonly [readonly Act[], TurnOutcome?])[]) {
  return fold(base, kept(entries).turns);
}

describe('words', () => {
  test('add up, and a newer clue overrides what it contradicts, in its words too', () => {
    const state = talked([[clue('man in a blue jacket with a backpack')]], [[clue('red jacket')]]);
    expect(state.clues.map(({ words }) => words)).toEqual(['man with a backpack', 'red jacket']);
    expect(traitsOfState(state)).toContainEqual({ name: 'top', value: 'red', present: true });
    expect(traitsOfState(state)).not.toContainEqual({ name: 'top', value: 'blue', present: true });
    expect(traitsOfState(state)).toContainEqual({ name: 'backpack', value: 'yes', present: true });
  });

  test('a denial overrides what was said to be there, and is no word for the filter', () => {
    const state = talked([[clue('woman with a hat')]], [[clue('no hat')]]);
    expect(state.clues.map(({ words }) => words)).toEqual(['woman', 'no hat']);
    expect(affirmedWords('red top, no hat')).toBe('red top');
    expect(affirmedWords('no hat')).toBe('');
  });

  test('a phrase that says more loses the word only', () => {
    const state = talked([[clue('red top with long sleeves and a bag')]], [[clue('blue top')]]);
    expect(state.clues[0]?.words).not.toMatch(/red/);
    expect(state.clues[0]?.words).toMatch(/long sleeves/);
  });

  test('two colours that one person can have do not contradict each other', () => {
    const state = talked([[clue('red top')]], [[clue('black trousers')]], [[clue('not a blue top')]]);
    expect(state.clues).toHaveLength(3);
  });

  test('one clue is taken back whole, or a part of it by what it says', () => {
    const [first, second] = [clue('red cap'), clue('long coat')];
    expect(
      talked([[first, second]], [[{ act: 'lift', part: 'words', value: 'red cap' }]]).clues.map(
        ({ words }) => words,
      ),
    ).toEqual(['long coat']);
    expect(
      talked(
        [[clue('man with a red cap, jeans')]],
        [[{ act: 'lift', part: 'words', value: 'red cap' }]],
      ).clues.map(({ words }) => words),
    ).toEqual(['man jeans']);
    expect(talked([[first, second]], [[{ act: 'lift', part: 'words' }]]).clues).toEqual([]);
  });
});

describe('pictures', () => {
  const shown = { shown: [id('a'), id('b'), id('c')] };

  test('a new one is somebody else: words go, where and when stays; one more view keeps all', () => {
    const began: Act[] = [
      { act: 'show', pictures: [{ pictureId: id('1') }] },
      clue('red cap'),
      { act: 'constrain', cameras: ['3'] },
    ];
    const more = talked([began], [[{ act: 'show', pictures: [{ pictureId: id('2') }], add: true }]]);
    expect(more).toMatchObject({ pictures: [id('1'), id('2')], clues: [{ words: 'red cap' }] });
    const other = talked([began], [[clue('green hat'), { act: 'show', pictures: [{ pictureId: id('2') }] }]]);
    expect(other).toMatchObject({ pictures: [id('2')], clues: [{ words: 'green hat' }], cameras: ['3'] });
  });

  test('the first picture joins the words that were there before', () => {
    const state = talked([[clue('red cap')]], [[{ act: 'show', pictures: [{ pictureId: id('1') }] }]]);
    expect(state).toMatchObject({ pictures: [id('1')], clues: [{ words: 'red cap' }] });
  });

  test('numbers are those of the ranking that was shown last', () => {
    const state = talked(
      [[clue('red cap')], shown],
      [[{ act: 'choose', picture: { rank: 2 } }], { shown: [id('d')] }],
      [[{ act: 'exclude', pictures: [{ rank: 1 }, { rank: 9 }] }]],
    );
    expect(state).toMatchObject({ pictures: [id('b')], chosen: [id('b')], negatives: [id('d')] });
  });

  test('forgotten ones are nowhere', () => {
    const state = talked(
      [[clue('red cap')], shown],
      [
        [
          { act: 'choose', picture: { rank: 1 } },
          { act: 'exclude', pictures: [{ rank: 2 }] },
        ],
      ],
      [[{ act: 'forget', pictures: [{ pictureId: id('a') }, { pictureId: id('b') }] }]],
    );
    expect(state).toMatchObject({ pictures: [], chosen: [], negatives: [], shown: [id('c')] });
  });

  test('of several people the chosen one is searched with, the frame never', () => {
    const frame = { people: [id('x'), id('y')], frame: id('f') };
    const show: Act = { act: 'show', pictures: [{ pictureId: id('f') }] };
    expect(talked([[show], frame])).toMatchObject({ pictures: [], people: [id('x'), id('y')] });
    expect(talked([[show], frame], [[{ act: 'person', number: 2 }]])).toMatchObject({
      pictures: [id('y')],
      people: [],
    });
  });
});

describe('where, when, pages', () => {
  test('a field that is given replaces what held before', () => {
    const state = talked(
      [[{ act: 'constrain', cameras: ['1', '2'], after: '2026-11-24T00:00:00.000Z' }]],
      [[{ act: 'constrain', cameras: ['3'] }]],
    );
    expect(state).toMatchObject({ cameras: ['3'], after: '2026-11-24T00:00:00.000Z' });
    expect(
      talked([
        [
          { act: 'constrain', cameras: ['1', '2'] },
          { act: 'lift', part: 'cameras', value: '1' },
        ],
      ]),
    ).toMatchObject({ cameras: ['2'] });
  });

  test('another gallery has other cameras', () => {
    const state = talked([[{ act: 'constrain', cameras: ['1'] }]], [[{ act: 'constrain', gallery: 'yard' }]]);
    expect(state).toMatchObject({ gallery: 'yard', cameras: [] });
  });

  test('pages grow, and a changed search begins with the first', () => {
    const more: Act[] = [{ act: 'more' }];
    const page = (length: number) => ({ shown: Array.from({ length }, (_, at) => id(at.toString(16))) });
    const first = [[clue('a')], page(10)] as const;
    expect(talked(first, [more, page(20)], [more, page(30)]).top).toBe(30);
    expect(talked(first, [more, page(20)], [[clue('b')]]).top).toBe(10);
    // Beyond the end it goes once: that there are no more can be said again and again.
    expect(talked(first, [more, page(14)], [more, page(14)], [more, page(14)]).top).toBe(30);
  });
});

describe('questions', () => {
  const hat = { id: 'hat', name: 'hat', value: 'yes', text: '?', gain: 1 } as const;

  test('an answer closes the question and is a trait; an old button still answers its question', () => {
    const open = talked([[clue('a')], { shown: [id('a')], asked: hat }]);
    expect(open.asked).toEqual(hat);
    const closed = talked(
      [[clue('a')], { shown: [id('a')], asked: hat }],
      [[{ act: 'answer', value: 'no' }], { shown: [id('a')] }],
    );
    expect(closed.asked).toBeUndefined();
    expect(traitsOfState(closed)).toEqual([{ name: 'hat', value: 'yes', present: false }]);
    const changed = talked(
      [[clue('a')], { shown: [id('a')], asked: hat }],
      [[{ act: 'answer', value: 'no' }], { shown: [id('a')] }],
      [[{ act: 'answer', question: 'hat', value: 'yes' }]],
    );
    expect(traitsOfState(changed)).toEqual([{ name: 'hat', value: 'yes', present: true }]);
  });

  test('stays open while something else is asked, and is never asked twice', () => {
    const state = talked([[clue('a')], { shown: [id('a')], asked: hat }], [[{ act: 'why' }]]);
    expect(state.asked).toEqual(hat);
    const undone = talked([[clue('a')], { shown: [], asked: hat }], [[clue('b')]], [[{ act: 'undo' }]]);
    expect(undone.askedBefore).toEqual([hat]);
  });

  test('a clue overrides an answer that it contradicts, and the other way round', () => {
    const answered = [[{ act: 'answer', question: 'hat', value: 'no' }]] as const;
    const asked = [[clue('a')], { asked: hat }] as const;
    expect(talked(asked, answered, [[clue('with a hat')]]).answers).toEqual([]);
    expect(talked([[clue('man with a hat')], { asked: hat }], answered).clues).toMatchObject([
      { words: 'man' },
    ]);
  });
});

describe('undo', () => {
  const undo: readonly [readonly Act[]] = [[{ act: 'undo' }]];

  test('takes back the latest change, again and again, past turns that changed nothing', () => {
    const turns: [readonly Act[]][] = [[[clue('a')]], [[clue('b')]], [[{ act: 'why' }]]];
    expect(talked(...turns, undo).clues.map(({ words }) => words)).toEqual(['a']);
    expect(talked(...turns, undo, undo).clues).toEqual([]);
    expect(talked(...turns, undo, undo, undo).clues).toEqual([]);
  });

  test('after "more" takes back the page, and nothing else', () => {
    const shown = { shown: Array.from({ length: 10 }, (_, at) => id(at.toString(16))) };
    const turns: [readonly Act[], TurnOutcome][] = [
      [[clue('a')], shown],
      [[{ act: 'more' }], shown],
    ];
    expect(talked(...turns, undo)).toMatchObject({ top: 10, clues: [{ words: 'a' }] });
    expect(talked(...turns, undo, undo)).toMatchObject({ top: 10, clues: [] });
  });

  test('goes back to what was, whatever is left of the turns before', () => {
    const { turns, states } = kept([
      [[clue('a')]],
      [[clue('b')]],
      undo,
      [[clue('c')]],
      undo,
      undo,
      [[clue('d')]],
    ]);
    const words = (state: { readonly clues: readonly { readonly words: string }[] }) =>
      state.clues.map((one) => one.words).join();
    expect(states.map(words)).toEqual(['', 'a', 'a,b', 'a', 'a,c', 'a', '', 'd']);
    const now = states.at(-1)!;
    for (let lost = 0; lost < turns.length - 1; lost++) {
      const { state } = taken(now, turns.slice(lost), turn([{ act: 'undo' }]));
      expect(words(state)).toBe('');
    }
    expect(taken(now, [], turn([{ act: 'undo' }])).state).toEqual(now);
  });

  test('what was shown stays what numbers mean', () => {
    const state = talked(
      [[clue('a')], { shown: [id('a')] }],
      [[clue('b')], { shown: [id('b')] }],
      [[{ act: 'undo' }]],
    );
    expect(state.shown).toEqual([id('b')]);
  });
});

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.constantFrom('red top', 'blue top', 'man with a hat', 'no hat', 'long coat').map(clue),
  fc.record({
    act: fc.constant('exclude' as const),
    pictures: fc.tuple(fc.record({ rank: fc.integer({ min: 1, max: 4 }) })),
  }),
  fc.record({
    act: fc.constant('choose' as const),
    picture: fc.record({ rank: fc.integer({ min: 1, max: 4 }) }),
  }),
  fc.constantFrom<Act>(
    { act: 'undo' },
    { act: 'reset' },
    { act: 'more' },
    { act: 'constrain', cameras: ['1'] },
    { act: 'lift', part: 'words' },
    { act: 'answer', value: 'yes' },
    { act: 'show', pictures: [{ pictureId: id('9') }] },
  ),
);

describe('any transcript', () => {
  const turns = fc.array(
    fc.tuple(
      fc.array(anyAct, { maxLength: 3 }),
      fc.constantFrom<TurnOutcome>({}, { shown: [id('a'), id('b'), id('c')] }),
    ),
    { maxLength: 12 },
  );

  test('folded at once is what it was turn by turn, and twice is the same', () => {
    fc.assert(
      fc.property(turns, (some) => {
        const { turns: all, states } = kept(some);
        const once = JSON.stringify(fold(base, all));
        expect(JSON.stringify(fold(base, all))).toBe(once);
        expect(JSON.stringify(states.at(-1))).toBe(once);
        // Of turns that were folded away nothing is needed.
        const half = all.length >> 1;
        expect(JSON.stringify(fold(states[half]!, all.slice(half)))).toBe(once);
      }),
      { numRuns: 100 },
    );
  });
});

test('numbers mean the ranking that the user saw, whatever acts stand before them', () => {
  const shown = ['a', 'b', 'c', 'd'].map(id);
  const seen = [[clue('man')], { shown }] as const;
  const forgotten = talked(seen, [
    [
      { act: 'forget', pictures: [{ rank: 1 }] },
      { act: 'choose', picture: { rank: 2 } },
    ],
  ]);
  expect(forgotten.pictures).toEqual([id('b')]);
  const fresh = talked(seen, [[{ act: 'reset' }, { act: 'choose', picture: { rank: 2 } }]]);
  expect(fresh.pictures).toEqual([id('b')]);
  expect(fresh.clues).toEqual([]);
});
