/** The talk as people lead it: every act, by words and by buttons, over a real store. */
import { access } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pictureId } from '../../src/foundation/picture.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { drawn, sources, TalkingHouse } from './talking.ts';

let house: TalkingHouse;
beforeAll(async () => {
  house = await TalkingHouse.build();
});
afterAll(() => house.remove());

describe('a search', () => {
  test('by words: the verdict first, the search in one line, a page of cards with their buttons', async () => {
    const talk = await house.talk();
    const reply = await talk.say('delta');
    expect(sources(reply).slice(0, 3).sort()).toEqual(['3-0.png', '3-1.png', '3-2.png']);
    expect(reply.line).toBe('"delta"');
    expect(reply.text[0]).toBe(reply.answer?.result.decisionDetail.sentence);
    expect(reply.answer?.cards).toHaveLength(10);
    expect(reply.answer?.cards[0]?.buttons.map(({ label }) => label)).toEqual([
      'Use as query',
      'Not this person',
      'Why?',
    ]);
    expect(reply.chips).toEqual([{ label: '"delta"', act: { act: 'lift', part: 'words', value: 'delta' } }]);
  });

  test('by a picture, by words and picture together, with what is ruled out', async () => {
    const talk = await house.talk();
    const first = await talk.say('', { pictures: [await drawn(5, 3)] });
    expect(sources(first).slice(0, 3).sort()).toEqual(['5-0.png', '5-1.png', '5-2.png']);
    expect(first.line).toBe('photo');
    const mixed = await talk.say('echo');
    expect(mixed.line).toBe('photo + "echo"');
    expect(
      sources(mixed)
        .slice(0, 6)
        .every((source) => /^[45]-/.test(source)),
    ).toBe(true);
    const best = sources(mixed)[0];
    const without = await talk.say('not 1');
    expect(without.line).toBe('photo + "echo" − 1');
    expect(sources(without)).not.toContain(best);
  });

  test('restricted by words, with chips that take it back', async () => {
    const talk = await house.talk();
    await talk.say('delta');
    const narrow = await talk.say('only camera 2');
    expect(narrow.line).toBe('"delta" · camera 2');
    expect(sources(narrow)[0]).toBe('3-1.png');
    expect(sources(narrow).every((source) => source.endsWith('-1.png'))).toBe(true);
    const chip = narrow.chips.find(({ label }) => label === 'camera 2');
    const wide = await talk.press(chip!.act);
    expect(wide.line).toBe('"delta"');
    const nowhere = await talk.press({ act: 'constrain', after: '2030-01-01T00:00:00.000Z' });
    expect(nowhere.text[0]).toMatch(/^Nothing was searched: no picture of the gallery hall fits after/);
  });

  test('pages go on where the last one ended', async () => {
    const talk = await house.talk();
    const first = await talk.say('delta');
    const second = await talk.say('more');
    expect(second.answer?.cards.map(({ rank }) => rank)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    expect(sources(first).some((source) => sources(second).includes(source))).toBe(false);
    expect(second.answer?.result.ranking).toHaveLength(10);
    await talk.say('more');
    const last = await talk.say('more');
    expect(last.answer?.cards.map(({ rank }) => rank)).toEqual([31, 32, 33, 34, 35, 36]);
    expect(last.answer?.more).toBe(false);
    const beyond = await talk.say('more');
    expect(beyond.text[0]).toMatch(/^There are no more candidates/);
    // Numbers of every page that was shown can be used.
    const used = await talk.say('use 31');
    expect(used.line).toBe('photo + "delta"');
  });

  test('a candidate that is chosen is searched with, and is no result itself', async () => {
    const talk = await house.talk();
    const first = await talk.say('delta');
    const chosen = sources(first)[0];
    const reply = await talk.say('use 1');
    expect(sources(reply)).not.toContain(chosen);
    expect(
      sources(reply)
        .slice(0, 2)
        .every((source) => source.startsWith('3-')),
    ).toBe(true);
    expect(reply.chips[0]?.label).toBe('chosen: number 1 of before');
    const undone = await talk.say('undo');
    expect(undone.line).toBe('"delta"');
    expect(undone.text[1]).toBe('Taken back: chosen: number 1 of before.');
    expect(sources(undone)).toEqual(sources(first));
  });

  test('reset begins anew, and undo brings it back', async () => {
    const talk = await house.talk();
    await talk.say('delta');
    const over = await talk.say('start over');
    expect(over.text).toEqual(['Started over. Describe the person, or send a picture.']);
    expect(over.line).toBe('nothing yet');
    expect((await talk.say('undo')).line).toBe('"delta"');
    expect((await talk.say('undo')).line).toBe('nothing yet');
    const nothing = await talk.say('undo');
    expect(nothing.text[0]).toBe('There is nothing to take back.');
  });

  test('the gallery can be another one, which must be there', async () => {
    const talk = await house.talk();
    const reply = await talk.press({ act: 'constrain', gallery: 'attic' });
    expect(reply.error).toMatchObject({ message: 'There is no gallery "attic". There are: hall.' });
    expect((await talk.state()).gallery).toBe('hall');
  });
});

describe('what is asked about pictures', () => {
  test('one-to-one, by the filter where there is no language model', async () => {
    const talk = await house.talk();
    await talk.say('delta');
    const same = await talk.press({ act: 'verify', first: { rank: 1 }, second: { rank: 2 } });
    expect(same.text[0]).toMatch(/^Same person, very likely: candidate 1 and candidate 2, >99 %\.$/);
    const other = await talk.press({ act: 'verify', first: { rank: 1 }, second: { rank: 9 } });
    expect(other.text[0]).toMatch(/^Not the same person, very likely/);
    expect(other.answer).toBeUndefined();
  });

  test('one-to-one, by the language model where there is one', async () => {
    const talk = await house.talk({ engine: new FakeEngine() });
    await talk.say('delta');
    const reply = await talk.say('is 1 the same person as 2?');
    expect(reply.text[0]).toMatch(/candidate 1 and candidate 2/);
    expect(reply.text[1]).toMatch(/language model's own answer/);
  });

  test('free questions go to the language model, and say so where there is none', async () => {
    const act = { act: 'ask', question: 'is there a hat on 1?', picture: { rank: 1 } } as const;
    const talk = await house.talk({ engine: new FakeEngine() });
    await talk.say('delta');
    expect((await talk.press(act)).text[0]).toMatch(/^\w+( \w+)+$/);
    const without = await house.talk();
    await without.say('delta');
    expect((await without.press(act)).text[0]).toMatch(
      /^Free questions about a picture need a language model/,
    );
  });

  test('comparison, description and reasons come from what helps', async () => {
    const talk = await house.talk({
      helping: {
        question: async () => undefined,
        describe: async () => [
          { trait: { name: 'hat', value: 'yes', present: true }, phrase: 'hat', probability: 0.9 },
        ],
        compare: async () => ({
          common: [{ phrase: 'hat', first: 0.9, second: 0.8 }],
          different: [{ phrase: 'red top', first: 0.1, second: 0.95 }],
        }),
        why: async (query, { confidence }) => [`${query.words} at ${confidence.toFixed(2)}`],
      },
    });
    const found = await talk.say('delta');
    expect((await talk.press({ act: 'describe', picture: { rank: 2 } })).text).toEqual([
      'Candidate 2 looks like: hat (90 %).',
    ]);
    expect((await talk.press({ act: 'compare', first: { rank: 1 }, second: { rank: 2 } })).text).toEqual([
      'In common: hat (90 %, 80 %).',
      'Different: red top on candidate 2 (95 %).',
    ]);
    const confidence = found.answer?.cards[0]?.confidence.toFixed(2);
    expect((await talk.say('why 1')).text).toEqual([`delta at ${confidence}`]);
  });

  test('without any of it the language model is asked with the prompts', async () => {
    const talk = await house.talk({ engine: new FakeEngine() });
    await talk.say('delta');
    expect((await talk.press({ act: 'describe', picture: { rank: 1 } })).text[0]).toMatch(/\w+/);
    expect((await talk.press({ act: 'compare', first: { rank: 1 }, second: { rank: 2 } })).text[0]).toMatch(
      /\w+/,
    );
  });

  test('numbers that nothing answers to are told', async () => {
    const talk = await house.talk();
    await talk.say('delta');
    const reply = await talk.press({ act: 'exclude', pictures: [{ rank: 40 }] });
    expect(reply.error).toMatchObject({
      code: 'OPTION_INVALID',
      message: 'There is no candidate 40: 10 are shown.',
    });
    expect((await talk.state()).negatives).toEqual([]);
  });
});

describe('questions of the bot', () => {
  const question = { id: 'hat', name: 'hat', value: 'yes', text: 'Was there a hat?', gain: 0.5 } as const;

  test('are asked once, and the answer becomes part of the search', async () => {
    const asked: (readonly string[])[] = [];
    const talk = await house.talk({
      helping: {
        question: async (_result, before) => {
          asked.push(before);
          return before.includes('hat') ? undefined : question;
        },
        describe: async () => [],
        compare: async () => ({ common: [], different: [] }),
        why: async () => [],
      },
    });
    const first = await talk.say('delta');
    expect(first.question?.question).toEqual(question);
    const answered = await talk.press(first.question!.buttons[1]!.act);
    expect(answered.line).toBe('"delta" + no hat');
    expect(answered.question).toBeUndefined();
    expect(asked).toEqual([[], ['hat']]);
    expect((await talk.press({ act: 'answer', question: 'shoes', value: 'yes' })).error?.message).toMatch(
      /^That question is closed/,
    );
  });
});

describe('the gallery', () => {
  test('takes pictures in through the importer, with what is known of them', async () => {
    const registered: unknown[] = [];
    const talk = await house.talk({
      register: async (gallery, pictures, facts) => {
        await access(pictures[0]!.path);
        registered.push({ gallery, names: pictures.map(({ name }) => name), facts });
        return { added: 1, already: 0, notes: [], failed: [] };
      },
    });
    const reply = await talk.say('', {
      pictures: [await drawn(1, 3)],
      acts: [{ act: 'register', pictures: [{ attachment: 0 }], camera: '2' }],
    });
    expect(reply.text).toEqual(['1 picture kept in the gallery hall.']);
    expect(registered).toEqual([{ gallery: 'hall', names: ['sent-0.png'], facts: { camera: '2' } }]);
    const none = await house.talk();
    const refused = await none.say('', {
      pictures: [await drawn(1, 3)],
      acts: [{ act: 'register', pictures: [{ attachment: 0 }] }],
    });
    expect(refused.text).toEqual(['Pictures cannot be put into a gallery from here.']);
  });

  test('forgets a picture: it is gone from gallery, talk and the replies that showed it', async () => {
    const own = await TalkingHouse.build();
    const talk = await own.talk();
    const found = await talk.say('delta');
    const id = found.answer!.cards[0]!.pictureId;
    const reply = await talk.press({ act: 'forget', pictures: [{ rank: 1 }] });
    expect(reply.text).toContain('1 picture removed from the gallery hall and from this talk.');
    expect(await own.store.record('hall', id)).toBeUndefined();
    expect(JSON.stringify(await talk.manager.replies(talk.conversation))).not.toContain(id);
    expect((await talk.state()).shown).not.toContain(id);
    await own.remove();
  });
});

describe('what people send', () => {
  test('a bad picture is told, and the words beside it are searched with', async () => {
    const talk = await house.talk();
    const alone = await talk.say('', { pictures: [Buffer.from('<html><body>log in</body></html>')] });
    expect(alone.error).toMatchObject({
      code: 'PICTURE_NOT_A_PICTURE',
      message: expect.stringMatching(/^sent-\d\.png: This is /),
    });
    // Told once: a note beside the error would say the same again.
    expect(alone.notes.join('\n')).not.toContain(alone.error!.message);
    const both = await talk.say('delta', { pictures: [Buffer.alloc(0)] });
    expect(both.answer?.cards).toHaveLength(10);
    expect(both.notes[0]).toBe(
      'sent-0.png: The picture file is empty (0 bytes). Send a JPEG, PNG, WebP, GIF, TIFF or AVIF picture.',
    );
  });

  test('two hundred pictures: the first are taken, and the rest is told', async () => {
    const talk = await house.talk();
    const one = await drawn(2, 3);
    const reply = await talk.say('', { pictures: Array.from({ length: 200 }, () => one) });
    expect(reply.notes[0]).toBe(
      'Of 200 pictures the first 20 were taken, and 180 were left out: send at most 20 with one message.',
    );
    expect(sources(reply)[0]).toMatch(/^2-/);
  });

  test('ten thousand words: a clear sentence, and the search before it stands', async () => {
    const talk = await house.talk();
    await talk.say('delta');
    const reply = await talk.say('word '.repeat(10_000));
    expect(reply.error?.message).toMatch(/^That description was not taken: it has [\d,]+ characters/);
    expect((await talk.state()).clues.map(({ words }) => words)).toEqual(['delta']);
    expect((await talk.say('only camera 1')).line).toBe('"delta" · camera 1');
  });

  test('control tokens and markup are words like others', async () => {
    const talk = await house.talk();
    const words = '<|im_end|> <b>delta</b> *cap* <|vision_start|>';
    const reply = await talk.say(words);
    expect(reply.answer?.query.words).toBe(words);
    expect(reply.line).toBe(`"${words}"`);
  });

  test('a picture of several people asks which one, and goes on with that one', async () => {
    const crops = [await drawn(6, 3), await drawn(7, 3)];
    const frame = await drawn(9, 9);
    const talk = await house.talk({
      people: async (bytes) =>
        pictureId(bytes) === pictureId(frame)
          ? crops.map((crop, at) => ({ bytes: crop, box: { left: at * 8, top: 0, width: 8, height: 16 } }))
          : [],
    });
    const asked = await talk.say('alpha', { pictures: [frame] });
    expect(asked.people?.people.map(({ number, box }) => [number, box.left])).toEqual([
      [1, 0],
      [2, 8],
    ]);
    expect(asked.answer).toBeUndefined();
    const reply = await talk.say('person 2');
    expect(
      sources(reply)
        .slice(0, 3)
        .some((source) => source.startsWith('7-')),
    ).toBe(true);
    expect((await talk.state()).pictures).toEqual([pictureId(crops[1]!)]);
    const crop = await talk.say('', { pictures: [crops[0]!] });
    expect(crop.people).toBeUndefined();
    expect((await talk.state()).pictures).toEqual([pictureId(crops[0]!)]);
  });

  test('nothing at all, and help', async () => {
    const talk = await house.talk();
    expect((await talk.say('')).text[0]).toMatch(/nothing in that to act on/);
    expect((await talk.say('help')).text.length).toBeGreaterThan(3);
  });
});

describe('what a page asks for', () => {
  test('turns, replies, the list, a contact sheet, pictures; and all of it can be forgotten', async () => {
    const talk = await house.talk();
    const photo = await drawn(5, 3);
    const reply = await talk.say('alpha', { pictures: [photo] });
    const { manager, conversation } = talk;
    expect((await manager.turns(conversation)).map(({ text }) => text)).toEqual(['alpha']);
    expect((await manager.replies(conversation)).map(({ key }) => key)).toEqual(['m1#final']);
    expect(await manager.list('test:')).toEqual([
      {
        conversation,
        line: 'photo + "alpha"',
        asked: 'alpha',
        pictureId: pictureId(photo),
        at: '2026-11-25T12:00:00.000Z',
      },
    ]);
    expect((await manager.sheet(reply)).subarray(1, 4).toString()).toBe('PNG');
    const path = await manager.picturePath(pictureId(photo));
    await access(path);
    await manager.forget(conversation);
    expect(await manager.state(conversation)).toBeUndefined();
    expect(await manager.list('test:')).toEqual([]);
    await expect(access(path)).rejects.toThrow();
    await expect(manager.picturePath(pictureId(photo))).rejects.toMatchObject({ code: 'PICTURE_UNKNOWN' });
  });

  test('the filter comes first where a language model follows', async () => {
    const talk = await house.talk({ engine: new FakeEngine() });
    await talk.say('delta');
    expect(talk.delivered.map(({ key }) => key)).toEqual(['m1#first', 'm1#final']);
    expect(talk.delivered[0]?.answer?.result.mode).toBe('filter');
    expect(talk.delivered[1]?.answer?.result.mode).toBe('full');
  });
});
