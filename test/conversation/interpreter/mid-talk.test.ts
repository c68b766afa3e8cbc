/** What people write in the middle of a talk: beside an open question, as a correction, of what was talked of, of an old gallery. */
import { describe, expect, test } from 'vitest';
import { situation, siteTime } from '../../../bench/utterances/situations.ts';
import type { Act } from '../../../src/conversation/act.ts';
import type { ReadingContext } from '../../../src/conversation/interpreter.ts';
import { readActs } from '../../../src/conversation/interpreter/read-acts.ts';
import type { Question } from '../../../src/conversation/question.ts';
import type { AttributeName, Trait } from '../../../src/foundation/person-attributes.ts';

const start = situation('demo start');
const results = situation('demo results');

function asking(name: AttributeName, value: string): ReadingContext {
  const asked: Question = { id: `${name}=${value}`, name, value, text: '', gain: 0.5 };
  return { ...results, asked };
}

function trait(name: AttributeName, value: string, present = true): Trait {
  return { name, value, present };
}

function holding(words: string, ...traits: Trait[]): ReadingContext {
  return { ...results, held: { cameras: [], places: [], clues: [{ messageId: '1', words, traits }] } };
}

const excluded = (...ranks: number[]): Act => ({
  act: 'exclude',
  pictures: ranks.map((rank) => ({ rank })),
});

function onlyUnclear(text: string, context: ReadingContext): string {
  const [act, ...more] = readActs(text, context);
  expect(more).toEqual([]);
  return act?.act === 'unclear' ? act.hint : `not unclear: ${JSON.stringify(act)}`;
}

describe('beside an answer more is said', () => {
  test.each([
    ['no, she was a woman', 'no', 'a woman', [trait('gender', 'woman')]],
    ['no she was a woman', 'no', 'a woman', [trait('gender', 'woman')]],
    ['no, blue', 'no', 'blue', undefined],
    ['yes, and a backpack', 'yes', 'a backpack', [trait('backpack', 'yes')]],
  ])('%s', (text, value, words, traits) => {
    expect(readActs(text, asking('hat', 'yes'))).toEqual([
      { act: 'answer', value },
      { act: 'clue', words, ...(traits ? { traits } : {}) },
    ]);
  });

  test('a colour is of the clothes that were asked about', () => {
    expect(readActs('no, blue', asking('top', 'red'))).toEqual([
      { act: 'answer', value: 'no' },
      { act: 'clue', words: 'blue', traits: [trait('top', 'blue')] },
    ]);
  });
});

test.each([
  ['she was a woman', 'no'],
  ['no, she was a woman', 'no'],
  ['a man', 'yes'],
  ['not a woman', 'yes'],
])('asked whether it was a man, "%s" is the answer', (text, value) => {
  expect(readActs(text, asking('gender', 'man'))).toEqual([{ act: 'answer', value }]);
});

test('a man or a woman is a clue, and one who is pointed at is none', () => {
  expect(readActs('actually she was a woman', results)).toEqual([
    { act: 'clue', words: 'a woman', traits: [trait('gender', 'woman')] },
  ]);
  expect(onlyUnclear('looking for this man', start)).toContain('I could make nothing of that');
});

describe('before anybody is searched for, words about candidates say so', () => {
  test.each(['more', 'show me more', 'not those two', 'none of these', 'neither', 'both are wrong'])(
    '%s',
    (text) => {
      expect(onlyUnclear(text, start)).toMatch(/^Nobody is searched for yet/);
    },
  );

  test.each(['forget it', 'never mind', 'forget about it'])('%s takes back', (text) => {
    expect(readActs(text, start)).toEqual([{ act: 'undo' }]);
    expect(readActs(text, results)).toEqual([{ act: 'undo' }]);
  });
});

describe('two that were talked of', () => {
  const texts = ['not those two', 'neither of those two', 'both are wrong', 'remove both of them'];

  test.each(texts)('%s', (text) => {
    expect(readActs(text, { ...results, shown: 2 })).toEqual([excluded(1, 2)]);
    expect(readActs(text, { ...results, talkedOf: [3, 5] })).toEqual([excluded(3, 5)]);
    expect(onlyUnclear(text, results)).toMatch(/^Which two/);
  });

  test('those of the same message, and "that one"', () => {
    expect(readActs('compare 1 and 3. not those two', results)).toContainEqual(excluded(1, 3));
    expect(readActs('neither', { ...results, talkedOf: [3, 5] })).toEqual([excluded(3, 5)]);
    expect(readActs('not that one', { ...results, talkedOf: [4] })).toEqual([excluded(4)]);
    expect(readActs('not that one', results)).toEqual([excluded(1)]);
  });
});

test('a colour put right is of the clothes that had the wrong one', () => {
  const red = holding('red jacket', trait('top', 'red'));
  expect(readActs('not red, blue', red)).toEqual([
    { act: 'clue', words: 'not red, blue', traits: [trait('top', 'red', false), trait('top', 'blue')] },
  ]);
  expect(readActs('it was a blue and not a green jacket', results)).toMatchObject([
    { act: 'clue', traits: [trait('top', 'green', false), trait('top', 'blue')] },
  ]);
});

