/** A result file that is there whole or not at all. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { asChatReidError } from '../foundation/error.ts';

/** @returns its absolute path. @throws ChatReidError STORAGE_DENIED, STORAGE_FULL, INTERNAL naming the file */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<string> {
  const target = resolve(path);
  const part = `${target}.${process.pid}.part`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(part, bytes);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw asChatReidError(error, `writing ${target}`);
  }
  return target;
}
