/** Every event is answered once, however often and in whatever order it comes, and wherever a process ends. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Entry, Shelf } from '../../../src/conversation/storage/shelf.ts';
import { Journal, type JournalShelves } from '../../../adapters/journal.ts';
import { DiscordHouse } from './discord-house.ts';
import { answered } from './posted-reading.ts';
import { KeptTalks, TalksOfAProcess } from './talks-of-a-process.ts';

const patience = { timeout: 20_000, interval: 10 };
let house: DiscordHouse;
let disk: KeptTalks;

afterEach(() => house.close());

async function open(): Promise<TalksOfAProcess> {
  house = await DiscordHouse.build();
  disk = new KeptTalks();
  return again();
}

async function again(): Promise<TalksOfAProcess> {
  const talks = new TalksOfAProcess(disk);
  await house.open(talks);
  return talks;
}

/** Everything that the bot has posted as an answer to this, first pages too. */
function answersTo(id: string) {
  return house.discord.world.messages.filter((message) => message.here && answered(message) === id);
}

async function answeredOnce(...ids: string[]): Promise<void> {
  for (const id of ids) await expect.poll(() => house.posts(id).length, patience).toBe(1);
  await house.adapter?.stop();
  for (const id of ids) expect(answersTo(id)).toHaveLength(1);
  expect(disk.answered.map(({ id }) => id).sort()).toEqual([...ids].sort());
  house.adapter = undefined;
}

describe('each event is answered once', () => {
  test('delivered three times each, and in the opposite order', async () => {
    await open();
    const { people, events } = house.discord;
    events.hold();
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' }, { times: 3 });
    const direct = people.direct('boris');
    const one = await people.say('boris', direct.id, 'a green top', { times: 3 });
    const other = await people.say('boris', direct.id, 'camera 3', { times: 3 });
    events.release('reversed');
    await answeredOnce(find.id, one.id, other.id);
    expect(house.discord.breaches).toEqual([]);
  });

  test('a button that is delivered three times', async () => {
    await open();
    const { people } = house.discord;
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    await expect.poll(() => house.posts(find.id).length, patience).toBe(1);
    const refine = await people.slash('anna', 'gate', 'refine', { not: 1 }, { times: 3 });
    await answeredOnce(find.id, refine.id);
  });

  test.each([
    ['message.create', 'after'],
    ['message.create', 'before'],
    ['message.edit', 'after'],
    ['original', 'after'],
    ['original', 'before'],
    ['callback', 'after'],
    ['thread.create', 'after'],
    ['attachment', 'before'],
  ] as const)('a call to %s breaks off %s it was done', async (route, drop) => {
    await open();
    const { people, faults } = house.discord;
    faults.next(route, { drop }, 1);
    const bytes = Buffer.from('not a picture, and nobody looks at it here');
    const photo = { name: 'a.png', bytes, contentType: 'image/png' };
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap', photo });
    const direct = await people.say('boris', people.direct('boris').id, 'a green top');
    await answeredOnce(find.id, direct.id);
    if (route !== 'message.edit') expect(faults.happened.length).toBe(1);
  });

  test.each([
    [{ status: 503 }, 'message.create'],
    [{ status: 502, done: true }, 'message.create'],
    [{ status: 500, done: true }, 'callback'],
    [{ rateLimited: 0.05 }, 'original'],
    [{ rateLimited: 0.05, global: true }, 'message.create'],
  ] as const)('Discord answers %o to %s', async (fault, route) => {
    await open();
    const { people, faults } = house.discord;
    faults.next(route, fault, 1);
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    const direct = await people.say('boris', people.direct('boris').id, 'a green top');
    await answeredOnce(find.id, direct.id);
    expect(faults.waiting).toBe(0);
  });

  test('the connection breaks, and what was said meanwhile comes with the resumed session', async () => {
    await open();
    const { people, gateway } = house.discord;
    const direct = people.direct('anna');
    const one = await people.say('anna', direct.id, 'a red cap');
    await expect.poll(() => house.posts(one.id).length, patience).toBe(1);
    gateway.drop();
    const two = await people.say('anna', direct.id, 'camera 3');
    await answeredOnce(one.id, two.id);
    expect(gateway.log.filter((what) => what.startsWith('resume'))).toHaveLength(1);
    expect(gateway.log.filter((what) => what === 'identify')).toHaveLength(1);
  });

  test('a later process goes on with the session of the one before, and hears what was said in between', async () => {
    await open();
    const { people, gateway } = house.discord;
    const direct = people.direct('anna');
    const one = await people.say('anna', direct.id, 'a red cap');
    await expect.poll(() => house.posts(one.id).length, patience).toBe(1);
    await house.leave();
    const two = await people.say('anna', direct.id, 'camera 3');
    await again();
    await answeredOnce(one.id, two.id);
    expect(gateway.log.some((what) => what.startsWith('resume'))).toBe(true);
    expect(gateway.log.filter((what) => what === 'identify')).toHaveLength(1);
  });

  test('where Discord resumes nothing, threads and direct messages are read for what was missed', async () => {
    await open();
    const { people, gateway, world } = house.discord;
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    await expect.poll(() => house.posts(find.id).length, patience).toBe(1);
    const thread = world.threads('gate')[0]!;
    const direct = await people.say('boris', people.direct('boris').id, 'a green top');
    await expect.poll(() => house.posts(direct.id).length, patience).toBe(1);
    await house.leave();
    const inThread = await people.say('clara', thread.id, 'camera 3');
    const inDirect = await people.say('boris', people.direct('boris').id, 'camera 4');
    // Beside the bot: nobody asked it.
    await people.say('clara', 'gate', 'lunch?');
    gateway.refuseResume(false);
    await again();
    await answeredOnce(find.id, direct.id, inThread.id, inDirect.id);
    expect(gateway.log.filter((what) => what === 'identify')).toHaveLength(2);
  });
});

