/** The journal: an event is taken once, is there for the next process until it is finished, and comes back in order. */
import { describe, expect, test } from 'vitest';
import { Journal, type JournalShelves } from '../../adapters/journal.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import type { Shelf } from '../../src/conversation/storage/shelf.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { memoryShelves } from './memory-shelf.ts';

const ids = async (journal: Journal) => (await journal.unfinished()).map(({ id }) => id);

test('an event is taken once, however often and fast it is delivered', async () => {
  const shelves = memoryShelves();
  const journal = new Journal('slack', shelves);
  const together = await Promise.all(['Ev1', 'Ev1', 'Ev1'].map((id) => journal.take(id, { id })));
  expect(together).toEqual([true, false, false]);
  expect(await journal.take('Ev1', { id: 'another' })).toBe(false);
  expect(await journal.unfinished()).toEqual([{ id: 'Ev1', event: { id: 'Ev1' } }]);
  await journal.finish('Ev1');
  expect(await journal.take('Ev1', {})).toBe(false);
  expect(await journal.unfinished()).toEqual([]);
  expect(await new Journal('slack', shelves).take('Ev1', {})).toBe(false);
});

test('a copy that comes while the event is being finished is not taken again', async () => {
  const shelves = memoryShelves();
  const journal = new Journal('slack', shelves);
  await journal.take('Ev1', 1);
  const { events } = shelves;
  const slow = {
    get: async (key: string) => {
      await journal.finish('Ev1');
      return events.get(key);
    },
    getMany: (keys: readonly string[]) => events.getMany(keys),
    set: (entries: Parameters<Shelf['set']>[0]) => events.set(entries),
    delete: (keys: readonly string[]) => events.delete(keys),
    entries: () => events.entries(),
  };
  expect(await new Journal('slack', { ...shelves, events: slow }).take('Ev1', 1)).toBe(false);
  expect(await journal.unfinished()).toEqual([]);
});

test('a process that starts anew finds what was not finished, on the disk, in the order in which it came', async () => {
  const folder = await temporaryFolder();
  const first = await openStorage({ folder });
  const journal = new Journal('slack', first);
  const names = Array.from({ length: 30 }, (_, at) => `Ev${(at * 7) % 30}`);
  for (const id of names) await journal.take(id, { text: `words of ${id}` });
  await journal.finish('Ev7');
  await journal.finish('Ev0');
  await first.close();

  const second = await openStorage({ folder });
  const next = new Journal('slack', second);
  expect(await ids(next)).toEqual(names.filter((id) => id !== 'Ev7' && id !== 'Ev0'));
  expect((await next.unfinished())[0]).toEqual({ id: 'Ev14', event: { text: 'words of Ev14' } });
  expect(await next.take('Ev14', {})).toBe(false);
  expect(await next.take('Ev7', {})).toBe(false);
  expect(await next.take('Ev99', {})).toBe(true);
  expect((await ids(next)).at(-1)).toBe('Ev99');
  await second.close();
});

test('one that was taken before the clock was set back comes first still', async () => {
  const shelves = memoryShelves();
  const ahead = new Date(Date.now() + 3_600_000).getTime();
  await shelves.events.set([{ key: 'slack/event/early', value: { at: ahead, event: 1 } }]);
  const journal = new Journal('slack', shelves);
  await journal.unfinished();
  await journal.take('late', 2);
  expect(await ids(journal)).toEqual(['early', 'late']);
});

test('platforms on the same shelves do not mix, whatever their ids are', async () => {
  const shelves = memoryShelves();
  const [slack, discord] = [new Journal('slack', shelves), new Journal('discord', shelves)];
  for (const journal of [slack, discord]) {
    expect(await journal.take('1', journal.platform)).toBe(true);
    await journal.keepPosted('1#', { channel: journal.platform });
    await journal.remember('thread', journal.platform);
  }
  expect(await discord.take('/event/1', 1)).toBe(true);
  await slack.finish('1');
  expect(await ids(slack)).toEqual([]);
  expect(await ids(discord)).toEqual(['1', '/event/1']);
  expect(await slack.posted('1#')).toEqual({ channel: 'slack' });
  expect(await discord.recall('thread')).toBe('discord');
  await slack.dismiss(['thread']);
  expect([await slack.recall('thread'), await discord.recall('thread')]).toEqual([undefined, 'discord']);
});

