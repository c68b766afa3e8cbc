/** Zip archives: read in place within limits, or refused whole; nothing is written anywhere. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { pictureLimits } from '../../../src/foundation/picture.ts';
import { openSource } from '../../../src/gallery/sources/source-kinds.ts';
import { rawZip } from '../../gallery/raw-zip.ts';
import { hold, onlyOurs } from '../invariants.ts';

export const runs = 400;
export const longest = 3000;

const folder = mkdtempSync(join(tmpdir(), 'chatreid-fuzz-zip-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'pictures.zip');

export async function seeds(): Promise<Uint8Array[]> {
  const zipped = async (entries: Readonly<Record<string, string>>, mode = 0o100644) => {
    const zip = new ZipFile();
    const mtime = new Date('2026-01-01T00:00:00Z');
    for (const [name, text] of Object.entries(entries))
      zip.addBuffer(Buffer.from(text), name, { mode, mtime });
    zip.end();
    return buffer(zip.outputStream as unknown as NodeJS.ReadableStream);
  };
  const data = Buffer.from('a picture');
  return [
    await zipped({ 'a.png': 'a', 'b/c.jpg': 'b', 'readme.txt': 'c' }),
    await zipped({ 'export/manifest.csv': 'path,person_id\na.png,p\n../x.png,q\n', 'export/a.png': 'a' }),
    await zipped({ 'manifest.jsonl': '{"path":"a.png","tags":["x"]}\n', 'a.png': 'a' }),
    await zipped({ 'link.png': '/etc/passwd' }, 0o120777),
    rawZip([{ name: '../../evil.png', data }]),
    rawZip([{ name: '/etc/evil.png', data }]),
    rawZip([{ name: '..\\evil.png', data }]),
    rawZip([{ name: 'a.png', data, size: 10 }]),
    rawZip([{ name: 'a.png', data, size: 0xfffffffe }]),
    rawZip([
      { name: 'a.png', data },
      { name: 'b.png', data, sameAs: 0 },
    ]),
    rawZip([{ name: 'a.png', data: Buffer.alloc(1_500_000) }]),
  ];
}

export async function fuzz(data: Buffer): Promise<void> {
  writeFileSync(path, data);
  const source = await onlyOurs(
    () => openSource(path, { timeZone: 'UTC' }),
    /^(IMPORT_(ARCHIVE_UNSAFE|MANIFEST_INVALID|SOURCE_MISSING)|PICTURE_(TOO_LARGE|DAMAGED))$/,
  );
  if (!source) return;
  try {
    for (const item of source.items.slice(0, 20)) {
      if ('error' in item) continue;
      const { path: name = item.source } = item;
      hold(!name.startsWith('/') && !name.includes('\\'), 'names are inside of the archive');
      const bytes = await onlyOurs(() => item.read(), /^PICTURE_(DAMAGED|TOO_LARGE)$/);
      hold((bytes?.length ?? 0) <= pictureLimits.bytes, 'a picture is no larger than a picture may be');
    }
  } finally {
    await source.close();
  }
  hold(readdirSync(folder).length === 1, 'nothing is unpacked');
}
