/** One process at a time answers talks from a home folder; who comes second is told who that is. */
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ChatReidError, messageOf } from '../foundation/error.ts';
import { ProcessLock } from '../foundation/process-lock.ts';

const holderSchema = z.object({ pid: z.int().positive(), command: z.string(), since: z.iso.datetime() });
type Holder = z.infer<typeof holderSchema>;

/**
 * Two would take up the same unfinished messages and answer them twice. The lock goes with the process, however that ends;
 * what lies beside it only says whose it is, and means nothing once the lock is free.
 */
export class HomeClaim {
  private constructor(private readonly lock: ProcessLock) {}

  /**
   * @param root CHATREID_HOME, which is there
   * @param command for whoever comes second: `chatreid serve`
   * @throws ChatReidError HOME_IN_USE, STORAGE_DENIED
   */
  static async take(root: string, command: string, now: Date): Promise<HomeClaim> {
    const lock = lockOf(root);
    if (!lock) throw inUse(root, await holderOf(root));
    const holder: Holder = { pid: process.pid, command, since: now.toISOString() };
    try {
      writeFileSync(holderFile(root), `${JSON.stringify(holder)}\n`, { mode: 0o600 });
    } catch {
      // On a full disk the lock holds all the same; only its holder stays without a name.
    }
    return new HomeClaim(lock);
  }

  async close(): Promise<void> {
    this.lock.release();
  }
}

function holderFile(root: string): string {
  return join(root, 'serving.json');
}

function lockOf(root: string): ProcessLock | undefined {
  try {
    return ProcessLock.take(join(root, 'serving.lock'));
  } catch (error) {
    throw new ChatReidError(
      'STORAGE_DENIED',
      `The home folder ${root} cannot be locked: ${messageOf(error)}`,
      'Check its permissions and that its disk is not full, or set CHATREID_HOME to a folder on a local disk.',
      error,
    );
  }
}

async function holderOf(root: string): Promise<Holder | undefined> {
  try {
    return holderSchema.safeParse(JSON.parse(await readFile(holderFile(root), 'utf8'))).data;
  } catch {
    // It has only just taken the lock.
    return undefined;
  }
}

function inUse(root: string, holder: Holder | undefined): ChatReidError {
  const who = holder
    ? `${holder.command}, process ${holder.pid}, since ${holder.since.slice(0, 16).replace('T', ' ')} UTC`
    : 'another chatreid process';
  return new ChatReidError(
    'HOME_IN_USE',
    `Talks are being answered from ${root} already: ${who}.`,
    `Stop that one first${holder ? ` (kill ${holder.pid})` : ''}, or set CHATREID_HOME to another folder. Other commands may run beside it.`,
  );
}
