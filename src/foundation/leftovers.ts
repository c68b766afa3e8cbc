/** Clears away what killed processes were still filling: entries whose names say which process made them. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes `<prefix><pid>…` of processes that do not run any more. @param folder may be missing */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (!isRunning(pid)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  // In a container every process may have the same number: this one has only begun.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
