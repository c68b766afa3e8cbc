/** Forgetting a talk while messages of it wait, and going on after a kill: who wins, and what the others are told. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bareParts, foundOf, type Searching } from '../../bench/bare-talks.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { messageOf } from './message-of.ts';

const talk = 'test:forgotten';

/** Searches that only end by being stopped. */
function endless() {
  let searches = 0;
  const search: Searching = (_query, { signal }) => {
    searches++;
    return new Promise((_resolve, reject) => {
      const stop = () => reject(new ChatReidError('CANCELLED', 'stopped', 'again'));
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
    });
  };
  const begun = async () => {
    while (searches === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return { search, begun, count: () => searches };
}

test('forgetting wins over a full queue: each that waited is told, once, and nothing is left', async () => {
  const home = join(await temporaryFolder(), 'talks');
  const storage = await openStorage({ folder: home });
  const { search, begun, count } = endless();
  const manager = new SessionManager(await bareParts(home, search, { storage, limits: { waiting: 8 } }));
  const replies: Reply[] = [];
  const deliver = async (reply: Reply) => {
    replies.push(reply);
  };
  const first = manager.handle(messageOf(talk, 'm0', 'alpha'), deliver);
  await begun();
  const more = Array.from({ length: 8 }, (_, at) =>
    manager.handle(messageOf(talk, `m${at + 1}`, '', { acts: [{ act: 'more' }] }), deliver),
  );
  const forgotten = manager.forget(talk);
  const later = manager.handle(messageOf(talk, 'later', '', { acts: [{ act: 'help' }] }), deliver);
  await Promise.all([first, ...more, later].map(({ done }) => done));
  await forgotten;
  expect(count()).toBe(1);
  const told = replies.filter(({ error }) => error?.code === 'CANCELLED');
  expect(told.map(({ to }) => to)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7']);
  expect(told.every(({ error }) => error?.message.startsWith('This talk was forgotten'))).toBe(true);
  // Refused before: the queue was full.
  expect(replies.find(({ to }) => to === 'm8')?.error?.code).toBe('CONVERSATION_BUSY');
  // What came after it begins a new talk.
  expect((await manager.turns(talk)).map(({ messageId }) => messageId)).toEqual(['later']);
  const inbox: string[] = [];
  for await (const { key } of storage.inbox.entries()) inbox.push(key);
  expect(inbox).toEqual([]);
  await manager.close();
});

test('what an earlier process left comes first, beside what is sent meanwhile and again, each once', async () => {
  const home = join(await temporaryFolder(), 'talks');
  const { search, begun } = endless();
  const killed = new SessionManager(await bareParts(home, search));
  const help = messageOf(talk, 'm1', '', { acts: [{ act: 'help' }] });
  const left = [messageOf(talk, 'm0', 'alpha'), help].map((message) =>
    killed.handle(message, async () => undefined).done.catch(() => undefined),
  );
  await begun();
  await killed.close(0);
  await Promise.all(left);
  const next = new SessionManager(await bareParts(home, async () => foundOf(3)));
  const finals: string[] = [];
  const deliver = async ({ to, stage }: Reply) => {
    if (stage === 'final') finals.push(to);
  };
  // As the page does: nobody waits for it before listening, and the page sends one of them again.
  const resumed = next.resume('test:', deliver);
  const fresh = next.handle(messageOf(talk, 'm2', 'charlie'), deliver);
  const again = next.handle(help, deliver);
  await Promise.all([resumed, fresh.done, again.done]);
  expect([...finals].sort()).toEqual(['m0', 'm1', 'm2']);
  const turns = (await next.turns(talk)).map(({ messageId }) => messageId);
  expect(turns[0]).toBe('m0');
  expect([...turns].sort()).toEqual(['m0', 'm1', 'm2']);
  await next.close();
});