test('facts and posts of one name do not mix, and the later one holds', async () => {
  const journal = new Journal('slack', memoryShelves());
  await journal.keepPosted('m1', { ts: '1' });
  await journal.keepPosted('m1', { ts: '2', files: ['F1'] });
  await journal.remember('m1', { of: 'a fact' });
  expect(await journal.posted('m1')).toEqual({ ts: '2', files: ['F1'] });
  expect(await journal.recall('m1')).toEqual({ of: 'a fact' });
  expect(await journal.posted('m2')).toBeUndefined();
});

describe('killed', () => {
  test('before the event is on the disk: nothing was promised, and it is taken when it comes again', async () => {
    const shelves = memoryShelves();
    const dying = new Journal('slack', { ...shelves, events: failing(shelves.events, 'set') });
    await expect(dying.take('Ev1', {})).rejects.toThrow('killed');
    // The same process can try again too.
    await expect(dying.take('Ev1', {})).rejects.toThrow('killed');
    expect(await new Journal('slack', shelves).take('Ev1', {})).toBe(true);
  });

  test('between what is seen and what is deleted: it is finished', async () => {
    const shelves = memoryShelves();
    const dying = new Journal('slack', { ...shelves, events: failing(shelves.events, 'delete') });
    await dying.take('Ev1', {});
    await dying.take('Ev2', {});
    await expect(dying.finish('Ev1')).rejects.toThrow('killed');
    const next = new Journal('slack', shelves);
    expect(await ids(next)).toEqual(['Ev2']);
    expect(await next.take('Ev1', {})).toBe(false);
    for await (const { key } of shelves.events.entries()) expect(key).not.toContain('Ev1');
  });
});

function failing(shelf: Shelf, doing: 'set' | 'delete'): JournalShelves['events'] {
  return {
    get: (key) => shelf.get(key),
    getMany: (keys) => shelf.getMany(keys),
    entries: () => shelf.entries(),
    set: doing === 'set' ? () => Promise.reject(new Error('killed')) : (entries) => shelf.set(entries),
    delete: doing === 'delete' ? () => Promise.reject(new Error('killed')) : (keys) => shelf.delete(keys),
  };
}

test('only what cannot be done again waits for the disk: taking an event, and what may be posted', async () => {
  const shelves = memoryShelves();
  const writes: string[] = [];
  const told = (shelf: Shelf, name: string): Pick<Shelf, 'set' | 'delete'> => ({
    set: (entries) => {
      writes.push(...entries.map(({ key }) => `${name} ${key}`));
      return shelf.set(entries);
    },
    delete: (keys) => {
      writes.push(...keys.map((key) => `${name} -${key}`));
      return shelf.delete(keys);
    },
  });
  const shelf = (under: Shelf): Shelf => ({
    get: (key) => under.get(key),
    getMany: (keys) => under.getMany(keys),
    entries: () => under.entries(),
    ...told(under, 'synced'),
    unsynced: told(under, 'unsynced'),
  });
  const journal = new Journal('slack', { events: shelf(shelves.events), posts: shelf(shelves.posts) });
  await journal.take('Ev1', {});
  await journal.remember('place', 1);
  await journal.keepPosted('m1', { stage: 'trying' });
  await journal.keepPosted('m1', { stage: 'final' }, { synced: false });
  await journal.finish('Ev1');
  await journal.dismiss(['place']);
  expect(writes).toEqual([
    'synced slack/event/Ev1',
    'unsynced slack/fact/place',
    'synced slack/post/m1',
    'unsynced slack/post/m1',
    'unsynced slack/seen/Ev1',
    'unsynced -slack/event/Ev1',
    'unsynced -slack/fact/place',
  ]);
});
