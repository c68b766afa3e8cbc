/** What `chatreid forget` is asked for: checked, and found. */
import { ChatReidError } from '../../foundation/error.ts';
import { type ForgetOrder, keyedHash } from '../../trust/forget/forget-order.ts';
import { OrderFolder } from '../../trust/forget/order-folder.ts';
import type { Work } from '../shell.ts';
import {
  picturesBefore,
  picturesNamed,
  picturesOfPerson,
  type Searched,
  uploadsBefore,
} from './find-pictures.ts';
import type { ForgetRequest } from './give-order.ts';
import { placesOf } from './places.ts';
import { momentBefore } from './span.ts';
import { oldTalks } from './talk-pass.ts';

export interface ForgetOptions {
  readonly person?: string;
  readonly picture?: readonly string[];
  readonly olderThan?: string;
  readonly gallery?: string;
  readonly yes?: boolean;
  readonly prove?: boolean;
  readonly json?: boolean;
}

/** @throws ChatReidError OPTION_INVALID */
export function checkOptions({ person, picture, olderThan, prove, gallery }: ForgetOptions): void {
  const ways = [person, picture, olderThan].filter((one) => one !== undefined).length;
  if (ways === 1 || (ways === 0 && prove === true && gallery === undefined)) return;
  throw new ChatReidError(
    'OPTION_INVALID',
    ways === 0 ? 'What is to be forgotten was not said.' : 'Only one thing at a time can be forgotten.',
    'Give --person ID, --picture ID or --older-than TIME; --prove alone looks for what was forgotten before.',
  );
}

type Found = Omit<ForgetRequest, 'by'> & { readonly talks: number };

/** @throws ChatReidError OPTION_INVALID, GALLERY_UNKNOWN, PICTURE_UNKNOWN */
export async function found(work: Work, options: ForgetOptions): Promise<Found> {
  const { parts, settings, shell } = work;
  const { person, picture, olderThan, gallery } = options;
  const [place] = await placesOf(settings.home);
  const searched: Searched = { store: await parts.store(), place, gallery };
  const where = gallery === undefined ? {} : { gallery };
  if (person !== undefined) {
    return { why: 'person', person, pictures: await picturesOfPerson(searched, person), talks: 0, ...where };
  }
  if (picture !== undefined) {
    const named = await picturesNamed(searched, picture);
    return { why: 'picture', pictures: await thatAreThere(work, searched, named), talks: 0, ...where };
  }
  const before = momentBefore(olderThan ?? '', shell.now(), settings.timeZone);
  const pictures = new Set(await picturesBefore(searched, before));
  if (gallery !== undefined) return { why: 'age', pictures: [...pictures], talks: 0, gallery };
  const store = await parts.store();
  const sent = await uploadsBefore(searched, before);
  const inGalleries = await store.galleriesOf(sent);
  // What was sent long ago and is registered since is as old as it is there.
  for (const [at, id] of sent.entries()) if (inGalleries[at]?.length === 0) pictures.add(id);
  const talks = (await oldTalks(await parts.wholeStorage(), before.toISOString())).length;
  return { why: 'age', pictures: [...pictures], talksBefore: before, talks };
}

/** Orders of before that were about the same. */
export async function keptOrders(
  { settings }: Work,
  { person, picture }: ForgetOptions,
): Promise<ForgetOrder[]> {
  const orders = await new OrderFolder(settings.home.root).all();
  if (person !== undefined) {
    return orders.filter((order) => order.person === keyedHash(order.salt, person));
  }
  if (picture === undefined) return orders;
  const starts = picture.map((name) => name.toLowerCase());
  return orders.filter(({ pictures }) => pictures.some((id) => starts.some((start) => id.startsWith(start))));
}

/** In a gallery, or sent in a talk: of a whole id, or of a file, that is not known yet. */
async function thatAreThere(work: Work, searched: Searched, ids: readonly string[]): Promise<string[]> {
  const { uploadedFile } = await import('../../conversation/storage/forget-uploads.ts');
  const galleries = await searched.store.galleriesOf(ids);
  const there: string[] = [];
  for (const [at, id] of ids.entries()) {
    const { gallery } = searched;
    const held = galleries[at] ?? [];
    const inGallery = gallery === undefined ? held.length > 0 : held.includes(gallery);
    const sent = gallery === undefined && (await uploadedFile(searched.place.uploads, id)) !== undefined;
    if (inGallery || sent || (gallery === undefined && (await isSpokenOf(work, id)))) there.push(id);
  }
  return there;
}

async function isSpokenOf({ parts }: Work, id: string): Promise<boolean> {
  const storage = await parts.wholeStorage();
  for await (const { value } of storage.talks.entries()) if (JSON.stringify(value).includes(id)) return true;
  return false;
}
