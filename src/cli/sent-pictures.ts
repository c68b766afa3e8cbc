/** Pictures that a page sent, on their way into a gallery: opened, without metadata, as files for one import. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asChatReidError, type ErrorReport } from '../foundation/error.ts';
import { pictureId } from '../foundation/picture.ts';
import { barePicture } from '../foundation/picture-bare.ts';
import { exifTime } from '../gallery/exif-time.ts';

export interface SentFiles {
  readonly files: readonly {
    readonly name: string;
    readonly path: string;
    /** When it was taken, as its EXIF said: ISO 8601 in UTC. */
    readonly time?: string;
  }[];
  /** Of the files, in their order. */
  readonly pictureIds: readonly string[];
  /** Those that cannot be opened. */
  readonly failed: readonly (ErrorReport & { readonly source: string })[];
}

/**
 * @param parent folder of a folder that is there only while `work` runs
 * @param timeZone IANA zone of EXIF times
 */
export async function withSentPictures<Result>(
  parent: string,
  pictures: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  timeZone: string,
  work: (sent: SentFiles) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(parent, 'upload-'));
  const files: SentFiles['files'][number][] = [];
  const pictureIds: string[] = [];
  const failed: SentFiles['failed'][number][] = [];
  try {
    for (const [at, { name, bytes }] of pictures.entries()) {
      try {
        const bare = await barePicture(bytes);
        const time = bare.info.exif && exifTime(bare.info.exif, timeZone);
        const path = join(folder, String(at));
        await writeFile(path, bare.bytes, { mode: 0o600 });
        files.push({ name, path, ...(time === undefined ? {} : { time }) });
        pictureIds.push(pictureId(bare.bytes));
      } catch (error) {
        const known = asChatReidError(error, `opening ${name}`);
        if (!known.code.startsWith('PICTURE_')) throw known;
        failed.push({ source: name, ...known.report() });
      }
    }
    return await work({ files, pictureIds, failed });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
