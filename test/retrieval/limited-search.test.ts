/** A search within limits is, to the bit, the search in a gallery that holds nothing else: ranking, counts, decision, notes, priors. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Encoder } from '../../src/engine/encoder.ts';
import type { Trait } from '../../src/foundation/person-attributes.ts';
import { pictureFromBytes } from '../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import type { GalleryStore } from '../../src/gallery/gallery-store.ts';
import { limitedStore } from '../../src/gallery/limited-store.ts';
import { Calibration } from '../../src/retrieval/calibration.ts';
import type { Query } from '../../src/retrieval/query.ts';
import { Retrieval, type SearchOptions } from '../../src/retrieval/retrieval.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { calibrationNumbers } from '../support/calibration-numbers.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { knownProbes, seen, smallPicture } from '../support/known-probes.ts';

const space = 'seen';
const count = 40;
const looks = [seen(true, false, 'red'), seen(false, false, 'red'), seen(false, true, 'blue')];
const encoder: Encoder = {
  describeEncoder: async () => ({ name: 'seen', space, dimension: 5, text: true, device: 'cpu' }),
  encodePictures: async (pictures) => pictures.map((_, at) => looks[at % 3]!),
  encodeTexts: async (texts) => texts.map(() => looks[0]!),
};

let whole: EmbeddedGalleryStore;
let small: EmbeddedGalleryStore;
/** Those of camera 1: every third has a hat, outside of it everybody has; number 9 has no vector. */
const inside = (at: number) => at % 4 === 0;
beforeAll(async () => {
  whole = await EmbeddedGalleryStore.open(await temporaryFolder());
  small = await EmbeddedGalleryStore.open(await temporaryFolder());
  for (let at = 0; at < count; at++) {
    const bytes = await smallPicture(at);
    const { id } = pictureFromBytes(bytes);
    const cameraId = inside(at) ? '1' : '2';
    const record = { pictureId: id, cameraId, personId: `p${at}`, source: `${at}`, width: 8, height: 16 };
    const vector = inside(at) ? looks[(at / 4) % 3]! : looks[0]!;
    for (const store of inside(at) ? [whole, small] : [whole]) {
      await store.add('g', [{ record, bytes }]);
      if (at !== 8 && at !== 9) await store.addVectors(space, [{ pictureId: id, vector }], { claimFor: 'g' });
    }
  }
});
afterAll(() => Promise.all([whole.close(), small.close()]));

const hat: Trait = { name: 'hat', value: 'yes', present: true };
const noBag: Trait = { name: 'backpack', value: 'yes', present: false };
const photo = pictureFromBytes(await smallPicture(200));
const queries: [string, Query][] = [
  ['a photo', { pictures: [photo], words: '', negatives: [] }],
  ['words', { pictures: [], words: 'red top', negatives: [] }],
  ['words and what was said', { pictures: [], words: 'red top', negatives: [], traits: [hat, noBag] }],
  ['a photo and a denial', { pictures: [photo], words: '', negatives: [], traits: [noBag] }],
];

test.each(queries)('%s', async (_, query) => {
  for (const engine of [undefined, new FakeEngine()]) {
    const retrieval = new Retrieval({
      store: whole,
      encoder,
      calibration: new Calibration(calibrationNumbers),
      probes: knownProbes,
      ...(engine ? { engine } : {}),
    });
    const limited = retrieval.within(limitedStore(whole, () => ({ cameras: ['1'] })));
    const found = async (searching: Retrieval, options: SearchOptions = {}) => {
      const pages: unknown[] = [];
      const onFirstPage: SearchOptions['onFirstPage'] = (page) => void pages.push(plain(page));
      pages.push(plain(await searching.search('g', query, { ...options, onFirstPage })));
      return pages;
    };
    const alone = retrieval.within(small);
    expect(await found(limited)).toEqual(await found(alone));
    expect(await found(limited, { scope: { cameras: ['1', '2'] } })).toEqual(await found(alone));
    // And it is another than the search over all.
    expect(await found(limited)).not.toEqual(await found(retrieval));
    const [page] = (await found(limited)) as [ReturnType<typeof plain>];
    expect(page.filter.of).toBe(count / 4 - 1);
    expect(page.notes[0]).toBe('1 of 10 pictures are not indexed yet and were not searched.');
  }
});

/** Without times and places of files. */
function plain({ timings: _, ranking, ...rest }: Awaited<ReturnType<Retrieval['search']>>) {
  return { ...rest, ranking: ranking.map(({ path: _path, ...candidate }) => candidate) };
}

test('a gallery outside is not there for a search either', async () => {
  const parts = { encoder, calibration: new Calibration(calibrationNumbers) };
  const none: GalleryStore = limitedStore(whole, () => 'none');
  const search = new Retrieval({ ...parts, store: whole }).within(none).search('g', queries[0]![1]);
  await expect(search).rejects.toMatchObject({ code: 'GALLERY_UNKNOWN' });
});
