/** A limited store against the contract, and that nothing of what is outside its limits can be seen, counted or changed. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { type GalleryLimits, isWithin, scopeWithin } from '../../src/gallery/gallery-limits.ts';
import type { GalleryStore, PictureRecord } from '../../src/gallery/gallery-store.ts';
import { type LimitsOf, limitedStore } from '../../src/gallery/limited-store.ts';
import { galleryStoreContract } from './gallery-store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { registered, unitVector } from './test-pictures.ts';

galleryStoreContract('LimitedStore with everything permitted', async () => {
  const whole = await EmbeddedGalleryStore.open(await temporaryFolder());
  const limited = limitedStore(whole, () => ({}));
  // The view has no need of mending; whoever opened the store closes it.
  return Object.assign(limited, { close: () => whole.close() });
});

const dimension = 12;
const day = (number: number) => new Date(Date.UTC(2026, 0, number));

describe('outside the limits', () => {
  let whole: EmbeddedGalleryStore;
  /** Of `site`: pictures 0 to 5, one after the other on camera 1 and 2, a day apart; of `secret`: 5 and 6. */
  let ids: string[];
  beforeEach(async () => {
    whole = await EmbeddedGalleryStore.open(await temporaryFolder());
    const facts = (number: number): Partial<PictureRecord> => ({
      cameraId: String((number % 2) + 1),
      place: number % 2 ? 'yard' : 'gate',
      personId: `p${number}`,
      time: day(number + 1).toISOString(),
    });
    const site = await Promise.all([0, 1, 2, 3, 4, 5].map((number) => registered(number, facts(number))));
    const secret = await Promise.all(
      [5, 6].map((number) => registered(number, { cameraId: 'vault', place: 'cellar' })),
    );
    await whole.add('site', site);
    await whole.add('secret', secret);
    ids = [...site, secret[1]!].map(({ record }) => record.pictureId);
    await whole.addVectors(
      'one',
      // Picture 4 has no vector.
      ids.flatMap((pictureId, number) =>
        number === 4 ? [] : [{ pictureId, vector: unitVector(number, dimension) }],
      ),
    );
  });
  afterEach(() => whole.close());

  const unknown = expect.objectContaining({ code: 'GALLERY_UNKNOWN' });
  const seen = (limits: GalleryLimits): GalleryStore =>
    limitedStore(whole, (gallery) => (gallery === 'site' ? limits : 'none'));
  const query = { space: 'one', vector: unitVector(0, dimension), tau: -1, limit: 100 };

  test('a gallery without limits for it is not there, with the very words of one that is not', async () => {
    const store = seen({});
    expect((await store.galleries()).map(({ name }) => name)).toEqual(['site']);
    const attempts = (gallery: string) => [
      () => store.summary(gallery),
      () => store.indexed(gallery, 'one'),
      () => store.list(gallery),
      () => store.record(gallery, ids[6]!),
      () => store.records(gallery, [ids[6]!]),
      () => store.missingVectors(gallery, 'one'),
      () => store.search(gallery, query),
      () => store.setLiveSpace(gallery, 'one'),
      () => store.dropSpace(gallery, 'one'),
      () => store.remove(gallery, [ids[6]!]),
      () => store.removeGallery(gallery),
      () => store.addVectors('one', [], { claimFor: gallery }),
    ];
    for (const attempt of attempts('secret')) {
      const error = await attempt().then(
        () => expect.unreachable(),
        (thrown: unknown) => thrown,
      );
      expect(error).toEqual(unknown);
      const told = await whole.summary('nowhere').catch((thrown: Error) => thrown);
      expect((error as Error).message.replace('secret', 'nowhere')).toBe((told as Error).message);
    }
    expect((await whole.summary('secret')).pictures).toBe(2);
  });

  test('pictures outside are not counted, named, listed, found or given', async () => {
    const store = seen({ cameras: ['2'] });
    const inside = [1, 3, 5].map((number) => ids[number]!);
    expect(await store.summary('site')).toEqual({
      name: 'site',
      pictures: 3,
      persons: 3,
      cameras: ['2'],
      places: ['yard'],
      firstTime: day(2).toISOString(),
      lastTime: day(6).toISOString(),
      spaces: [{ space: 'one', dimension, pictures: 3 }],
    });
    expect(await store.galleries()).toEqual([await store.summary('site')]);
    expect(await store.indexed('site', 'one')).toEqual({ pictures: 3, indexed: 3 });
    expect((await store.list('site')).map(({ pictureId }) => pictureId)).toEqual(inside);
    expect((await store.list('site', { offset: 1, limit: 1 })).map((one) => one.pictureId)).toEqual([ids[3]]);
    expect(await store.record('site', ids[0]!)).toBeUndefined();
    expect((await store.records('site', ids)).map((one) => one !== undefined)).toEqual(
      ids.map((id) => inside.includes(id)),
    );
    const outcome = await store.search('site', query);
    expect(outcome).toMatchObject({ of: 3, kept: 3 });
    expect(outcome.hits.map(({ pictureId }) => pictureId).sort()).toEqual([...inside].sort());
    expect((await store.vectors('one', ids)).map((vector) => vector !== undefined)).toEqual(
      ids.map((id) => inside.includes(id)),
    );
    for (const id of ids) {
      if (inside.includes(id)) expect(await store.path(id)).toBe(await whole.path(id));
      else await expect(store.path(id)).rejects.toMatchObject({ code: 'PICTURE_UNKNOWN' });
    }
    // That one of them is not indexed is seen by those who see it.
    expect(await store.missingVectors('site', 'one')).toEqual([]);
    expect(await seen({ cameras: ['1'] }).indexed('site', 'one')).toEqual({ pictures: 3, indexed: 2 });
    expect(await seen({ cameras: ['1'] }).missingVectors('site', 'one')).toEqual([ids[4]]);
  });

  test('a picture of two galleries is there for whoever may see one of them', async () => {
    expect(await seen({ cameras: ['1'] }).galleriesOf([ids[5]!])).toEqual([[]]);
    expect(await seen({ cameras: ['2'] }).galleriesOf([ids[5]!])).toEqual([['site']]);
    const secret: LimitsOf = (gallery) => (gallery === 'secret' ? {} : 'none');
    expect(await limitedStore(whole, secret).galleriesOf([ids[5]!, ids[0]!])).toEqual([['secret'], []]);
    expect(await limitedStore(whole, secret).path(ids[5]!)).toBe(await whole.path(ids[5]!));
    // What is known of it is known of the one gallery.
    expect((await limitedStore(whole, secret).record('secret', ids[5]!))?.cameraId).toBe('vault');
    await expect(limitedStore(whole, secret).record('site', ids[5]!)).rejects.toEqual(unknown);
  });

  test.each<[string, GalleryLimits, number[]]>([
    ['places', { places: ['gate'] }, [0, 2, 4]],
    ['from a time on', { after: day(3) }, [2, 3, 4, 5]],
    ['up to a time', { before: day(3) }, [0, 1, 2]],
    ['all together', { cameras: ['1'], places: ['gate'], after: day(2), before: day(4) }, [2]],
    ['a camera that is not there', { cameras: ['9'] }, []],
  ])('limits of %s', async (_, limits, numbers) => {
    const store = seen(limits);
    const inside = numbers.map((number) => ids[number]!);
    expect((await store.list('site')).map(({ pictureId }) => pictureId)).toEqual(inside);
    expect((await store.summary('site')).pictures).toBe(inside.length);
    expect((await store.search('site', query)).of).toBe(inside.filter((id) => id !== ids[4]).length);
  });

  test('what is asked for is narrowed by the limits; what does not meet them is nothing, and not everything', async () => {
    const store = seen({ cameras: ['2'] });
    for (const scope of [{ cameras: ['1'] }, { cameras: ['9'] }, { after: day(5), before: day(2) }]) {
      expect(await store.list('site', { scope })).toEqual([]);
      expect(await store.search('site', { ...query, scope })).toEqual({ hits: [], of: 0, kept: 0 });
      expect(await store.indexed('site', 'one', scope)).toEqual({ pictures: 0, indexed: 0 });
      expect(await store.summary('site', scope)).toMatchObject({ pictures: 0, cameras: [], places: [] });
    }
    const some = await store.list('site', { scope: { cameras: ['1', '2'], before: day(3) } });
    expect(some.map(({ pictureId }) => pictureId)).toEqual([ids[1]]);
    expect((await store.list('site', { scope: { cameras: [], places: [] } })).length).toBe(3);
  });

  describe('writing', () => {
    const refused = expect.objectContaining({ code: 'ACCESS_DENIED' });

    it('takes pictures within the limits only, and all of a call or nothing', async () => {
      const store = seen({ cameras: ['2'] });
      const [good, bad, bare] = await Promise.all([
        registered(20, { cameraId: '2' }),
        registered(21, { cameraId: '1' }),
        registered(22),
      ]);
      await expect(store.add('site', [good, bad])).rejects.toEqual(refused);
      await expect(store.add('site', [bare])).rejects.toEqual(refused);
      await expect(store.add('secret', [good])).rejects.toEqual(refused);
      await expect(store.add('new', [good])).rejects.toEqual(refused);
      expect((await whole.summary('site')).pictures).toBe(6);
      expect((await whole.galleries()).length).toBe(2);
      expect(await store.add('site', [good])).toBe(1);
    });

    it('changes no picture outside, nor takes one out of the limits', async () => {
      const store = seen({ cameras: ['2'] });
      const taken = await registered(0, { cameraId: '2' });
      await expect(store.add('site', [taken])).rejects.toEqual(refused);
      const lost = await registered(1, { cameraId: '1' });
      await expect(store.add('site', [lost])).rejects.toEqual(refused);
      const bare = await registered(1, { caption: 'a cap' });
      expect(await store.add('site', [bare])).toBe(0);
      expect(await whole.record('site', ids[1]!)).toMatchObject({ cameraId: '2', caption: 'a cap' });
      expect((await whole.record('site', ids[0]!))?.cameraId).toBe('1');
    });

    it('removes what is within alone', async () => {
      const store = seen({ cameras: ['2'] });
      expect(await store.remove('site', ids)).toBe(3);
      expect((await whole.list('site')).map(({ cameraId }) => cameraId)).toEqual(['1', '1', '1']);
      expect((await whole.summary('secret')).pictures).toBe(2);
    });

    it('leaves alone what is done to the whole of a gallery, or to all', async () => {
      const store = seen({ cameras: ['2'] });
      for (const attempt of [
        store.removeGallery('site'),
        store.setLiveSpace('site', 'two'),
        store.dropSpace('site', 'one'),
        store.removeDamagedVectors(),
      ]) {
        await expect(attempt).rejects.toEqual(refused);
      }
      const vector = unitVector(3, dimension);
      await store.addVectors(
        'two',
        [0, 1, 6].map((number) => ({ pictureId: ids[number]!, vector })),
      );
      const kept = await whole.vectors('two', ids);
      expect(kept.flatMap((one, number) => (one ? [number] : []))).toEqual([1]);
      await store.close();
      expect((await whole.summary('site')).pictures).toBe(6);
    });
  });
});

test('limits and scopes: what is in both is what is in each', () => {
  const lists = [undefined, ['1'], ['1', '2'], ['3']];
  const times = [undefined, day(2), day(4)];
  const records = ['1', '2', '3', undefined].flatMap((cameraId) =>
    [1, 2, 3, 4, 5, undefined].map((at) => ({
      ...(cameraId === undefined ? {} : { cameraId }),
      ...(at === undefined ? {} : { time: day(at).toISOString() }),
    })),
  );
  for (const mine of lists) {
    for (const wanted of lists) {
      for (const after of times) {
        for (const before of times) {
          const limits = { ...(mine ? { cameras: mine } : {}), ...(after ? { after } : {}) };
          const scope = { ...(wanted ? { cameras: wanted } : {}), ...(before ? { before } : {}) };
          const both = scopeWithin(limits, scope);
          for (const record of records) {
            const expected = isWithin(limits, record) && isWithin(scope, record);
            expect(both !== 'nothing' && isWithin(both, record)).toBe(expected);
          }
        }
      }
    }
  }
});
