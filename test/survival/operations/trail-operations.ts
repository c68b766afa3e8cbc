/** The audit trail, backups, restores. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { backUp } from '../../../src/cli/backup/back-up.ts';
import { checkArchive, restoreHome } from '../../../src/cli/backup/restore-home.ts';
import { entriesOf } from '../../../src/trust/audit-entries.ts';
import { AuditTrail } from '../../../src/trust/audit-trail.ts';
import { homeAt } from '../../cli/backup/home-of-test.ts';
import { lookup, november } from '../../trust/trail-house.ts';
import { filesBelow } from '../home-invariants.ts';
import type { Operation, Say } from '../operation.ts';
import { galleryState, twoGalleries, withStore } from './gallery-operations.ts';
import { talkOperations } from './talk-operations.ts';

setFlagsFromString('--expose-gc');
/** The driver lets go of a database when it is collected; a restore refuses while somebody has it open. */
const collectGarbage = runInNewContext('gc') as () => void;

const trailOf = (root: string) => join(root, 'home', 'audit');
const homeOf = (root: string) => homeAt(join(root, 'home'));

async function withTrail(root: string, work: (trail: AuditTrail) => Promise<void>): Promise<void> {
  const trail = await AuditTrail.open(trailOf(root), { now: november });
  try {
    await work(trail);
  } finally {
    await trail.close();
  }
}

/** Those that are not there yet: each of somebody else, so that it is known again. */
async function record(root: string, users: readonly string[], say: Say = () => undefined): Promise<void> {
  await withTrail(root, async (trail) => {
    for (const user of users) {
      if (there(root).includes(user)) continue;
      await trail.record(lookup(user, `words of ${user}`, `case of ${user}`));
      say(user);
    }
  });
}

function there(root: string): string[] {
  return [...entriesOf(trailOf(root), { kind: 'lookup' })].map(({ event }) => String(event.user));
}

async function trailState(root: string): Promise<unknown> {
  return [...entriesOf(trailOf(root), { kind: 'lookup' })].map(({ event, words }) => ({ event, words }));
}

/** Galleries, a talk and a trail. */
async function fill(root: string): Promise<void> {
  await twoGalleries(root);
  await talkOperations[0]?.run(root, () => undefined);
  await record(root, ['ann', 'bob']);
}

export const trailOperations: readonly Operation[] = [
  {
    name: 'record what was looked up',
    prepare: (root) => record(root, ['ann']),
    run: (root, say) => record(root, ['bob', 'cem', 'dee'], say),
    kept: async (root, promised) => {
      for (const user of promised)
        if (!there(root).includes(user)) throw new Error(`the entry of ${user} is lost`);
    },
    state: trailState,
    full: 'AUDIT_UNAVAILABLE',
  },
  {
    name: 'take the words out of entries',
    prepare: (root) => record(root, ['ann', 'bob', 'cem']),
    run: (root, say) =>
      withTrail(root, async (trail) => {
        await trail.redact(({ event }) => event.user === 'bob', { user: 'officer' });
        say('taken out');
      }),
    kept: async (root, promised) => {
      const bytes = filesBelow(trailOf(root)).map((path) => readFileSync(path, 'utf8'));
      if (promised.length > 0 && bytes.join().includes('words of bob')) throw new Error('words are back');
    },
    state: trailState,
    full: 'AUDIT_UNAVAILABLE',
  },
  {
    name: 'back up a home',
    prepare: fill,
    run: async (root, say) => {
      const to = join(root, 'backup.tar');
      const made = readdirSync(root).includes('backup.tar');
      await backUp({ home: homeOf(root), to, version: '1', now: november }).catch((error: unknown) => {
        // It is there, and what is beside it has been cleared away.
        if (!made) throw error;
      });
      say('backed up');
    },
    kept: async (root, promised) => {
      if (promised.length > 0 || readdirSync(root).includes('backup.tar'))
        await checkArchive(join(root, 'backup.tar'));
    },
    state: async (root) => ({
      files: (await checkArchive(join(root, 'backup.tar'))).files,
      beside: readdirSync(root).filter((name) => !name.startsWith('delivered')),
    }),
  },
  {
    name: 'restore a home',
    prepare: async (root) => {
      await fill(root);
      await backUp({ home: homeOf(root), to: join(root, 'backup.tar'), version: '1', now: november });
      await withStore(root, (store) => store.removeGallery('other'));
    },
    run: async (root, say) => {
      collectGarbage();
      await restoreHome({ home: homeOf(root), archive: join(root, 'backup.tar'), force: true });
      say('restored');
    },
    kept: async (root, promised) => {
      const names = (await withStore(root, (store) => store.galleries())).map(({ name }) => name).join();
      if (!['site', 'other,site'].includes(names))
        throw new Error(`neither the old home nor the new one: ${names}`);
      if (promised.length > 0 && names === 'site') throw new Error('the restore is undone');
    },
    state: async (root) => ({
      galleries: await galleryState(root),
      trail: await trailState(root),
      leftovers: readdirSync(join(root, 'home')).filter((name) => /restor/.test(name)),
    }),
  },
];
