/** Messages that overlap: their order, what overtakes what, duplicates, budgets, retries, an end in time. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Act } from '../../src/conversation/act.ts';
import { engineBudget } from '../../src/conversation/budgets.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import type { SessionManagerParts } from '../../src/conversation/session-parts.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { bareParts, foundOf, type Searching } from '../../bench/bare-talks.ts';
import { smallPicture } from '../support/known-probes.ts';
import { messageOf } from './message-of.ts';

/** Searches that wait until they are let go, by their words. */
class Gate {
  readonly begun: string[] = [];
  readonly #waiting = new Map<string, () => void>();
  readonly #open = new Set<string>();

  readonly search: Searching = async ({ words }, { signal, onFirstPage }) => {
    this.begun.push(words);
    onFirstPage?.(foundOf(20));
    if (!this.#open.has(words)) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.set(words, resolve);
        signal?.addEventListener('abort', () => reject(new ChatReidError('CANCELLED', 'stopped', 'again')));
      });
    }
    return foundOf(60, 'full');
  };

  open(words: string): void {
    this.#open.add(words);
    this.#waiting.get(words)?.();
  }

  async begins(words: string): Promise<void> {
    while (!this.begun.includes(words)) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function managed(search: Searching, changes: Partial<SessionManagerParts> = {}) {
  const home = join(await temporaryFolder(), 'talks');
  const manager = new SessionManager(await bareParts(home, search, changes));
  const replies: Reply[] = [];
  const deliver = async (reply: Reply) => {
    replies.push(reply);
  };
  const finals = () => replies.filter(({ stage }) => stage === 'final');
  return { home, manager, replies, finals, deliver };
}

describe('a newer message', () => {
  test('ends a search that it makes obsolete: its turn counts, its reply says so', async () => {
    const gate = new Gate();
    const { manager, finals, deliver } = await managed(gate.search);
    const first = manager.handle(messageOf('test:a', 'm1', 'alpha'), deliver);
    await gate.begins('alpha');
    gate.open('alpha, bravo');
    const second = manager.handle(messageOf('test:a', 'm2', 'bravo'), deliver);
    await Promise.all([first.done, second.done]);
    expect(finals().map(({ key, answer }) => [key, answer !== undefined])).toEqual([
      ['m1#final', false],
      ['m2#final', true],
    ]);
    expect(finals()[0]?.text[0]).toMatch(/answered together/);
    expect(finals()[1]?.line).toBe('"alpha, bravo"');
    // What was seen of the first is what numbers would have meant.
    expect((await manager.turns('test:a'))[0]?.outcome.shown).toHaveLength(10);
    await manager.close();
  });

  test('that changes nothing waits for the answer', async () => {
    const gate = new Gate();
    const { manager, finals, deliver } = await managed(gate.search);
    const first = manager.handle(messageOf('test:a', 'm1', 'alpha'), deliver);
    await gate.begins('alpha');
    const help = manager.handle(messageOf('test:a', 'm2', '', { acts: [{ act: 'help' }] }), deliver);
    await help.accepted;
    gate.open('alpha');
    await Promise.all([first.done, help.done]);
    expect(finals().map(({ key, answer }) => [key, answer !== undefined])).toEqual([
      ['m1#final', true],
      ['m2#final', false],
    ]);
    await manager.close();
  });

  test('of another conversation has nothing to do with it', async () => {
    const gate = new Gate();
    const { manager, finals, deliver } = await managed(gate.search);
    const first = manager.handle(messageOf('test:a', 'm1', 'alpha'), deliver);
    await gate.begins('alpha');
    gate.open('bravo');
    await manager.handle(messageOf('test:b', 'm1', 'bravo'), deliver).done;
    gate.open('alpha');
    await first.done;
    expect(finals().map(({ conversation, line }) => [conversation, line])).toEqual([
      ['test:b', '"bravo"'],
      ['test:a', '"alpha"'],
    ]);
    await manager.close();
  });
});

test('stopped by the user: the message is answered with CANCELLED, and the words stand', async () => {
  const gate = new Gate();
  const { manager, finals, deliver } = await managed(gate.search);
  const { done } = manager.handle(messageOf('test:a', 'm1', 'alpha'), deliver);
  await gate.begins('alpha');
  manager.cancel('test:a');
  await done;
  expect(finals()[0]?.error?.code).toBe('CANCELLED');
  expect((await manager.state('test:a'))?.clues).toHaveLength(1);
  await manager.close();
});

test('a message that comes twice is answered once, with the same promise, now and later', async () => {
  const { manager, replies, deliver } = await managed(async () => foundOf(3));
  const message = messageOf('test:a', 'm1', 'alpha');
  const first = manager.handle(message, deliver);
  expect(manager.handle(message, deliver)).toBe(first);
  await first.done;
  await manager.handle(message, deliver).done;
  expect(replies).toHaveLength(1);
  expect(await manager.turns('test:a')).toHaveLength(1);
  await manager.close();
});

test('the order of a conversation is that of the calls, whatever their pictures take', async () => {
  const { manager, finals, deliver } = await managed(async () => foundOf(3));
  const slow = Buffer.alloc(3_000_000, '<');
  const all = [
    manager.handle(messageOf('test:a', 'm1', 'alpha', { pictures: [slow, slow] }), deliver),
    manager.handle(messageOf('test:a', 'm2', 'bravo'), deliver),
    manager.handle(messageOf('test:a', 'm3', 'charlie'), deliver),
  ];
  await Promise.all(all.map(({ done }) => done));
  expect(finals().map(({ to }) => to)).toEqual(['m1', 'm2', 'm3']);
  expect((await manager.state('test:a'))?.clues.map(({ words }) => words)).toEqual([
    'alpha',
    'bravo',
    'charlie',
  ]);
  await manager.close();
});

test('one conversation with fifty messages does not keep another waiting', async () => {
  const order: string[] = [];
  const search: Searching = async ({ words }) => {
    order.push(words);
    await new Promise((resolve) => setTimeout(resolve, 1));
    return foundOf(3);
  };
  const { manager, deliver } = await managed(search, { budget: engineBudget({ atOnce: 1 }) });
  await manager.handle(messageOf('test:loud', 'm', 'loud'), deliver).done;
  const many = Array.from({ length: 50 }, (_, at) =>
    manager.handle(messageOf('test:loud', `m${at}`, '', { acts: [{ act: 'more' }] }), deliver),
  );
  const quiet = manager.handle(messageOf('test:quiet', 'm1', 'quiet'), deliver);
  await Promise.all([...many, quiet].map(({ done }) => done));
  expect(order).toHaveLength(52);
  // The one that runs ends first, and one more may have been asked for by then.
  expect(order.indexOf('quiet')).toBeLessThan(6);
  await manager.close();
});

test('more messages than may wait are refused with a sentence, and nothing of them is kept', async () => {
  const gate = new Gate();
  const { manager, finals, deliver } = await managed(gate.search, { limits: { waiting: 2 } });
  const first = manager.handle(messageOf('test:a', 'm1', 'alpha'), deliver);
  await gate.begins('alpha');
  const second = manager.handle(messageOf('test:a', 'm2', '', { acts: [{ act: 'help' }] }), deliver);
  const third = manager.handle(messageOf('test:a', 'm3', '', { acts: [{ act: 'help' }] }), deliver);
  await third.done;
  expect(finals()[0]?.error).toMatchObject({ code: 'CONVERSATION_BUSY' });
  gate.open('alpha');
  await Promise.all([first.done, second.done]);
  expect((await manager.turns('test:a')).map(({ messageId }) => messageId)).toEqual(['m1', 'm2']);
  await manager.close();
});

describe('a platform that refuses', () => {
  test('is tried again with the same key', async () => {
    const { manager } = await managed(async () => foundOf(3), { limits: { retries: [1, 1] } });
    const keys: string[] = [];
    await manager.handle(messageOf('test:a', 'm1', 'alpha'), async ({ key }) => {
      keys.push(key);
      if (keys.length < 3) throw new Error('no network');
    }).done;
    expect(keys).toEqual(['m1#final', 'm1#final', 'm1#final']);
    await manager.close();
  });

  test('for good gets it when it is back, before anything newer, and is not searched again', async () => {
    let searches = 0;
    const search: Searching = async () => {
      searches++;
      return foundOf(3);
    };
    const { manager, finals, deliver } = await managed(search, { limits: { retries: [1] } });
    const refusing = async () => {
      throw new Error('no network');
    };
    await expect(manager.handle(messageOf('test:a', 'm1', 'alpha'), refusing).done).rejects.toThrow();
    await manager.handle(messageOf('test:a', 'm2', 'bravo'), deliver).done;
    expect(finals().map(({ key }) => key)).toEqual(['m1#final', 'm2#final']);
    await manager.resume('test:', deliver);
    expect(finals()).toHaveLength(2);
    expect(searches).toBe(2);
    await manager.close();
  });
});

describe('the end', () => {
  test('waits for what runs, and takes nothing more in', async () => {
    const gate = new Gate();
    const { manager, finals, deliver } = await managed(gate.search);
    const { done } = manager.handle(messageOf('test:a', 'm1', 'alpha'), deliver);
    await gate.begins('alpha');
    const closing = manager.close();
    await expect(manager.handle(messageOf('test:a', 'm2', 'late'), deliver).accepted).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    gate.open('alpha');
    await Promise.all([done, closing]);
    expect(finals()).toHaveLength(1);
  });

  test('does not wait for ever: the next process answers', async () => {
    const gate = new Gate();
    const { home, manager, finals, deliver } = await managed(gate.search);
    const { done } = manager.handle(messageOf('test:a', 'm1', 'alpha'), deliver);
    done.catch(() => undefined);
    await gate.begins('alpha');
    await manager.close(1);
    expect(finals()).toEqual([]);
    const next = new SessionManager(await bareParts(home));
    await next.resume('test:', deliver);
    expect(finals().map(({ key }) => key)).toEqual(['m1#final']);
    await next.close();
  });

  test('keeps what waits behind the one that was ended, in its order, for the next process', async () => {
    const gate = new Gate();
    const { home, manager, finals, deliver } = await managed(gate.search);
    const asked: readonly Act[][] = [[], [{ act: 'help' }], [{ act: 'help' }]];
    const all = asked.map((acts, at) =>
      manager
        .handle(messageOf('test:a', `m${at}`, at === 0 ? 'alpha' : '', { acts }), deliver)
        .done.catch(() => undefined),
    );
    await gate.begins('alpha');
    await manager.close(1);
    await Promise.all(all);
    expect(finals()).toEqual([]);
    const next = new SessionManager(await bareParts(home));
    await next.resume('test:', deliver);
    expect(finals().map(({ key }) => key)).toEqual(['m0#final', 'm1#final', 'm2#final']);
    expect((await next.turns('test:a')).map(({ messageId }) => messageId)).toEqual(['m0', 'm1', 'm2']);
    await next.close();
  });

  test('come four times, costs only those that had begun each time', async () => {
    const gate = new Gate();
    const { home, manager, finals, deliver } = await managed(gate.search);
    const ask = (id: string, words: string, acts: readonly Act[]) =>
      manager.handle(messageOf('test:a', id, words, { acts }), deliver).done.catch(() => undefined);
    const left = [ask('m0', 'alpha', []), ask('m1', '', [{ act: 'help' }])];
    await gate.begins('alpha');
    await manager.close(1);
    await Promise.all(left);
    for (let start = 0; start < 4; start++) {
      const again = new Gate();
      const next = new SessionManager(await bareParts(home, again.search));
      const resumed = next.resume('test:', deliver).catch(() => undefined);
      if (start < 3) await again.begins('alpha');
      else await resumed;
      await next.close(1);
      await resumed;
    }
    expect(finals().map(({ key, error }) => [key, error?.code])).toEqual([
      ['m0#final', 'INTERNAL'],
      ['m1#final', undefined],
    ]);
  });
});

test('a message that comes again while a newer search runs does not end that search', async () => {
  const gate = new Gate();
  const { manager, finals, deliver } = await managed(gate.search);
  gate.open('alpha');
  await manager.handle(messageOf('test:a', 'm1', 'alpha'), deliver).done;
  const second = manager.handle(messageOf('test:a', 'm2', 'bravo'), deliver);
  await gate.begins('alpha, bravo');
  const again = manager.handle(messageOf('test:a', 'm1', 'alpha'), deliver);
  await again.accepted;
  await new Promise((resolve) => setTimeout(resolve, 20));
  gate.open('alpha, bravo');
  await Promise.all([second.done, again.done]);
  expect(finals().map(({ key }) => key)).toEqual(['m1#final', 'm2#final']);
  expect(finals()[1]!.answer?.cards.length).toBeGreaterThan(0);
  await manager.close();
});

test('a reply that is delivered late is done with: its message is not answered anew', async () => {
  const { home, manager, finals, deliver } = await managed(async () => foundOf(3), {
    limits: { retries: [1], seen: 2 },
  });
  const refusing = async () => {
    throw new Error('no network');
  };
  await expect(manager.handle(messageOf('test:a', 'm1', 'alpha'), refusing).done).rejects.toThrow();
  for (const id of ['m2', 'm3', 'm4']) await manager.handle(messageOf('test:a', id, id), deliver).done;
  await manager.close();
  const next = new SessionManager(await bareParts(home));
  await next.resume('test:', deliver);
  expect(finals().filter(({ to }) => to === 'm1')).toHaveLength(1);
  await next.close();
});

test('stopped while people are looked for, the message is answered with CANCELLED', async () => {
  let begun = () => {};
  const looking = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const { manager, finals, deliver } = await managed(async () => foundOf(3), {
    people: (_bytes, signal) => {
      begun();
      return new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason)),
      );
    },
  });
  const picture = await smallPicture(1);
  const sent = manager.handle(
    messageOf('test:a', 'm1', '', {
      pictures: [picture],
      acts: [{ act: 'show', pictures: [{ attachment: 0 }] }],
    }),
    deliver,
  );
  await looking;
  manager.cancel('test:a');
  await sent.done;
  expect(finals().map(({ error }) => error?.code)).toEqual(['CANCELLED']);
  await manager.close();
});
