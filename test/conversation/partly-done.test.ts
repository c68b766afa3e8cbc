/** A message of which one part fails: the rest is answered, and the part is named with its reason. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Act } from '../../src/conversation/act.ts';
import type { Helping } from '../../src/conversation/helping.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { drawn, sources, TalkingHouse } from './talking.ts';

let house: TalkingHouse;
beforeAll(async () => {
  house = await TalkingHouse.build();
});
afterAll(() => house.remove());

const hat = [
  { trait: { name: 'hat', value: 'yes', present: true }, phrase: 'hat', probability: 0.9 },
] as const;
const bad = Buffer.from('<html><body>log in</body></html>');

function helping(describe: Helping['describe']): Helping {
  return {
    question: async () => undefined,
    describe,
    compare: async () => ({ common: [], different: [] }),
    why: async () => [],
  };
}

const failing = new ChatReidError('REMOTE_UNREACHABLE', 'The server is away.', 'Start it.');
const lookAt = (...ranks: number[]): Act[] =>
  ranks.map((rank) => ({ act: 'describe', picture: { rank } }) as const);

describe('of several questions', () => {
  test('one that fails takes nothing from the others', async () => {
    let asked = 0;
    const talk = await house.talk({
      helping: helping(async () => {
        if (++asked === 2) throw failing;
        return hat;
      }),
    });
    await talk.say('delta');
    const reply = await talk.say('', { acts: lookAt(1, 2, 3) });
    expect(reply.text).toEqual([
      'Candidate 1 looks like: hat (90 %).',
      'Candidate 3 looks like: hat (90 %).',
    ]);
    expect(reply.error?.code).toBe('REMOTE_UNREACHABLE');
  });

  test('beside a search it is told, and the search is answered', async () => {
    const talk = await house.talk({ helping: helping(() => Promise.reject(failing)) });
    await talk.say('delta');
    const reply = await talk.say('', { acts: [...lookAt(1), { act: 'constrain', cameras: ['2'] }] });
    expect(reply.answer?.cards.length).toBeGreaterThan(0);
    expect(reply.text).toContain('The server is away. Start it.');
    expect(reply.error).toBeUndefined();
  });
});

test('people who wait to be chosen from still wait when the question beside them failed', async () => {
  const crops = [await drawn(6, 3), await drawn(7, 3)];
  const talk = await house.talk({
    helping: helping(() => Promise.reject(failing)),
    people: async () =>
      crops.map((bytes, at) => ({ bytes, box: { left: at * 8, top: 0, width: 8, height: 16 } })),
  });
  await talk.say('delta');
  const acts: Act[] = [{ act: 'show', pictures: [{ attachment: 0 }] }, ...lookAt(1)];
  const reply = await talk.say('', { pictures: [await drawn(9, 9)], acts });
  expect(reply.people?.people).toHaveLength(2);
  expect((await talk.state()).people).toHaveLength(2);
  expect(sources(await talk.say('person 2'))[0]).toMatch(/^7-/);
});

describe('of several files', () => {
  test('the good ones are taken, the bad one is named with its reason', async () => {
    const talk = await house.talk();
    const reply = await talk.say('', { pictures: [await drawn(5, 3), bad, await drawn(5, 3)] });
    expect(sources(reply)[0]).toMatch(/^5-/);
    expect(reply.error).toBeUndefined();
    expect(reply.notes.filter((note) => note.startsWith('sent-1.png: '))).toHaveLength(1);
  });

  test('a button means the files as they were sent, bad ones counted', async () => {
    const talk = await house.talk();
    const act: Act = { act: 'show', pictures: [{ attachment: 1 }] };
    const reply = await talk.say('', { pictures: [bad, await drawn(5, 3), await drawn(2, 3)], acts: [act] });
    expect(sources(reply)[0]).toMatch(/^5-/);
    expect(reply.text.join(' ')).not.toMatch(/could not be used/);
  });

  test('what was registered before one failed is told', async () => {
    let asked = 0;
    const talk = await house.talk({
      register: async () => {
        if (++asked === 2) throw new ChatReidError('PICTURE_DAMAGED', 'It is cut off.', 'Send it again.');
        return { added: 1, already: 0, failed: [], notes: [] };
      },
    });
    const pictures = [await drawn(1, 3), await drawn(2, 3), await drawn(3, 3)];
    const acts: Act[] = [
      { act: 'register', pictures: [{ attachment: 0 }, { attachment: 1 }, { attachment: 2 }] },
    ];
    const reply = await talk.say('', { pictures, acts });
    expect(reply.text).toEqual([
      '2 pictures kept in the gallery hall.',
      'sent-1.png: It is cut off. Send it again.',
    ]);
  });
});

test('more than thirty-two descriptions: a clear sentence, and those before stand', async () => {
  const talk = await house.talk();
  const clues = (from: number, count: number): Act[] =>
    Array.from({ length: count }, (_, at) => ({ act: 'clue', words: `word ${from + at}` }));
  await talk.say('', { acts: clues(0, 32) });
  const reply = await talk.say('', { acts: clues(32, 1) });
  expect(reply.error?.message).toMatch(/^That was not taken in: a search takes at most 32 descriptions/);
  expect((await talk.state()).clues).toHaveLength(32);
});
