/** Takes pictures out of the embeddings that evaluations keep: their records, in every space. */
import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asChatReidError } from '../foundation/error.ts';
import { embeddingFile } from './embedding-cache.ts';

/**
 * @param folder of all spaces; may be missing
 * @returns how many records were removed
 * @throws ChatReidError STORAGE_*
 */
export async function forgetEmbeddings(folder: string, ids: ReadonlySet<string>): Promise<number> {
  let removed = 0;
  try {
    for (const space of await readdir(folder).catch(() => [])) {
      for (const name of await readdir(join(folder, space)).catch(() => [])) {
        if (name.endsWith(embeddingFile.ending)) removed += await rewritten(join(folder, space, name), ids);
      }
    }
  } catch (error) {
    throw asChatReidError(error, 'removing kept embeddings');
  }
  return removed;
}

/** A record that was cut short goes too: nobody reads it. */
async function rewritten(path: string, ids: ReadonlySet<string>): Promise<number> {
  const file = await open(path, 'r');
  let kept: Buffer[];
  let removed = 0;
  try {
    const bytes = await file.readFile();
    const record = embeddingFile.recordBytes(bytes);
    if (record === undefined) return 0;
    const { headerBytes } = embeddingFile;
    kept = [bytes.subarray(0, headerBytes)];
    for (let at = headerBytes; at + record <= bytes.length; at += record) {
      if (ids.has(bytes.toString('hex', at, at + embeddingFile.idBytes))) removed++;
      else kept.push(bytes.subarray(at, at + record));
    }
  } finally {
    await file.close();
  }
  if (removed === 0) return 0;
  const beside = `${path}.${randomUUID()}.tmp`;
  const next = await open(beside, 'wx', 0o600);
  try {
    await next.writeFile(Buffer.concat(kept));
    await next.sync();
  } finally {
    await next.close();
  }
  await rename(beside, path).catch(async (error: unknown) => {
    await rm(beside, { force: true });
    throw error;
  });
  return removed;
}
