/** A process that takes three messages in and kills itself at a named moment: `node talk-process.ts HOME LOG MOMENT`. */
import { appendFileSync } from 'node:fs';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import type { ChangingShelf, Shelf } from '../../src/conversation/storage/shelf.ts';
import { bareParts } from '../../bench/bare-talks.ts';
import { messageOf } from './message-of.ts';

const [home = '', log = '', moment = ''] = process.argv.slice(2);
const seen = new Map<string, number>();

/** `deliver before 2` is the second time that something is about to be delivered. */
function pass(name: string): void {
  const times = (seen.get(name) ?? 0) + 1;
  seen.set(name, times);
  if (`${name} ${times}` === moment) process.kill(process.pid, 'SIGKILL');
}

function watched(shelf: ChangingShelf, name: string): ChangingShelf {
  return {
    ...watchedWrites(shelf, name),
    ...(shelf.unsynced ? { unsynced: watchedWrites(shelf.unsynced, name) } : {}),
    get: (key) => shelf.get(key),
    getMany: (keys) => shelf.getMany(keys),
    entries: () => shelf.entries(),
    change: (key, change) => shelf.change(key, change),
  };
}

function watchedWrites(shelf: Pick<Shelf, 'set' | 'delete'>, name: string): Pick<Shelf, 'set' | 'delete'> {
  const around = async (doing: string, work: () => Promise<void>) => {
    pass(`${name}.${doing} before`);
    await work();
    pass(`${name}.${doing} after`);
  };
  return {
    set: (entries) => around('set', () => shelf.set(entries)),
    delete: (keys) => (keys.length === 0 ? Promise.resolve() : around('delete', () => shelf.delete(keys))),
  };
}

const storage = await openStorage({ folder: home });
const parts = await bareParts(home, undefined, {
  storage: {
    ...storage,
    inbox: watched(storage.inbox, 'inbox'),
    talks: watched(storage.talks, 'talks'),
  },
});
const manager = new SessionManager(parts);
const handled = ['one', 'two', 'three'].map((text, at) =>
  manager.handle(messageOf('test:talk', `m${at + 1}`, text), async (reply) => {
    pass('deliver before');
    appendFileSync(log, `${reply.key}\n`);
    pass('deliver after');
  }),
);
handled.forEach(({ accepted }, at) => {
  accepted.then(() => appendFileSync(log, `accepted m${at + 1}\n`));
});
await Promise.all(handled.map(({ done }) => done));
// The moment never came: the test must not pass by that.
process.exit(3);
