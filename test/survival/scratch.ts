/** Folders for faults: in memory where there is room, as thousands of syncs of a disk say nothing about a kill. */
import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statfsSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';
const enough = 512 * 1024 * 1024;

/** Whoever makes one removes it. */
export function scratchFolder(): string {
  return mkdtempSync(join(hasRoom() ? inMemory : tmpdir(), 'chatreid-survival-'));
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    return bavail * bsize > enough;
  } catch {
    return false;
  }
}

/** With its times, and files of several names as such: what a copy is looked at for. */
export function copyTree(from: string, to: string, known = new Map<number, string>()): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const { ino, nlink, atime, mtime, ...found } = lstatSync(source);
    if (found.mode & 0o040000) {
      copyTree(source, target, known);
      continue;
    }
    const twin = nlink > 1 ? known.get(ino) : undefined;
    if (twin === undefined) {
      copyFileSync(source, target);
      utimesSync(target, atime, mtime);
      known.set(ino, target);
    } else linkSync(twin, target);
  }
}
