/** Backup archives: files under known names with the sums that they were sealed with, or one sentence. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Header } from 'tar';
import {
  block,
  cardName,
  endOfArchive,
  isArchivePath,
  paddingOf,
  sealName,
  sumsName,
} from '../../../src/cli/backup/archive-format.ts';
import { readArchive } from '../../../src/cli/backup/archive-reader.ts';
import { hold, jsonOf, onlyOurs } from '../invariants.ts';

export const runs = 600;
export const longest = 6000;

const folder = mkdtempSync(join(tmpdir(), 'chatreid-fuzz-backup-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'backup.tar');

const card = JSON.stringify({
  format: 1,
  chatreid: '0.1.0',
  schemas: { gallery: 1, conversation: 1 },
  made: '2026-11-24T12:00:00.000Z',
});

export async function seeds(): Promise<(string | Uint8Array)[]> {
  const honest = [
    { path: 'galleries/gallery.db', text: 'db' },
    { path: `galleries/pictures/ab/${'ab'.repeat(32)}.jpg`, text: 'picture' },
    { path: 'audit/audit-2026-11.jsonl', text: '{}\n' },
  ];
  return [
    archiveOf({ card, files: honest, type: 'File' }),
    archiveOf({ card, files: [], type: 'File' }),
    JSON.stringify({ card, files: honest, type: 'File' }),
    JSON.stringify({ card, files: [{ path: '../../.bashrc', text: 'x' }], type: 'File' }),
    JSON.stringify({ card, files: [{ path: '/etc/passwd', text: 'x' }], type: 'File' }),
    JSON.stringify({ card, files: [{ path: 'galleries/gallery.db', text: '' }], type: 'SymbolicLink' }),
    JSON.stringify({ card, files: [...honest, ...honest], type: 'File' }),
    JSON.stringify({ card: '{"format":99}', files: [], type: 'File' }),
    JSON.stringify({ card: 'null', files: [{ path: 'a', text: 'b' }], type: 'Directory' }),
  ];
}

/** Bytes of an archive; or JSON of what is to be in one, which is then sealed as an honest one is. */
export async function fuzz(data: Buffer): Promise<void> {
  const wanted = jsonOf(data);
  writeFileSync(path, isWanted(wanted) ? archiveOf(wanted) : data);
  const read: string[] = [];
  const report = await onlyOurs(
    () =>
      readArchive(
        path,
        async (file, bytes) => {
          hold(isArchivePath(file.path), 'only known names reach who writes them');
          let length = 0;
          for await (const piece of bytes) length += piece.length;
          hold(length === file.size, 'a file is as long as it says');
          read.push(file.path);
        },
        { gallerySchema: 1 },
      ),
    /^BACKUP_(DAMAGED|UNSAFE|NEWER)$/,
  );
  hold(report === undefined || report.files === read.length, 'every file is counted');
  hold(new Set(read).size === read.length, 'no file comes twice');
}

const kinds = ['File', 'Link', 'SymbolicLink', 'Directory', 'FIFO', 'CharacterDevice'] as const;

interface Wanted {
  readonly card: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly type: (typeof kinds)[number];
}

function isWanted(value: unknown): value is Wanted {
  const { card: its, files, type } = (value ?? {}) as Partial<Wanted>;
  return (
    typeof its === 'string' &&
    kinds.some((kind) => kind === type) &&
    Array.isArray(files) &&
    files.every((file) => typeof file?.path === 'string' && typeof file.text === 'string')
  );
}

function archiveOf({ card: its, files, type }: Wanted): Buffer {
  const sums: string[] = [];
  const entry = (name: string, text: string, kind: Wanted['type'] = 'File') => {
    const bytes = Buffer.from(text);
    const header = Buffer.alloc(block);
    const mtime = new Date('2026-11-24T12:00:00Z');
    const fields = { path: name, size: bytes.length, mtime, mode: 0o600, uid: 0, gid: 0 };
    new Header({ ...fields, type: kind }).encode(header);
    const sum = createHash('sha256').update(bytes).digest('hex');
    sums.push(`${sum}  ${name}\n`);
    return { bytes: Buffer.concat([header, bytes, paddingOf(bytes.length)]), sum };
  };
  const parts = [entry(cardName, its), ...files.map((file) => entry(file.path, file.text, type))];
  const list = entry(sumsName, sums.join(''));
  const seal = entry(sealName, `${list.sum}  ${sumsName}\n`);
  return Buffer.concat([...[...parts, list, seal].map(({ bytes }) => bytes), endOfArchive]);
}
