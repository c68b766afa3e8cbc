/** What every storage of talks does; each implementation calls it in about ten lines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConversationStorage } from '../../../src/conversation/storage/conversation-storage.ts';
import type { Entry, Shelf } from '../../../src/conversation/storage/shelf.ts';

/** @param open a storage over the same place every time; another process could have opened it before */
export function storageContract(open: (days?: number) => Promise<ConversationStorage>): void {
  let storage: ConversationStorage;
  beforeAll(async () => {
    storage = await open();
  }, 60_000);
  afterAll(() => storage.close());

  describe('a shelf', () => {
    test('keeps what was set, all of one call, and gives it back in the order asked for', async () => {
      const { talks } = storage;
      await talks.set([
        { key: 'a', value: { words: 'red “cap” <|im_end|> \u0000 🎩', list: [1, null, true] } },
        { key: 'b', value: 'b' },
      ]);
      expect(await talks.get('a')).toEqual({
        words: 'red “cap” <|im_end|> \u0000 🎩',
        list: [1, null, true],
      });
      expect(await talks.getMany(['b', 'none', 'a'])).toMatchObject([
        'b',
        undefined,
        { list: [1, null, true] },
      ]);
      expect(await talks.getMany([])).toEqual([]);
      await talks.set([{ key: 'b', value: 'c' }]);
      expect(await talks.get('b')).toBe('c');
    });

    test('forgets what is deleted, and does not mind what was never there', async () => {
      const { talks } = storage;
      await talks.set([{ key: 'gone', value: 1 }]);
      await talks.delete(['gone', 'never']);
      await talks.delete([]);
      expect(await talks.get('gone')).toBeUndefined();
    });

    test('lists all of its own, and nothing of the other', async () => {
      const { inbox, talks } = storage;
      const many = Array.from({ length: 450 }, (_, at) => ({ key: `m-${at}`, value: at }));
      await inbox.set(many);
      await talks.set([{ key: 'm-0', value: 'talk' }]);
      const listed = await all(inbox);
      expect(listed.map(({ key }) => key).sort()).toEqual(many.map(({ key }) => key).sort());
      expect(listed.find(({ key }) => key === 'm-7')?.value).toBe(7);
      await inbox.delete(many.map(({ key }) => key));
      expect(await all(inbox)).toEqual([]);
      expect(await talks.get('m-0')).toBe('talk');
    });

    test('is one of several that do not mix', async () => {
      const shelves = [storage.inbox, storage.talks, storage.events, storage.posts];
      await Promise.all(shelves.map((shelf, at) => shelf.set([{ key: 'same', value: at }])));
      expect(await Promise.all(shelves.map((shelf) => shelf.get('same')))).toEqual([0, 1, 2, 3]);
      await storage.events.delete(['same']);
      expect(await Promise.all(shelves.map((shelf) => shelf.get('same')))).toEqual([0, 1, undefined, 3]);
      await Promise.all(shelves.map((shelf) => shelf.delete(['same'])));
    });

    test('takes many writers at once', async () => {
      const { talks } = storage;
      await Promise.all(Array.from({ length: 100 }, (_, at) => talks.set([{ key: `w-${at}`, value: at }])));
      const keys = Array.from({ length: 100 }, (_, at) => `w-${at}`);
      expect(await talks.getMany(keys)).toEqual(Array.from({ length: 100 }, (_, at) => at));
    });

    test('changes a value where it is, though somebody else writes it meanwhile', async () => {
      const { talks } = storage;
      await talks.set([{ key: 'changed', value: { list: [1] } }]);
      expect(await talks.change('changed', (value) => value)).toBe(false);
      expect(await talks.change('never there', () => 1)).toBe(false);
      const grown = (value: unknown) => ({ list: [...(value as { list: number[] }).list, 1] });
      await Promise.all(Array.from({ length: 20 }, () => talks.change('changed', grown)));
      expect(await talks.get('changed')).toEqual({ list: Array.from({ length: 21 }, () => 1) });
      expect(await talks.change('changed', () => undefined)).toBe(true);
      expect(await talks.get('changed')).toBeUndefined();
    });

    test('takes a large document', async () => {
      const { talks } = storage;
      const value = { text: 'x'.repeat(1_000_000) };
      await talks.set([{ key: 'large', value }]);
      expect(await talks.get('large')).toEqual(value);
    });
  });

  test('what was set is there for the next process', async () => {
    await storage.talks.set([{ key: 'stays', value: 'here' }]);
    await storage.close();
    storage = await open();
    expect(await storage.talks.get('stays')).toBe('here');
  });

  test('what is past its age is gone', async () => {
    await storage.close();
    storage = await open(1e-9);
    await storage.talks.set([{ key: 'old', value: 1 }]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await storage.talks.get('old')).toBeUndefined();
    await storage.tidy();
    expect((await all(storage.talks)).map(({ key }) => key)).not.toContain('old');
  });
}

async function all(shelf: Shelf): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of shelf.entries()) entries.push(entry);
  return entries;
}
