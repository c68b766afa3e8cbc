/** What every gallery store promises: called by each implementation's own test file. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GalleryStore, PictureRecord, Scope } from '../../src/gallery/gallery-store.ts';
import { random, registered, unitVector } from './test-pictures.ts';

const dimension = 12;

export function galleryStoreContract(name: string, open: () => Promise<GalleryStore>): void {
  describe(`${name} keeps the promises of a gallery store`, () => {
    let store: GalleryStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const code = (wanted: string) =>
      expect.objectContaining({ code: wanted, next: expect.stringMatching(/\w/) });

    async function fill(gallery: string, facts: Partial<PictureRecord>[], space = 'one') {
      const pictures = await Promise.all(facts.map((fact, number) => registered(number, fact)));
      await store.add(gallery, pictures);
      const ids = pictures.map(({ record }) => record.pictureId);
      await store.addVectors(
        space,
        ids.map((pictureId, number) => ({ pictureId, vector: unitVector(number, dimension) })),
      );
      return ids;
    }

    const found = async (gallery: string, scope?: Scope, space = 'one') =>
      store.search(gallery, {
        space,
        vector: unitVector(0, dimension),
        tau: -1,
        limit: 100,
        ...(scope ? { scope } : {}),
      });

    it('keeps the bytes and every fact of a record', async () => {
      const { record, bytes } = await registered(1, {
        personId: '0007',
        cameraId: '3',
        place: 'Gate "North"; é',
        time: '2026-11-24T13:05:00.250Z',
        caption: 'a man,\nwith a red cap',
        split: 'gallery',
        tags: ['bag', 'a;b'],
      });
      expect(await store.add('site', [{ record, bytes }])).toBe(1);
      expect(await store.record('site', record.pictureId)).toEqual(record);
      expect(await store.list('site')).toEqual([record]);
      expect(await readFile(await store.path(record.pictureId))).toEqual(bytes);
    });

    it('keeps a picture seen twice once, in its place, with what is newly known', async () => {
      const [one, two] = await Promise.all([registered(1, { cameraId: '1', personId: 'p' }), registered(2)]);
      await store.add('site', [one, two]);
      const again = { ...one.record, cameraId: '2', place: 'yard' };
      delete (again as { personId?: string }).personId;
      expect(await store.add('site', [{ record: again, bytes: one.bytes }, one, one])).toBe(0);
      await store.add('site', [{ record: again, bytes: one.bytes }]);
      const listed = await store.list('site');
      expect(listed.map((record) => record.pictureId)).toEqual([one.record.pictureId, two.record.pictureId]);
      expect(listed[0]).toMatchObject({ cameraId: '2', place: 'yard', personId: 'p' });
    });

    it('refuses bytes that are not the picture, and records that make no sense, and keeps nothing of the call', async () => {
      const [one, two] = await Promise.all([registered(1), registered(2)]);
      const wrong = [one, { record: two.record, bytes: one.bytes }];
      await expect(store.add('site', wrong)).rejects.toEqual(code('OPTION_INVALID'));
      const timeless = [one, { ...two, record: { ...two.record, time: 'Tuesday' } }];
      await expect(store.add('site', timeless)).rejects.toEqual(code('OPTION_INVALID'));
      await expect(store.add(' ', [one])).rejects.toEqual(code('OPTION_INVALID'));
      expect(await store.galleries()).toEqual([]);
    });

    it('says which gallery it does not know', async () => {
      const query = { space: 'one', vector: unitVector(0, dimension), tau: 0, limit: 1 };
      for (const attempt of [
        store.summary('nowhere'),
        store.list('nowhere'),
        store.record('nowhere', 'x'),
        store.missingVectors('nowhere', 'one'),
        store.setLiveSpace('nowhere', 'one'),
        store.search('nowhere', query),
        store.remove('nowhere', ['x']),
        store.removeGallery('nowhere'),
      ]) {
        await expect(attempt).rejects.toEqual(code('GALLERY_UNKNOWN'));
      }
      await expect(store.path('0'.repeat(64))).rejects.toEqual(code('PICTURE_UNKNOWN'));
    });

    it('tells an empty gallery from one that is not indexed', async () => {
      const ids = await fill('site', [{}]);
      await expect(found('site', undefined, 'two')).rejects.toEqual(code('GALLERY_NOT_INDEXED'));
      await store.remove('site', ids);
      await expect(found('site')).rejects.toEqual(code('GALLERY_EMPTY'));
    });

    it('sums up a gallery', async () => {
      const facts = Array.from({ length: 12 }, (_, number) => ({
        cameraId: `${number}`,
        personId: `${number % 3}`,
        place: number % 2 ? 'yard' : 'gate',
        time: new Date(Date.UTC(2026, 0, number + 1)).toISOString(),
      }));
      await fill('site', facts);
      await store.setLiveSpace('site', 'one');
      await fill('other', [{}]);
      expect(await store.summary('site')).toEqual({
        name: 'site',
        pictures: 12,
        persons: 3,
        cameras: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'],
        places: ['gate', 'yard'],
        firstTime: '2026-01-01T00:00:00.000Z',
        lastTime: '2026-01-12T00:00:00.000Z',
        spaces: [{ space: 'one', dimension, pictures: 12 }],
        liveSpace: 'one',
      });
      expect((await store.galleries()).map((gallery) => gallery.name)).toEqual(['other', 'site']);
    });

    it('lists page by page in the order of registration', async () => {
      const ids = await fill('site', Array(7).fill({}));
      expect((await store.list('site', { offset: 2, limit: 3 })).map((r) => r.pictureId)).toEqual(
        ids.slice(2, 5),
      );
      expect((await store.records('site', [ids[4] ?? '', 'x', ids[1] ?? ''])).map((r) => r?.source)).toEqual([
        'picture-4.png',
        undefined,
        'picture-1.png',
      ]);
    });

    it('names the pictures without a vector, and gives vectors back bit for bit', async () => {
      const pictures = await Promise.all([registered(1), registered(2), registered(3)]);
      await store.add('site', pictures);
      const [a = '', b = '', c = ''] = pictures.map(({ record }) => record.pictureId);
      expect(await store.missingVectors('site', 'one')).toEqual([a, b, c]);
      const vector = unitVector(5, dimension);
      await store.addVectors('one', [{ pictureId: b, vector }]);
      expect(await store.missingVectors('site', 'one')).toEqual([a, c]);
      expect(await store.missingVectors('site', 'two')).toEqual([a, b, c]);
      expect(await store.vectors('one', [a, b])).toEqual([undefined, vector]);
      expect(await store.vectors('two', [b])).toEqual([undefined]);
    });

    it('never mixes spaces or accepts a vector that is not one of theirs', async () => {
      const [id = ''] = await fill('site', [{}, {}]);
      await expect(
        store.addVectors('one', [{ pictureId: id, vector: unitVector(1, dimension + 1) }]),
      ).rejects.toEqual(code('OPTION_INVALID'));
      for (const bad of [new Float32Array(dimension), new Float32Array(dimension).fill(Number.NaN)]) {
        await expect(store.addVectors('one', [{ pictureId: id, vector: bad }])).rejects.toEqual(
          code('OPTION_INVALID'),
        );
      }
      await store.addVectors('two', [{ pictureId: id, vector: unitVector(1, dimension + 1) }]);
      expect((await found('site')).of).toBe(2);
      await expect(found('site', undefined, 'two')).rejects.toEqual(code('OPTION_INVALID'));
      await store.addVectors('one', [{ pictureId: '0'.repeat(64), vector: unitVector(1, dimension) }]);
      expect((await found('site')).of).toBe(2);
    });

    it('finds the nearest first, counts what tau keeps, and breaks ties by registration', async () => {
      const pictures = await Promise.all(Array.from({ length: 6 }, (_, number) => registered(number)));
      const ids = pictures.map(({ record }) => record.pictureId);
      await store.add('site', pictures);
      const near = unitVector(0, dimension);
      const far = unitVector(7, dimension);
      const order = [5, 3, 1, 0, 2, 4];
      for (const number of order) {
        const vector = number % 2 === 1 ? near : far;
        await store.addVectors('one', [{ pictureId: ids[number] ?? '', vector }]);
      }
      const farScore = far.reduce((sum, value, at) => sum + value * (near[at] ?? 0), 0);
      const outcome = await store.search('site', { space: 'one', vector: near, tau: 0.99, limit: 4 });
      expect(outcome.hits.map((hit) => hit.pictureId)).toEqual([ids[1], ids[3], ids[5], ids[0]]);
      expect(outcome.hits[0]?.score).toBeCloseTo(1, 6);
      expect(outcome.hits[3]?.score).toBeCloseTo(farScore, 6);
      expect(outcome).toMatchObject({ of: 6, kept: 3 });
    });

    it('pushes every restriction down, alone and together, in search and list alike', async () => {
      const next = random(3);
      const some = <T>(values: readonly T[]) => values[Math.floor(next() * values.length)];
      const facts = Array.from({ length: 60 }, () =>
        Object.fromEntries(
          Object.entries({
            cameraId: some([undefined, '1', '2', '3']),
            place: some([undefined, 'gate', 'yard', '1']),
            personId: some([undefined, 'p', 'q']),
            time: some([
              undefined,
              '2026-01-01T00:00:00.000Z',
              '2026-01-02T00:00:00.000Z',
              '2026-01-03T00:00:00.000Z',
            ]),
            tags: some([undefined, ['bag'], ['bag', 'cap'], ['1']]),
          }).filter(([, value]) => value !== undefined),
        ),
      ) as Partial<PictureRecord>[];
      const ids = await fill('site', facts);
      const scopes: Scope[] = [
        {},
        { cameras: [], persons: [], places: [], tags: [], exclude: [] },
        { cameras: ['1'] },
        { cameras: ['1', '3'] },
        { cameras: ['nowhere'] },
        { places: ['gate'] },
        { persons: ['p', 'q'] },
        { tags: ['cap', '1'] },
        { after: new Date('2026-01-02T00:00:00.000Z') },
        { before: new Date('2026-01-02T00:00:00.000Z') },
        { after: new Date('2026-01-02T00:00:00.000Z'), before: new Date('2026-01-02T00:00:00.000Z') },
        { exclude: ids.slice(0, 30) },
        { exclude: ['nonsense', ids[0]?.toUpperCase() ?? ''] },
        { cameras: ['1', '2'], places: ['yard', 'gate'], tags: ['bag'], exclude: ids.slice(0, 5) },
      ];
      for (const scope of scopes) {
        const expected = ids.filter((id, number) => inScope(id, facts[number] ?? {}, scope));
        const outcome = await found('site', scope);
        expect(outcome.of).toBe(expected.length);
        expect(outcome.kept).toBe(expected.length);
        expect(outcome.hits.map((hit) => hit.pictureId).sort()).toEqual([...expected].sort());
        expect((await store.list('site', { scope })).map((record) => record.pictureId)).toEqual(expected);
        expect(await store.indexed('site', 'one', scope)).toEqual({
          pictures: expected.length,
          indexed: expected.length,
        });
        const summary = await store.summary('site', scope);
        const inside = facts.filter((fact, number) => inScope(ids[number]!, fact, scope));
        const names = (key: 'cameraId' | 'place') => [...new Set(inside.flatMap((fact) => fact[key] ?? []))];
        expect(summary.pictures).toBe(expected.length);
        expect(summary.cameras).toEqual(names('cameraId').sort());
        expect(summary.places).toEqual(names('place').sort());
        expect(summary.spaces.map(({ pictures }) => pictures)).toEqual(
          expected.length > 0 ? [expected.length] : [],
        );
      }
    });

    it('sees changed facts, new vectors and removals at the next search', async () => {
      const ids = await fill('site', [{ cameraId: '1' }, { cameraId: '1' }, { cameraId: '2' }]);
      expect((await found('site', { cameras: ['1'] })).of).toBe(2);
      const changed = await registered(0, { cameraId: '2' });
      await store.add('site', [changed]);
      expect((await found('site', { cameras: ['2'] })).of).toBe(2);
      await store.addVectors('one', [{ pictureId: ids[2] ?? '', vector: unitVector(0, dimension) }]);
      expect((await found('site')).hits[1]).toMatchObject({ pictureId: ids[2] });
      await store.remove('site', [ids[0] ?? '']);
      expect((await found('site')).hits.map((hit) => hit.pictureId)).not.toContain(ids[0]);
      await store.add('site', [changed]);
      expect((await found('site')).of).toBe(2);
      await store.addVectors('one', [{ pictureId: ids[0] ?? '', vector: unitVector(0, dimension) }]);
      const last = await found('site');
      // Registered anew, it comes after its equal.
      expect(last.hits.slice(0, 2).map((hit) => hit.pictureId)).toEqual([ids[2], ids[0]]);
    });

    it('keeps galleries apart, and a picture as long as one of them has it', async () => {
      const [a = '', b = ''] = await fill('site', [{ cameraId: '1' }, {}]);
      await fill('other', [{ cameraId: '9' }]);
      expect((await store.record('other', a))?.cameraId).toBe('9');
      expect(await store.galleriesOf([b, a, 'nonsense'])).toEqual([['site'], ['other', 'site'], []]);
      const path = await store.path(a);
      expect(await store.remove('site', [a, a, b, 'nonsense'])).toBe(2);
      expect((await store.list('site')).length).toBe(0);
      expect(await readFile(path)).toBeInstanceOf(Buffer);
      expect((await store.vectors('one', [a, b])).map(Boolean)).toEqual([true, false]);
      expect((await found('other')).hits.map((hit) => hit.pictureId)).toEqual([a]);
      expect(await store.removeGallery('other')).toBe(1);
      await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(store.path(a)).rejects.toEqual(code('PICTURE_UNKNOWN'));
      expect((await store.galleries()).map((gallery) => gallery.name)).toEqual(['site']);
    });

    it('drops a space that nobody searches with, and only that', async () => {
      await fill('site', [{}, {}]);
      await fill('site', [{}, {}], 'two');
      await fill('other', [{}]);
      expect((await found('site')).of).toBe(2);
      await store.setLiveSpace('site', 'two');
      await store.setLiveSpace('other', 'one');
      await expect(store.dropSpace('site', 'two')).rejects.toEqual(code('OPTION_INVALID'));
      await store.dropSpace('site', 'one');
      expect((await found('other')).of).toBe(1);
      expect((await found('site', undefined, 'two')).of).toBe(2);
      expect(await store.indexed('site', 'one')).toEqual({ pictures: 2, indexed: 1 });
      expect((await store.missingVectors('site', 'one')).length).toBe(1);
    });

    it('searches in the live space only, and in any as long as none is live', async () => {
      await fill('site', [{}, {}]);
      const [id = ''] = (await store.list('site')).map((record) => record.pictureId);
      await store.addVectors('two', [{ pictureId: id, vector: unitVector(1, dimension) }]);
      expect((await found('site', undefined, 'two')).of).toBe(1);
      await store.setLiveSpace('site', 'one');
      // A fragment, as a reindex that was stopped leaves it: no answer rather than half of one.
      const fragment = found('site', undefined, 'two');
      await expect(fragment).rejects.toEqual(code('GALLERY_NOT_INDEXED'));
      await expect(fragment).rejects.toMatchObject({
        next: expect.stringContaining('chatreid gallery reindex --gallery site'),
      });
      expect((await found('site')).of).toBe(2);
      await store.setLiveSpace('site', 'two');
      expect((await found('site', undefined, 'two')).of).toBe(1);
    });

    it('lets vectors claim a gallery that has none in the space it is searched in, and no other', async () => {
      const pictures = await Promise.all([registered(1), registered(2)]);
      const [a = '', b = ''] = pictures.map(({ record }) => record.pictureId);
      await store.add('site', pictures);
      const live = async () => (await store.summary('site')).liveSpace;
      const vector = unitVector(5, dimension);
      await store.addVectors('one', [], { claimFor: 'site' });
      expect(await live()).toBe('one');
      await store.addVectors('two', [{ pictureId: a, vector }], { claimFor: 'site' });
      expect(await live()).toBe('two');
      const late = store.addVectors('one', [{ pictureId: b, vector }], { claimFor: 'site' });
      await expect(late).rejects.toEqual(code('GALLERY_NOT_INDEXED'));
      expect(await store.vectors('one', [b])).toEqual([undefined]);
      expect(await live()).toBe('two');
      await store.remove('site', [a]);
      await store.addVectors('one', [{ pictureId: b, vector }], { claimFor: 'site' });
      expect(await live()).toBe('one');
      // Removed meanwhile by somebody else: nothing to claim, and no failure.
      await store.addVectors('one', [{ pictureId: b, vector }], { claimFor: 'gone' });
    });

    it('counts what is indexed, whether it has been searched or not, and sees every change', async () => {
      await expect(store.indexed('site', 'one')).rejects.toEqual(code('GALLERY_UNKNOWN'));
      const ids = await fill('site', [{}, {}, {}]);
      expect(await store.indexed('site', 'nowhere')).toEqual({ pictures: 3, indexed: 0 });
      const recent = { after: new Date(0) };
      expect(await store.indexed('site', 'one', recent)).toEqual({ pictures: 0, indexed: 0 });
      await store.add('site', [await registered(0, { time: '2026-01-01T00:00:00.000Z' })]);
      expect(await store.indexed('site', 'one', recent)).toEqual({ pictures: 1, indexed: 1 });
      expect(await store.indexed('site', 'nowhere', recent)).toEqual({ pictures: 1, indexed: 0 });
      for (const searchedBefore of [false, true]) {
        const [seen, unseen] = [await registered(50), await registered(51)];
        const counts = () => store.indexed('site', 'one');
        expect(await counts()).toEqual({ pictures: 3, indexed: 3 });
        await store.add('site', [seen, unseen]);
        expect(await counts()).toEqual({ pictures: 5, indexed: 3 });
        const [id, other] = [seen.record.pictureId, unseen.record.pictureId];
        await store.addVectors('one', [{ pictureId: id, vector: unitVector(9, dimension) }]);
        expect(await counts()).toEqual({ pictures: 5, indexed: 4 });
        await store.addVectors('two', [{ pictureId: other, vector: unitVector(9, dimension) }]);
        expect(await counts()).toEqual({ pictures: 5, indexed: 4 });
        await store.remove('site', [id, other]);
        expect(await counts()).toEqual({ pictures: 3, indexed: 3 });
        if (!searchedBefore) expect((await found('site')).of).toBe(3);
      }
      await store.removeGallery('site');
      await fill('site', [{}]);
      expect(await store.indexed('site', 'one')).toEqual({ pictures: 1, indexed: 1 });
      expect(ids.length).toBe(3);
    });

    it('stops a search that is cancelled', async () => {
      await fill('site', [{}]);
      const query = { space: 'one', vector: unitVector(0, dimension), tau: 0, limit: 1 };
      const signal = AbortSignal.abort();
      await expect(store.search('site', { ...query, signal })).rejects.toEqual(code('CANCELLED'));
    });
  });
}

/** The meaning of a scope, said as plainly as possible. */
function inScope(id: string, facts: Partial<PictureRecord>, scope: Scope): boolean {
  const among = (list: readonly string[] | undefined, value: string | undefined) =>
    !list?.length || (value !== undefined && list.includes(value));
  const time = facts.time === undefined ? undefined : new Date(facts.time);
  return (
    among(scope.cameras, facts.cameraId) &&
    among(scope.places, facts.place) &&
    among(scope.persons, facts.personId) &&
    (!scope.after || (time !== undefined && time >= scope.after)) &&
    (!scope.before || (time !== undefined && time <= scope.before)) &&
    (!scope.tags?.length || (facts.tags ?? []).some((tag) => scope.tags?.includes(tag))) &&
    !scope.exclude?.includes(id)
  );
}
