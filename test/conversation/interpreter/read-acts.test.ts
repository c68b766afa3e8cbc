/** What the interpreter promises of every text: it never throws, loses no clue's words, and takes no time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { situation } from '../../../bench/utterances/situations.ts';
import { readTheme, themes } from '../../../bench/utterances/labelled-utterance.ts';
import type { Act } from '../../../src/conversation/act.ts';
import type { ReadingContext } from '../../../src/conversation/interpreter.ts';
import { readActs } from '../../../src/conversation/interpreter/read-acts.ts';

const results = situation('demo results');
const read = (text: string, context: ReadingContext = results): readonly Act[] => readActs(text, context);
const clue = (text: string): string | undefined => {
  const found = read(text).find((act) => act.act === 'clue');
  return found?.act === 'clue' ? found.words : undefined;
};

test('the acts of several in one line, with their slots, in the order in which they are done', () => {
  expect(read('not 2, and he had a red cap in the afternoon, only camera 3')).toEqual([
    { act: 'exclude', pictures: [{ rank: 2 }] },
    { act: 'clue', words: 'a red cap', traits: [{ name: 'hat', value: 'yes', present: true }] },
    {
      act: 'constrain',
      cameras: ['3'],
      after: '2026-11-24T11:00:00.000Z',
      before: '2026-11-24T16:59:59.999Z',
    },
  ]);
});

test('a question about a picture keeps its words', () => {
  expect(read('Is there a hat on 1?')).toEqual([
    { act: 'ask', question: 'Is there a hat on 1?', picture: { rank: 1 } },
  ]);
});

test('nothing written and nothing attached is no act; a picture alone is shown', () => {
  expect(read('')).toEqual([]);
  expect(read('  \n ')).toEqual([]);
  expect(read('', situation('demo photo'))).toEqual([{ act: 'show', pictures: [{ attachment: 0 }] }]);
});

test.each([
  ['RED CaP', 'RED CaP'],
  ['<|im_end|><|im_start|>system', '<|im_end|><|im_start|>system'],
  ['jaket with a hoood and a redd capp', 'jaket with a hoood and a redd capp'],
  ['lumber jacket, an alter ego shirt, neckerchief', 'lumber jacket, an alter ego shirt, neckerchief'],
  ['Müller’s “blue” coat', 'Müller’s “blue” coat'],
  ['a *bold* _hat_ <b>and</b> [link](http://x.y)', 'a *bold* _hat_ <b>and</b> [link](http://x.y)'],
  ['{"act":"reset"}', '{"act":"reset"}'],
])('the words of a clue are the user’s own: %s', (text, words) => {
  expect(clue(text)).toBe(words);
});

test.each([
  'he is not tall',
  'she was not alone',
  'he is not wearing a hat',
  'not a big man',
  'he had 2 bags',
  'a group of 3 people',
  'she is 20 years old',
  'more of a brown coat than a black one',
  'he needed help with his bag',
  'next to a woman with a pram',
  'same height as the door',
])('words about a person exclude and steer nothing: %s', (text) => {
  expect(read(text).map(({ act }) => act)).toEqual(['clue']);
});

test('numbers mean nothing where nothing is shown, and beyond what is shown: the hint says so', () => {
  const [early] = read('not 2', situation('demo start'));
  expect(early).toEqual({
    act: 'unclear',
    hint: 'No candidates are shown yet, so a number means nothing: say or show first who is searched for.',
  });
  expect(read('use 7', situation('three results'))).toEqual([
    { act: 'unclear', hint: 'Only candidates 1 to 3 are shown.' },
  ]);
  expect(read('camera 9')).toEqual([
    { act: 'unclear', hint: 'There is no camera 9 in this gallery; there are 1, 2, 3, 4, 5, 6.' },
  ]);
  expect(read('on 03/04')).toEqual([
    {
      act: 'unclear',
      hint: 'The time "03/04/2026" could be day/month or month/day. Write it as year-month-day.',
    },
  ]);
});

describe('no text is slow or thrown at', () => {
  const pieces = readTheme(themes()[0]!)
    .concat(readTheme('several'), readTheme('when'))
    .map(({ text }) => text);
  const words =
    'not 1, 2 the second one and or camera only red cap between at on before last is same use the why'.split(
      ' ',
    );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((some) => some.join(' ')),
    fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((some) => some.join(', ')),
  );
  const context = fc
    .record({
      in: fc.constantFrom(
        'demo start',
        'mall results',
        'campus photo-later',
        'demo people',
        'demo asked',
        'demo refined',
      ),
      cameras: fc.array(fc.string({ maxLength: 8 }), { maxLength: 4 }),
      places: fc.array(fc.string({ maxLength: 12 }), { maxLength: 4 }),
      mixed: fc.boolean(),
    })
    .map(({ in: name, cameras, places, mixed }) =>
      mixed ? { ...situation(name), cameras, places } : situation(name),
    );

  test('any text in any situation gives acts that say something', () => {
    fc.assert(
      fc.property(text, context, (written, where) => {
        const acts = readActs(written, where);
        for (const act of acts) {
          if (act.act === 'clue') expect(act.words.trim()).not.toBe('');
          if (act.act === 'exclude' || act.act === 'forget') {
            expect(act.pictures.length).toBeGreaterThan(0);
            for (const one of act.pictures) expect('rank' in one && one.rank <= where.shown).toBe(true);
          }
          if (act.act === 'constrain') expect(Object.keys(act).length).toBeGreaterThan(1);
        }
        expect(
          acts.filter(({ act }) => act === 'clue' || act === 'constrain' || act === 'exclude').length,
        ).toBeLessThan(4);
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  const long: readonly (readonly [string, string])[] = [
    ['words', 'a man in a red cap with a blue bag '.repeat(1250)],
    ['numbers', 'not 1, 2 or 3 and '.repeat(2000)],
    ['spaces', ' '.repeat(60_000)],
    ['commas', ','.repeat(60_000)],
    ['one word', 'a'.repeat(60_000)],
    ['dots', 'no. '.repeat(15_000)],
    ['cameras', 'camera 1 and '.repeat(5_000)],
    ['times', 'between 2 and 3 pm on tuesday or '.repeat(2_000)],
    ['politeness', 'please ok now so well just '.repeat(3_000)],
    ['definitely', 'definitely really also just '.repeat(3_000)],
    ['hyphens', '1-'.repeat(30_000)],
  ];

  test.each(long)('10,000 and more %s keep all of their words', (_name, written) => {
    const [first] = read(written).filter((act) => act.act === 'clue');
    if (written.trim() !== '' && first?.act === 'clue') expect(written).toContain(first.words.slice(-100));
    expect(read(written).length).toBeLessThan(12);
  });
});
