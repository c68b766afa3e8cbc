/** The pictures that people sent, and their names in the folders of talks, as src/conversation/uploads.ts keeps them. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isArchivePath } from './archive-format.ts';

export interface TalkFile {
  /** Below CHATREID_HOME/conversations. */
  readonly path: string;
  /** Only of a name in a talk's folder: when the picture was sent last. */
  readonly modified?: Date;
}

/** Names first: a picture that was there when it was named is there when it is copied, unless it was forgotten since. */
export async function* filesOfTalks(conversations: string): AsyncGenerator<TalkFile> {
  const pictures = join(conversations, 'pictures');
  const talks = join(pictures, 'talks');
  for (const talk of await namesIn(talks)) {
    for (const name of await namesIn(join(talks, talk))) {
      const path = `pictures/talks/${talk}/${name}`;
      const found = await stat(join(talks, talk, name)).catch(() => undefined);
      if (found && isArchivePath(`conversations/${path}`)) yield { path, modified: found.mtime };
    }
  }
  for (const folder of await namesIn(pictures)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of await namesIn(join(pictures, folder))) {
      const path = `pictures/${folder}/${name}`;
      if (isArchivePath(`conversations/${path}`)) yield { path };
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
