/** Bytes at the end of a private file, on the disk when it returns. */
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../foundation/sync-folder.ts';

/** @throws what the file system throws: then some of the bytes may be there */
export async function appendDurably(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    const isNew = (await file.stat()).size === 0;
    for (let written = 0; written < bytes.length; ) {
      written += (await file.write(bytes, written)).bytesWritten;
    }
    await file.datasync();
    if (isNew) await syncFolder(dirname(path));
  } finally {
    await file.close();
  }
}
