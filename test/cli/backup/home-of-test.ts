/** A home folder with a gallery, a talk and an audit trail. */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openStorage } from '../../../src/conversation/storage/open-storage.ts';
import { Uploads } from '../../../src/conversation/uploads.ts';
import type { Home } from '../../../src/foundation/home.ts';
import { EmbeddedGalleryStore } from '../../../src/gallery/embedded-store.ts';
import { fakeVector } from '../../gallery/fake-encoder.ts';
import { picture, registered } from '../../gallery/test-pictures.ts';

export function homeAt(root: string): Home {
  return { root, galleries: join(root, 'galleries'), cache: join(root, 'cache') };
}

export const query = { space: 'fake', vector: fakeVector('query'), tau: -1, limit: 100 };

/** Pictures number `from` to the one before `to`, a talk of that many words, one line of the audit trail each. */
export async function fillHome(home: Home, from: number, to: number): Promise<string[]> {
  const store = await EmbeddedGalleryStore.open(home.galleries);
  const talks = join(home.root, 'conversations');
  const storage = await openStorage({ folder: talks });
  const uploads = await Uploads.open(join(talks, 'pictures'));
  const ids: string[] = [];
  for (let number = from; number < to; number++) ids.push(await addPicture(store, home, number));
  await uploads.keep('talk', await picture(5000 + from));
  await storage.talks.set([{ key: 'words', value: { said: to } }]);
  await storage.close();
  await store.close();
  return ids;
}

export async function addPicture(store: EmbeddedGalleryStore, home: Home, number: number): Promise<string> {
  const one = await registered(number);
  const { pictureId } = one.record;
  await store.add('site', [one]);
  await store.addVectors('fake', [{ pictureId, vector: fakeVector(pictureId) }], { claimFor: 'site' });
  await mkdir(join(home.root, 'audit'), { recursive: true, mode: 0o700 });
  await appendFile(join(home.root, 'audit', 'audit-2026-11.jsonl'), `${JSON.stringify({ number })}\n`);
  return pictureId;
}
