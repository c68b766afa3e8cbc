/** Limits through whole talks: what is outside is not found, counted, named, shown by a number, nor brought back. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Act } from '../../../src/conversation/act.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import type { Searching } from '../../../src/conversation/session-parts.ts';
import { keys } from '../../../src/conversation/storage/talk-record.ts';
import { pictureId } from '../../../src/foundation/picture.ts';
import { drawn, sources } from '../../conversation/talking.ts';
import { FakeEngine } from '../../support/fake-engine.ts';
import { AccessHouse, grant, Somebody, toldBy } from './access-house.ts';
import { memoryStorage } from './memory-storage.ts';

let house: AccessHouse;
beforeAll(async () => {
  house = await AccessHouse.build();
});
afterAll(() => house.remove());

const policy = {
  grants: [
    grant('admin', 'wide'),
    grant('searcher', 'narrow', { galleries: ['hall'], cameras: ['2'] }),
    grant('viewer', 'watchman', { galleries: ['hall'] }),
    grant('searcher', 'watchman', { galleries: ['hall'], cameras: ['2'] }),
    grant('searcher', 'cellar', { places: ['cellar'] }),
    grant('searcher', 'vault', { galleries: ['vault'] }),
    grant('searcher', 'early', { before: '2026-11-24T10:30:00Z' }),
    grant('searcher', 'recent', { lastDays: 1 }),
    grant('viewer', 'onlooker', { galleries: ['hall'], cameras: ['2'] }),
  ],
};
const start = async (name: string, changes = {}) => new Somebody(await house.manager(policy, changes), name);

describe('a search', () => {
  test('finds, counts and decides within the limits, on the first page and the last', async () => {
    const narrow = await start('narrow', { engine: new FakeEngine() });
    const replies = await narrow.says('alpha');
    expect(replies.map(({ stage }) => stage)).toEqual(['first', 'final']);
    for (const reply of replies) {
      expect(sources(reply).length).toBe(10);
      for (const source of sources(reply)) expect(source).toMatch(/-1\.png$/);
      expect(reply.answer?.result.filter.of).toBe(12);
    }
    const byFilter = await (await start('narrow')).say('juliett');
    expect(byFilter.text[0]).toMatch(/among 12 pictures/);
    const more = await narrow.say('more');
    expect(sources(more).length).toBe(2);
    expect(toldBy(replies, more)).not.toMatch(/vault|cellar|-[02]\.png/);
    const wide = await (await start('wide')).say('alpha');
    expect(wide.answer?.result.filter.of).toBe(36);
  });

  test.each([
    ['cellar', 'use the gallery vault. alpha', /^vault-/, 12],
    ['early', 'alpha', /-0\.png$/, 12],
    // The clock of the talks is the 25th at noon: a day before it is the camera of 12 o'clock.
    ['recent', 'alpha', /-2\.png$/, 12],
  ])('%s', async (name, text, source, of) => {
    const reply = await (await start(name)).say(text);
    expect(reply.answer?.result.filter.of, toldBy(reply)).toBe(of);
    for (const one of sources(reply)) expect(one).toMatch(source);
  });

  test('a restriction that does not meet the limits finds nothing, and tells of nothing outside', async () => {
    const narrow = await start('narrow');
    await narrow.say('alpha');
    for (const act of [
      { act: 'constrain', cameras: ['1'] },
      { act: 'constrain', cameras: ['9'] },
    ] as const) {
      const reply = await narrow.press(act);
      expect(sources(reply)).toEqual([]);
      expect(reply.answer?.result.filter).toMatchObject({ of: 0, kept: 0 });
      expect(reply.notes.join(' ')).toMatch(
        `There is no camera "${act.cameras[0]}". The cameras it knows: 2.`,
      );
    }
    const both = await narrow.press({ act: 'constrain', cameras: ['1', '2'] });
    expect(both.answer?.result.filter.of).toBe(12);
    for (const source of sources(both)) expect(source).toMatch(/-1\.png$/);
  });

  test('says how many are not indexed of those within the limits alone', async () => {
    const bytes = await drawn(7, 9);
    const record = { pictureId: pictureId(bytes), cameraId: '1', source: 'new.png', width: 8, height: 16 };
    await house.store.add('hall', [{ record, bytes }]);
    try {
      expect((await (await start('wide')).say('alpha')).notes.join(' ')).toMatch(
        /1 of 37 pictures are not indexed/,
      );
      expect((await (await start('narrow')).say('alpha')).notes.join(' ')).not.toMatch(/not indexed/);
    } finally {
      await house.store.remove('hall', [record.pictureId]);
    }
  });

  test('the text is read with the names of what may be seen', async () => {
    const read = async (name: string, text: string) => {
      const one = await start(name);
      await one.say(text);
      return one.state();
    };
    expect((await read('wide', 'alpha on camera 3')).cameras).toEqual(['3']);
    expect((await read('narrow', 'alpha on camera 2')).cameras).toEqual(['2']);
    expect((await read('narrow', 'alpha on camera 3')).cameras).toEqual([]);
    expect((await read('wide', 'use the gallery vault')).gallery).toBe('vault');
    expect((await read('narrow', 'use the gallery vault')).gallery).toBe('hall');
  });
});

describe('a gallery outside', () => {
  test('is answered as one that is not there', async () => {
    const narrow = await start('narrow');
    const [hidden, none] = [
      await narrow.press({ act: 'constrain', gallery: 'vault' }),
      await narrow.press({ act: 'constrain', gallery: 'nosuch' }),
    ];
    expect(hidden.error?.message).toBe('There is no gallery "vault". There are: hall.');
    expect(toldBy({ ...none, to: '', key: '' })).toBe(
      toldBy({ ...hidden, to: '', key: '' }).replaceAll('vault', 'nosuch'),
    );
    expect((await narrow.state()).gallery).toBe('hall');
  });

  test('of a talk that somebody else moved there nothing is shown, and one can name another', async () => {
    const wide = await start('wide');
    await wide.say('use the gallery vault. alpha');
    const narrow = wide.and('narrow');
    const before = await wide.state();
    for (const text of ['bravo', 'more', 'why 1', 'undo', 'start over']) {
      const reply = await narrow.say(text);
      expect(reply.denied?.[0]?.code, text).toBe('ACCESS_DENIED');
      expect(toldBy(reply), text).not.toMatch(/vault|cellar|v1/);
      expect([reply.line, reply.chips, reply.buttons]).toEqual([undefined, [], []]);
    }
    expect(await wide.state()).toEqual(before);
    const moved = await narrow.press({ act: 'constrain', gallery: 'hall' });
    expect(moved.answer?.result.filter.of).toBe(12);
    // Who brought it there may go back; whoever may not look there may not.
    const undone = await narrow.press({ act: 'undo' });
    expect(undone.denied).toEqual([{ act: 'undo', code: 'ACCESS_DENIED' }]);
    expect(toldBy(undone)).not.toMatch(/vault|cellar/);
    expect((await narrow.state()).gallery).toBe('hall');
    const left = await narrow.say('undo. bravo');
    expect(left.denied).toEqual([{ act: 'undo', code: 'ACCESS_DENIED' }]);
    expect(left.answer?.result.filter.of).toBe(12);
    expect((await wide.say('undo')).denied).toBeUndefined();
    // Nor by naming one's own gallery in front of it.
    await wide.press({ act: 'constrain', gallery: 'vault' });
    await wide.say('charlie');
    const held = await wide.state();
    const both = await narrow.press({ act: 'constrain', gallery: 'hall' }, { act: 'undo' });
    expect(both.denied).toEqual([{ act: 'undo', code: 'ACCESS_DENIED' }]);
    expect((await wide.state()).gallery).toBe('hall');
    expect((await wide.state()).clues).toEqual(held.clues);
  });

  test('a gallery that holds the talk for nobody is named by nobody', async () => {
    const vault = await start('vault');
    const reply = await vault.say('alpha');
    expect(reply.error).toMatchObject({
      code: 'ACCESS_DENIED',
      message: 'You may not search the gallery of this talk.',
      next: 'Name a gallery where you may, or ask whoever runs this bot for the role searcher here.',
    });
    expect(sources(await vault.say('use the gallery vault. alpha'))[0]).toBe('vault-0.png');
  });
});

describe("somebody else's wider search in the same talk", () => {
  const acts = (picture: { rank: number } | { pictureId: string }): Act[] => [
    { act: 'why', picture },
    { act: 'describe', picture },
    { act: 'compare', first: picture, second: picture },
    { act: 'verify', first: picture, second: picture },
    { act: 'ask', question: 'a hat?', picture },
    { act: 'choose', picture },
    { act: 'exclude', pictures: [picture] },
    { act: 'show', pictures: [picture], add: true },
  ];

  test('its candidates outside are not there for a narrower person, by number, by button or as the query', async () => {
    const wide = await start('wide');
    const shown = await wide.say('alpha');
    const outside = sources(shown).findIndex((source) => !source.endsWith('-1.png'));
    const inside = sources(shown).findIndex((source) => source.endsWith('-1.png'));
    const hidden = shown.answer!.cards[outside]!.pictureId;
    const narrow = wide.and('narrow');
    for (const picture of [{ rank: outside + 1 }, { pictureId: hidden }]) {
      for (const act of acts(picture)) {
        const before = await wide.state();
        const reply = await narrow.press(act);
        expect(reply.denied, act.act).toEqual([{ act: act.act, code: 'ACCESS_DENIED' }]);
        expect(reply.error?.message, act.act).toMatch(/(Candidate \d|That picture) is not there for you/);
        expect(await wide.state(), act.act).toEqual(before);
      }
    }
    // One that never was is answered with the same words.
    const never = await narrow.press({ act: 'choose', picture: { pictureId: '0'.repeat(64) } });
    expect(never.error).toEqual(
      (await narrow.press({ act: 'choose', picture: { pictureId: hidden } })).error,
    );
    expect((await narrow.press({ act: 'choose', picture: { rank: inside + 1 } })).denied).toBeUndefined();
    await wide.say('alpha');
  });

  test('what it is searched with is left out where it is outside', async () => {
    const wide = await start('wide');
    const shown = await wide.say('alpha');
    const hidden = shown.answer!.cards.find(({ source }) => source.endsWith('-0.png'))!.pictureId;
    await wide.press({ act: 'choose', picture: { pictureId: hidden } });
    const narrow = wide.and('narrow');
    const reply = await narrow.say('bravo');
    expect(reply.answer?.query.pictureIds).toEqual([]);
    expect(reply.denied).toBeUndefined();
    expect((await narrow.press({ act: 'describe', picture: { query: true } })).denied).toHaveLength(1);
  });

  test('who looks wider than they search gets more of the search that they had', async () => {
    const onlooker = await start('watchman');
    const found = await onlooker.say('alpha');
    const more = await onlooker.say('more');
    expect([found, more].map((reply) => reply.answer?.result.filter.of)).toEqual([12, 12]);
  });

  test('what is done by one who may only look is a search within their limits', async () => {
    const wide = await start('wide');
    await wide.say('alpha');
    const more = await wide.and('onlooker').say('more');
    expect(more.answer?.result.filter.of).toBe(12);
    for (const source of sources(more)) expect(source).toMatch(/-1\.png$/);
  });
});

describe('outside of messages', () => {
  test('of what somebody else was told, and of a search that found nothing, a narrower asker is told no sentence', async () => {
    const wide = await start('wide');
    const first = await wide.say('alpha');
    const outside = first.answer!.cards.find(({ source }) => source.endsWith('-0.png'))!;
    await wide.press({ act: 'describe', picture: { rank: outside.rank } });
    await wide.press({ act: 'constrain', after: '2031-01-01T00:00:00.000Z' });
    await wide.press({ act: 'constrain', gallery: 'nosuch' });
    const { manager, conversation } = wide;
    const narrow = wide.and('narrow');
    for (const reply of await manager.replies(conversation, narrow.asker)) {
      expect([reply.text, reply.notes]).toEqual([
        ['Part of this answer is outside of what you may look at.'],
        [],
      ]);
      expect([reply.error, reply.question, reply.chips]).toEqual([undefined, undefined, []]);
      expect(reply.answer?.result.filter.of ?? 0).toBeLessThanOrEqual(12);
      expect(toldBy(reply)).not.toMatch(/vault|cellar|-[02]\.png/);
    }
    const own = await narrow.say('help');
    expect((await manager.replies(conversation, narrow.asker)).at(-1)).toEqual(own);
  });

  test('states, replies, sheets and pictures are those of the asker', async () => {
    const wide = await start('wide');
    await wide.press({ act: 'constrain', cameras: ['1', '2'] });
    const shown = await wide.say('alpha');
    const { manager, conversation } = wide;
    const narrow = wide.and('narrow').asker;
    const inside = shown.answer!.cards.filter(({ source }) => source.endsWith('-1.png'));
    const outside = shown.answer!.cards.find(({ source }) => source.endsWith('-0.png'))!;

    const seen = (await manager.replies(conversation, narrow)).at(-1)!;
    expect(seen.answer?.cards).toEqual(inside);
    expect(seen.answer?.result.ranking.map(({ record }) => record.pictureId)).toEqual(
      inside.map((card) => card.pictureId),
    );
    expect(seen.text).toEqual(['Part of this answer is outside of what you may look at.']);
    expect(toldBy(seen)).not.toMatch(/among|-0\.png|"of":(24|36)/);
    expect((await manager.replies(conversation, wide.asker)).at(-1)).toEqual(shown);
    expect((await manager.replies(conversation)).at(-1)).toEqual(shown);

    const state = await manager.state(conversation, narrow);
    expect(state?.shown).toEqual(inside.map((card) => card.pictureId));
    expect(state?.cameras).toEqual(['2']);
    expect(await manager.state(conversation, wide.asker)).toEqual(await manager.state(conversation));

    expect(await manager.picturePath(inside[0]!.pictureId, narrow)).toContain(inside[0]!.pictureId);
    await expect(manager.picturePath(outside.pictureId, narrow)).rejects.toMatchObject({
      code: 'PICTURE_UNKNOWN',
    });
    expect(await manager.picturePath(outside.pictureId, wide.asker)).toContain(outside.pictureId);

    const sheets = await Promise.all([manager.sheet(shown), manager.sheet(shown, narrow)]);
    expect(sheets[0].equals(sheets[1])).toBe(false);
    expect(sheets[1].equals(await manager.sheet(seen))).toBe(true);
    const hiddenOnly = {
      ...shown.answer!,
      cards: [outside],
      result: {
        ...shown.answer!.result,
        ranking: shown.answer!.result.ranking.filter(({ record }) => record.pictureId === outside.pictureId),
      },
    };
    await expect(manager.sheet({ ...shown, answer: hiddenOnly }, narrow)).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    });
  });

  test('nothing is shown to a stranger, nor is a talk removed by one', async () => {
    const wide = await start('wide');
    const shown = await wide.say('alpha');
    const { manager, conversation } = wide;
    const stranger = wide.and('stranger').asker;
    expect(await manager.replies(conversation, stranger)).toEqual([]);
    expect(await manager.replies(conversation, wide.and('vault').asker)).toEqual([]);
    const refused = await wide.and('stranger').say('help');
    expect(await manager.replies(conversation, stranger)).toEqual([refused]);
    expect(await manager.state(conversation, stranger)).toBeUndefined();
    await expect(manager.sheet(shown, stranger)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    const card = shown.answer!.cards[0]!.pictureId;
    await expect(manager.picturePath(card, stranger)).rejects.toMatchObject({ code: 'PICTURE_UNKNOWN' });
    for (const name of ['stranger', 'onlooker', 'vault']) {
      const removed = manager.forget(conversation, wide.and(name).asker);
      await expect(removed).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    }
    expect((await manager.turns(conversation)).length).toBe(2);
    await manager.forget(conversation, wide.and('narrow').asker);
    expect(await manager.state(conversation)).toBeUndefined();
  });

  test('a picture that was sent is seen in its talk, and by an admin', async () => {
    const sent = await drawn(3, 8);
    const id = pictureId(sent);
    const narrow = await start('narrow');
    await narrow.say('case: his own', { pictures: [sent] });
    const { manager } = narrow;
    const other = new Somebody(manager, 'narrow');
    await other.say('alpha');
    expect(await manager.picturePath(id, narrow.asker)).toContain(id);
    for (const asker of [other.asker, { user: narrow.asker.user, marks: narrow.asker.marks }]) {
      await expect(manager.picturePath(id, asker)).rejects.toMatchObject({ code: 'PICTURE_UNKNOWN' });
    }
    const { user, marks } = narrow.and('wide').asker;
    expect(await manager.picturePath(id, { user, marks })).toContain(id);
    const reply = await other.press({ act: 'show', pictures: [{ pictureId: id }] });
    expect(reply.denied).toEqual([{ act: 'show', code: 'ACCESS_DENIED' }]);
    expect((await other.state()).pictures).toEqual([]);
  });
});

describe('a message that an earlier process took in', () => {
  const left = (conversation: string, name: string) => ({
    key: keys.message(conversation, 'left'),
    value: {
      ...{ version: 1, id: 'left', conversation, user: `test:${name}`, marks: [`test:${name}`] },
      ...{
        at: '2026-11-25T11:00:00.000Z',
        order: 1,
        text: 'alpha',
        acts: [],
        attachments: [],
        notes: [],
        tries: 0,
      },
    },
  });

  test.each([
    ['was allowed then and is not now', [], undefined, 'ACCESS_DENIED'],
    ['was not allowed then and is now', [grant('searcher', 'resumed')], 36, undefined],
    ['has other limits now', [grant('searcher', 'resumed', { cameras: ['1'] })], 12, undefined],
  ])('%s', async (_, grants, of, code) => {
    const storage = memoryStorage();
    const conversation = 'test:resumed';
    await storage.inbox.set([left(conversation, 'resumed')]);
    const manager = await house.manager({ grants }, { storage });
    const delivered: Reply[] = [];
    await manager.resume('test:', async (reply) => void delivered.push(reply));
    expect(delivered).toHaveLength(1);
    expect(delivered[0]?.answer?.result.filter.of).toBe(of);
    expect(delivered[0]?.error?.code).toBe(code);
    expect((await manager.state(conversation))?.clues.length).toBe(code ? 0 : 1);
  });
});

test('what is left of a message is done, and one sentence tells of what is not', async () => {
  const narrow = await start('narrow');
  const reply = await narrow.say('alpha on camera 2, and forget picture 1. keep this picture', {
    pictures: [await drawn(2, 8)],
  });
  expect(new Set(reply.denied?.map(({ act }) => act))).toEqual(new Set(['register']));
  expect(reply.answer?.result.filter.of).toBe(12);
  expect(reply.error).toBeUndefined();
  expect(reply.text).toContain(
    'You may not put pictures into the gallery hall. Ask whoever runs this bot for the role registrar.',
  );
});

test('registering is within the limits, by the store that the talk hands on', async () => {
  const galleries: string[][] = [];
  const manager = await house.manager(
    { grants: [grant('registrar', 'guard', { cameras: ['2'] })] },
    {
      register: async (gallery, pictures, facts, _signal, store) => {
        galleries.push((await store.summary(gallery)).cameras as string[]);
        const bytes = await drawn(1, 8);
        const record = { pictureId: pictureId(bytes), source: pictures[0]!.name, width: 8, height: 16 };
        const added = await store.add(gallery, [
          { record: { ...record, ...(facts.camera ? { cameraId: facts.camera } : {}) }, bytes },
        ]);
        return { added, already: 0, notes: [], failed: [] };
      },
    },
  );
  const guard = new Somebody(manager, 'guard');
  const picture = await drawn(1, 8);
  const press = (camera?: string) =>
    guard.say('', {
      pictures: [picture],
      acts: [{ act: 'register', pictures: [{ attachment: 0 }], ...(camera ? { camera } : {}) }],
    });
  for (const camera of ['1', undefined]) {
    const refused = await press(camera);
    expect(refused.denied).toEqual([{ act: 'register', code: 'ACCESS_DENIED' }]);
    expect(refused.text.join(' ')).toMatch('Pictures that you put into this gallery must have camera 2.');
  }
  expect((await press('2')).text).toEqual(['1 picture kept in the gallery hall.']);
  expect(galleries).toEqual([['2'], ['2'], ['2']]);
  await house.store.remove('hall', [pictureId(picture)]);
});

test('pictures of somebody who may do nothing are not even opened', async () => {
  const wide = await start('wide');
  await wide.say('alpha');
  const stranger = wide.and('stranger');
  const pictures = [await drawn(4, 8), Buffer.from('no picture at all')];
  for (const text of ['', 'this man']) {
    const reply = await stranger.say(text, { pictures });
    expect(reply.denied?.[0]).toMatchObject({ code: 'ACCESS_DENIED' });
    expect(reply.error?.code).toBe('ACCESS_DENIED');
    expect(toldBy(reply)).not.toMatch(/not a picture/);
  }
  await expect(wide.manager.picturePath(pictureId(pictures[0]!))).rejects.toMatchObject({
    code: 'PICTURE_UNKNOWN',
  });
});

test('what is denied does not end a search that runs', async () => {
  let letGo = () => {};
  const open = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let begun = () => {};
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const whole = house.talks.retrieval();
  const slow: Searching = {
    search: async (gallery, query, options) => {
      begun();
      await open;
      return whole.search(gallery, query, options);
    },
    within: () => slow,
  };
  const wide = await start('wide', { retrieval: slow });
  const running = wide.say('alpha');
  await started;
  const denied = wide.and('onlooker').say('bravo');
  letGo();
  expect((await running).answer).toBeDefined();
  expect((await denied).denied).toEqual([{ act: 'clue', code: 'ACCESS_DENIED' }]);
});
