/** The files of the audit trail as a backup takes them: up to the last whole line, whoever is writing the next one. */
import { type FileHandle, readdir } from 'node:fs/promises';

const piece = 64 * 1024;

/**
 * Names of the files of lines; the lock beside them is nobody's to copy. The chain comes before the words that it speaks of,
 * and a new month before the one that it goes on from, so that no entry is there without the one before it.
 */
export async function auditFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const ofWords = (name: string) => Number(name.startsWith('audit-words-'));
  return names
    .filter((name) => /^[0-9A-Za-z_-]{1,90}\.jsonl$/.test(name))
    .sort((a, b) => ofWords(a) - ofWords(b) || (a < b ? 1 : -1));
}

/** @returns bytes up to the end of the last whole line */
export async function wholeLines(file: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - piece);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