describe('comparing needs two pictures', () => {
  test('a candidate with itself', () => {
    expect(onlyUnclear('compare 1 and 1', results)).toMatch(/^That is candidate 1 twice/);
    expect(onlyUnclear('is 2 the same person as 2?', results)).toMatch(/^That is candidate 2 twice/);
  });

  test('one that was not sent', () => {
    for (const context of [start, results]) {
      expect(onlyUnclear('same person as this one?', context)).toMatch(/^Attach the other picture/);
    }
    const sent = situation('demo photo-later');
    expect(readActs('same person as this one?', sent)).toEqual([
      { act: 'verify', first: { query: true }, second: { attachment: 0 } },
    ]);
  });
});

test('a camera that it was not', () => {
  expect(readActs('it was not camera 3', results)).toEqual([
    { act: 'constrain', cameras: ['1', '2', '4', '5', '6'] },
  ]);
});

describe('a gallery whose newest picture is of a Friday eight months ago', () => {
  const old: ReadingContext = {
    ...results,
    firstTime: siteTime('03-16 09:00'),
    lastTime: siteTime('03-20 16:00'),
  };
  const day = (date: string, next: string) => ({
    act: 'constrain',
    after: siteTime(`${date} 00:00`).toISOString(),
    before: new Date(siteTime(`${next} 00:00`).getTime() - 1).toISOString(),
  });

  test.each([
    ['on Tuesday', day('03-17', '03-18')],
    ['friday', day('03-20', '03-21')],
    ['on Saturday', day('03-14', '03-15')],
    ['yesterday', day('03-19', '03-20')],
    ['today', day('03-20', '03-21')],
    ['a week ago', day('03-13', '03-14')],
    ['from tuesday to thursday', day('03-17', '03-20')],
    // What is said with its date stays, though nothing is there.
    ['on 21 November 2026', day('11-21', '11-22')],
  ])('%s is counted back from it', (text, act) => {
    expect(readActs(text, old)).toEqual([act]);
  });

  test('hours too', () => {
    expect(readActs('the last two hours', old)).toEqual([
      { act: 'constrain', after: siteTime('03-20 14:00').toISOString() },
    ]);
  });

  test('a picture that is added now is of the clock', () => {
    const sent = { ...old, ...situation('demo photo'), firstTime: old.firstTime!, lastTime: old.lastTime! };
    expect(readActs('register this, camera 2, yesterday 14:00', sent)).toMatchObject([
      { act: 'register', time: siteTime('11-25 14:00').toISOString() },
    ]);
  });

  test('a time of day alone could be on any of its days', () => {
    for (const text of ['in the afternoon', 'after 5pm', 'between 2 and 3']) {
      expect(onlyUnclear(text, old)).toBe(
        'That time of day could be on any day from 16 Mar 2026 to 20 Mar 2026. Say on which, as in "20 Mar 2026 after 14:00".',
      );
    }
    const oneDay = { ...old, firstTime: siteTime('03-20 08:00') };
    const afternoon = { act: 'constrain', after: siteTime('03-20 12:00').toISOString() };
    expect(readActs('in the afternoon', oneDay)).toMatchObject([afternoon]);
    expect(readActs('on Friday in the afternoon', old)).toMatchObject([afternoon]);
  });
});

test('yesterday is the clock’s where the gallery has pictures of it', () => {
  const mall = situation('mall results');
  expect(readActs('yesterday', mall)).toMatchObject([{ after: siteTime('11-25 00:00').toISOString() }]);
  const daily = { ...mall, firstTime: siteTime('11-01 09:00') };
  expect(readActs('after 2pm', daily)).toEqual([
    { act: 'constrain', after: siteTime('11-26 14:00').toISOString() },
  ]);
});

describe('what would be done the wrong way round', () => {
  const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

  test.each([
    ['all wrong except 4', excluded(...all.filter((rank) => rank !== 4))],
    ['everyone but 2 is wrong', excluded(...all.filter((rank) => rank !== 2))],
    ['6? no', excluded(6)],
    ['not camera 2, anywhere but the car park', undefined],
  ])('%s', (text, act) => {
    const acts = readActs(text, results);
    if (act) expect(acts).toEqual([act]);
    else {
      expect(acts).toEqual([
        {
          act: 'constrain',
          cameras: ['1', '3', '4', '5', '6'],
          places: ['garden path', 'main hall', 'library entrance', 'bus stop', 'north gate'],
        },
      ]);
    }
  });

  test('a camera put right is no candidate, "this is the guy" is the picture that came with it', () => {
    expect(readActs('wrong camera, try 4', results)).toEqual([{ act: 'constrain', cameras: ['4'] }]);
    const sent = situation('demo photo-later');
    expect(readActs('this is the guy', sent)).toEqual([{ act: 'show', pictures: [{ attachment: 0 }] }]);
    expect(readActs('not this person', sent)).toEqual([{ act: 'exclude', pictures: [{ attachment: 0 }] }]);
  });

  test.each([
    ['no, i mean yes', [{ act: 'answer', value: 'yes' }]],
    ['no no no', [{ act: 'answer', value: 'no' }]],
    ['no, undo', [{ act: 'undo' }]],
    [
      'yeah red one',
      [
        { act: 'answer', value: 'yes' },
        { act: 'clue', words: 'red one' },
      ],
    ],
  ])('beside a question: %s', (text, acts) => {
    const red = holding('red jacket', trait('top', 'red'));
    expect(readActs(text, { ...asking('hat', 'yes'), ...(red.held ? { held: red.held } : {}) })).toEqual(
      acts,
    );
  });

  test('what is named after "instead of" is what it was not', () => {
    expect(readActs('blue jacket instead of a red one', results)).toMatchObject([
      { traits: [trait('top', 'blue'), trait('top', 'red', false)] },
    ]);
  });
});
