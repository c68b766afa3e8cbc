/** An order to forget is made: which pictures, what they go by, what is posted of them; on the disk before anything is removed. */
import type { GalleryStore, PictureRecord } from '../../gallery/gallery-store.ts';
import { type ForgetOrder, newOrder } from '../../trust/forget/forget-order.ts';
import { type ForgetTools, inEachGallery } from './forget-tools.ts';
import { type Names, type OpenPlace, withMarks, withNames, wordsOf } from './mark-pictures.ts';
import { namesOfSent, postsOf, withFrames } from './talk-pass.ts';

export interface ForgetRequest {
  readonly why: ForgetOrder['why'];
  readonly by: ForgetOrder['by'];
  readonly pictures: readonly string[];
  /** Only out of this gallery: a picture that another one has stays there. */
  readonly gallery?: string;
  readonly person?: string;
  /** Talks that were used last before this go too. */
  readonly talksBefore?: Date;
}

const page = 2000;

/** @throws ChatReidError STORAGE_*, GALLERY_*, STATE_UNREACHABLE, AUDIT_*: then nothing is removed */
export async function giveOrder(tools: ForgetTools, request: ForgetRequest): Promise<ForgetOrder> {
  const { why, by, gallery, person, talksBefore } = request;
  const [store, storage] = [await tools.store(), await tools.storage()];
  const { whole, elsewhere } = await divided(store, request.pictures, gallery);
  const pictures = [...(await withFrames(storage, whole))].sort();
  const bare = newOrder(
    {
      why,
      by,
      pictures,
      elsewhere: gallery === undefined || elsewhere.length === 0 ? [] : [{ gallery, pictures: elsewhere }],
      ...(talksBefore === undefined ? {} : { talksBefore: talksBefore.toISOString() }),
    },
    tools.now(),
    person,
  );
  const known = new KnownWords(bare, gallery, await namesOfSent(storage, new Set(pictures)));
  if (person !== undefined) known.names.persons.add(person);
  let order = bare;
  await inEachGallery(tools, async (open) => {
    await known.read(open);
    order = await withMarks(order, [open]);
  });
  const named = withNames(order, known.names, known.stays);
  const ready = { ...named, posts: await postsOf(storage, named) };
  await recordBegun(tools, ready);
  await tools.orders.save(ready);
  return ready;
}

/** Pictures that no other gallery has go as a whole. */
async function divided(store: GalleryStore, pictures: readonly string[], gallery: string | undefined) {
  if (gallery === undefined) return { whole: pictures, elsewhere: [] };
  const [whole, elsewhere]: [string[], string[]] = [[], []];
  const galleries = await store.galleriesOf(pictures);
  for (const [at, id] of pictures.entries()) {
    const others = galleries[at]?.filter((name) => name !== gallery) ?? [];
    (others.length === 0 ? whole : elsewhere).push(id);
  }
  return { whole, elsewhere };
}

/** Words of records that go, and of those that stay. */
class KnownWords {
  readonly names: { readonly persons: Set<string>; readonly sources: Set<string> } & Names;
  readonly stays = new Set<string>();
  readonly #whole: ReadonlySet<string>;
  readonly #elsewhere: ReadonlySet<string>;

  constructor(
    { pictures, elsewhere }: ForgetOrder,
    private readonly gallery: string | undefined,
    sent: ReadonlySet<string>,
  ) {
    this.#whole = new Set(pictures);
    this.#elsewhere = new Set(elsewhere.flatMap((some) => some.pictures));
    this.names = { persons: new Set(), sources: new Set(sent) };
  }

  async read({ store }: OpenPlace): Promise<void> {
    for (const { name } of await store.galleries()) {
      this.stays.add(name);
      for (let offset = 0; ; offset += page) {
        const records = await store.list(name, { offset, limit: page });
        for (const record of records) this.#take(name, record);
        if (records.length < page) break;
      }
    }
  }

  #take(gallery: string, record: PictureRecord): void {
    const { pictureId, personId, source } = record;
    if (this.#whole.has(pictureId) || (gallery === this.gallery && this.#elsewhere.has(pictureId))) {
      if (personId !== undefined) this.names.persons.add(personId);
      this.names.sources.add(source);
    } else for (const word of wordsOf(record)) this.stays.add(word);
  }
}

/** Where it cannot be recorded, it is not begun. */
async function recordBegun(tools: ForgetTools, order: ForgetOrder): Promise<void> {
  const trail = await tools.audit();
  await trail?.record({ ...order.by, kind: 'forget', facts: { ...orderFacts(order), stage: 'begun' } });
}

/** Ids as facts: hashes are all that is kept. More are in the order itself. */
export function orderFacts({ id, why, pictures, elsewhere, talksBefore }: ForgetOrder) {
  const named = 1000;
  return {
    order: id,
    why,
    count: pictures.length,
    pictures: pictures.slice(0, named),
    elsewhere: elsewhere.map((some) => ({
      gallery: some.gallery,
      count: some.pictures.length,
      pictures: some.pictures.slice(0, named),
    })),
    talksBefore,
  };
}