describe('a process that ends anywhere', () => {
  // Steps of one run: calls to Discord as they come and as they are done, and every write of the journal.
  test.each(Array.from({ length: 20 }, (_, i) => 2 * i + 1))('at its step %i', async (last) => {
    house = await DiscordHouse.build();
    disk = new KeptTalks();
    const life = new Life(last);
    const first = new TalksOfAProcess(disk);
    const { people, rest, gateway, world } = house.discord;
    life.onEnd = () => {
      first.dead = true;
      void house.adapter?.stop();
      gateway.drop();
    };
    await house.open(first, { journal: new Journal('discord', life.shelves(house.shelves)) });
    life.begin();
    rest.onStep = () => life.step();
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    const direct = await people.say('boris', people.direct('boris').id, 'a green top');
    await Promise.race([life.ended, expect.poll(() => house.posts(direct.id).length, patience).toBe(1)]);
    const ended = life.over;
    life.end();
    rest.onStep = () => {};
    // What was on its way to Discord when the process ended still arrives.
    await new Promise((resolve) => setTimeout(resolve, 30));
    // A thread that stands there is written in, whether its process lived to know that it stands or not.
    const [thread] = world.threads('gate');
    const later = thread && (await people.say('anna', thread.id, 'camera 3'));
    await again();
    await answeredOnce(find.id, direct.id, ...(later ? [later.id] : []));
    expect(world.threads('gate').length).toBeLessThanOrEqual(1);
    expect(ended || last > 20).toBe(true);
  });

  test('knows a thread before it stands: who writes in it while nobody listens is heard', async () => {
    house = await DiscordHouse.build();
    disk = new KeptTalks();
    await house.open(new TalksOfAProcess(disk));
    const { people, rest, world } = house.discord;
    let known: Promise<unknown> | undefined;
    rest.onStep = () => {
      const [thread] = world.threads('gate');
      if (thread) known ??= new Journal('discord', house!.shelves).recall(`thread/${thread.id}`);
    };
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    await answeredOnce(find.id);
    expect(await known).toBe(true);
  });
});

/** A process that ends at a step of its own: from then on its disk does nothing. */
class Life {
  readonly ended: Promise<void>;
  onEnd = () => {};
  over = false;
  #steps = 0;
  #counting = false;
  #end = () => {};

  constructor(private readonly last: number) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  begin(): void {
    this.#counting = true;
  }

  step(): void {
    if (!this.#counting || this.over) return;
    this.#steps++;
    if (this.#steps >= this.last) this.end();
  }

  end(): void {
    if (this.over) return;
    this.over = true;
    this.onEnd();
    this.#end();
  }

  shelves({ events, posts }: JournalShelves): JournalShelves {
    return { events: this.#mortal(events), posts: this.#mortal(posts) };
  }

  #mortal(shelf: Shelf): Shelf {
    const alive = async <Value>(work: () => Promise<Value>): Promise<Value> => {
      if (this.over) return new Promise(() => {});
      const done = await work();
      return this.over ? new Promise(() => {}) : done;
    };
    const counted = async (work: () => Promise<void>) => {
      this.step();
      await alive(work);
      this.step();
      await alive(async () => {});
    };
    return {
      get: (key) => alive(() => shelf.get(key)),
      getMany: (keys) => alive(() => shelf.getMany(keys)),
      set: (entries: readonly Entry[]) => counted(() => shelf.set(entries)),
      delete: (keys: readonly string[]) => counted(() => shelf.delete(keys)),
      entries: () => shelf.entries(),
    };
  }
}
