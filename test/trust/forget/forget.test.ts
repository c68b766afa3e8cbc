/** A person is forgotten: before, something of theirs is found in every store and cache; afterwards nothing, and all others are as they were. */
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { forgetTools } from '../../../src/cli/forget/tools-of-parts.ts';
import { giveOrder } from '../../../src/cli/forget/give-order.ts';
import { prove } from '../../../src/cli/forget/prove.ts';
import { finishIfDone, workOff } from '../../../src/cli/forget/work-off.ts';
import type { Composition } from '../../../src/cli/composition.ts';
import { keepCut } from '../../../src/conversation/storage/cut-pictures.ts';
import { uploadedFile } from '../../../src/conversation/storage/forget-uploads.ts';
import { Uploads } from '../../../src/conversation/uploads.ts';
import { fold } from '../../../src/conversation/fold.ts';
import { soughtWithout } from '../../../src/conversation/storage/without-forgotten.ts';
import { isHead, isTurn, keys } from '../../../src/conversation/storage/talk-record.ts';
import { picture } from '../../gallery/test-pictures.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { chatreid, type RunOptions } from '../../cli/command-line.ts';
import { anna, ForgetHouse, noisePicture, persons, seeingModel, seenVector } from './forget-house.ts';

let template: ForgetHouse;

beforeAll(async () => {
  template = await ForgetHouse.build(join(await temporaryFolder(), 'house'));
  await template.fillAll();
});

async function house(): Promise<ForgetHouse> {
  return template.copy(join(await temporaryFolder(), 'house'));
}

const by = { platform: 'command-line', user: 'command-line:test' };

async function orderOf(parts: Composition, pictures: readonly string[], person?: string) {
  const request = { why: 'person' as const, by, pictures, ...(person === undefined ? {} : { person }) };
  return giveOrder(forgetTools(parts), request);
}

describe('a person', () => {
  test('has left something in every store and cache, and then nothing anywhere', async () => {
    const its = await house();
    const parts = its.parts();
    const tools = forgetTools(parts);
    const order = await orderOf(parts, its.annas, anna);
    const before = await prove(tools, order);
    const places = new Set(
      before.left.map(({ where }) => where.replace(/[0-9a-f]{32,}/g, 'H').replace(/^.*(H\..*)$/, '$1')),
    );
    for (const place of [
      'galleries/gallery.db',
      'conversations/state.sqlite',
      'conversations/state.sqlite.damaged-2026-11-20',
      'cache/registering-abc123/pictures.jsonl',
      'cache/evaluation/answers/log.jsonl',
      'audit/audit-words-2026-11.jsonl',
    ]) {
      expect(
        before.left.some(({ where }) => where.startsWith(place)),
        place,
      ).toBe(true);
      expect(
        before.left.some(({ where }) => where.includes(`replaced-2026-11-01T00-00-00-000Z/${place}`)),
        place,
      ).toBe(true);
    }
    expect([...places].some((place) => place.endsWith('.features'))).toBe(true);
    expect([...places].some((place) => place.endsWith('.jpg'))).toBe(true);
    for (const shelf of ['inbox', 'talks', 'events', 'posts']) {
      expect(
        before.left.some(({ where }) => where.startsWith(`${shelf} `)),
        shelf,
      ).toBe(true);
    }
    expect(before.left.some(({ where }) => where.endsWith('.vectors'))).toBe(true);
    expect(new Set(before.left.map(({ kind }) => kind))).toEqual(
      new Set(['picture id', 'picture bytes', 'embedding', 'features', 'person id', 'file name']),
    );

    await workOff(tools, order.id);
    await finishIfDone(tools, order.id);
    const after = await prove(tools, (await tools.orders.order(order.id)) ?? order);
    expect(after.left).toEqual([]);
    // Names too, which the order itself has thrown away by now.
    expect((await prove(tools, order)).left).toEqual([]);
    expect(after.bytes).toBeGreaterThan(100_000);
    expect(new Set(after.allowed.map(({ kind }) => kind))).toEqual(new Set(['picture id']));
    await parts.close();
  });

  test('others are as they were: records, vectors, files, searches', async () => {
    const its = await house();
    const before = its.parts();
    const others = its.ids.slice(1).flat();
    const seen = async (parts: Composition) => {
      const store = await parts.store();
      const scope = { persons: persons.slice(1) };
      const search = { space: 'seen', vector: seenVector(others[3]!), tau: -1, limit: 20, scope };
      return {
        lobby: await store.list('lobby', { scope }),
        gate: await store.list('gate', { scope }),
        vectors: await store.vectors('seen', others),
        older: await store.vectors('an older space', others),
        found: (await store.search('lobby', search)).hits,
        files: await Promise.all(
          others.map(async (id) => (await readFile(await store.path(id))).toString('hex')),
        ),
      };
    };
    const was = await seen(before);
    expect(was.found).toHaveLength(9);
    const order = await orderOf(before, its.annas, anna);
    await workOff(forgetTools(before), order.id);
    expect(await seen(before)).toEqual(was);
    await before.close();
    const after = its.parts();
    expect(await seen(after)).toEqual(was);
    await after.close();
  });

  test('a talk goes on: numbers mean what they meant, undo does not bring the picture back', async () => {
    const its = await house();
    const parts = its.parts();
    const order = await orderOf(parts, its.annas, anna);
    const storage = await parts.wholeStorage();
    const was = await storage.talks.get(keys.head('web:4f2a'));
    await workOff(forgetTools(parts), order.id);
    const head = await storage.talks.get(keys.head('web:4f2a'));
    if (!isHead(head) || !isHead(was)) throw new Error('There is no talk.');
    // Places in the ranking stay, so that number 3 is still number 3.
    expect(head.state.shown).toHaveLength(was.state.shown.length);
    const others = was.state.shown
      .map((id, at) => [id, at] as const)
      .filter(([id]) => !its.annas.includes(id));
    for (const [id, at] of others) expect(head.state.shown[at]).toBe(id);
    expect([...head.state.pictures, ...head.state.negatives, ...head.state.chosen]).toEqual([]);
    // The state is still what its turns fold to.
    const turns = await storage.talks.getMany(
      Array.from({ length: head.nextTurn }, (_, at) => keys.turn('web:4f2a', at)),
    );
    expect(soughtWithout(fold(head.base, turns.filter(isTurn)))).toEqual(head.state);
    const conversations = await parts.conversations('lobby');
    const replies = await conversations.replies('web:4f2a');
    expect(JSON.stringify(replies)).not.toContain(its.annas[1]);
    const ranks = replies.flatMap(({ answer }) => answer?.cards.map(({ rank }) => rank) ?? []);
    expect(ranks.length).toBeGreaterThan(5);
    await parts.close();
  });

  test('what waited with one of the pictures is answered with a sentence', async () => {
    const its = await house();
    const parts = its.parts();
    const order = await orderOf(parts, its.annas, anna);
    await workOff(forgetTools(parts), order.id);
    const conversations = await parts.conversations('lobby');
    const told: string[] = [];
    await conversations.resume('web:queued', async ({ error, notes }) => {
      told.push(error?.message ?? '', ...notes);
    });
    expect(told.join(' ')).toContain('forgotten before it was looked at');
    await parts.close();
  });
});

test('what a restore put aside because it was damaged keeps nothing from being forgotten', async () => {
  const its = await house();
  const aside = join(its.home, 'replaced-2026-11-01T00-00-00-000Z', 'galleries', 'gallery.db');
  const bytes = await readFile(aside);
  bytes.fill('x', 0, 4096);
  await writeFile(aside, bytes);
  const parts = its.parts();
  const order = await orderOf(parts, its.annas, anna);
  await workOff(forgetTools(parts), order.id);
  expect((await prove(forgetTools(parts), order)).left).toEqual([]);
  await parts.close();
});

describe('a frame and the people cut from it', () => {
  async function framed() {
    const its = await house();
    const parts = its.parts();
    const storage = await parts.wholeStorage();
    const folder = join(its.home, 'conversations', 'pictures');
    const uploads = await Uploads.open(folder);
    const sent = [900, 901, 902].map(
      async (number) => (await uploads.keep('web:f', await noisePicture(number))).id,
    );
    const [frame, one, other] = (await Promise.all(sent)) as [string, string, string];
    await keepCut(storage.talks, 'web:f', frame, [one, other]);
    const there = async () => {
      const files = await Promise.all([frame, one, other].map((id) => uploadedFile(folder, id)));
      return files.map((file) => file !== undefined);
    };
    return { parts, frame, one, there };
  }

  test('who forgets a frame forgets all of them', async () => {
    const { parts, frame, there } = await framed();
    expect(await there()).toEqual([true, true, true]);
    const order = await orderOf(parts, [frame]);
    await workOff(forgetTools(parts), order.id);
    expect(await there()).toEqual([false, false, false]);
    expect((await prove(forgetTools(parts), order)).left).toEqual([]);
    await parts.close();
  });

  test('who forgets one of them forgets the frame, and nobody else', async () => {
    const { parts, one, there } = await framed();
    const order = await orderOf(parts, [one]);
    await workOff(forgetTools(parts), order.id);
    expect(await there()).toEqual([false, false, true]);
    await parts.close();
  });
});

describe('the command', () => {
  const run = (its: ForgetHouse, argv: readonly string[], options: RunOptions = {}) =>
    chatreid(argv, { ...options, env: its.env, model: seeingModel() });

  test('forgets a person, proves it, and can prove it again later', async () => {
    const its = await house();
    const first = await run(its, ['forget', '--person', anna, '--yes', '--prove', '--json']);
    expect(first.stderr).not.toContain('rror');
    const report = JSON.parse(first.stdout);
    expect(report).toMatchObject({ entries: 12, uploads: 2, proof: { left: [] }, processesWaiting: 0 });
    expect(report.pictures.sort()).toEqual([...its.annas].sort());
    expect(report.postsWaiting).toEqual([{ conversation: 'slack:T1/C2/1.1', message: expect.any(String) }]);
    expect(first.exitCode).toBe(0);
    for (const argv of [['--person', anna], ['--picture', its.annas[0]!.slice(0, 8)], []]) {
      const again = await run(its, ['forget', ...argv, '--prove']);
      expect(again.stdout).toContain('nothing is left');
      expect(again.exitCode).toBe(0);
    }
    const unknown = await run(its, ['forget', '--person', anna, '--yes']);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain('There is no such picture');
  });

  test('finds what was left: a vector in a stray file, the picture in another, an id in a name', async () => {
    const its = await house();
    const own = await readFile(join(its.root, 'pictures', `${anna}-camera-2.jpg`));
    await run(its, ['forget', '--person', anna, '--yes']);
    const vector = seenVector(its.annas[1]!);
    await mkdir(join(its.home, 'stray'));
    const planted = Buffer.concat([Buffer.alloc(4_000_001, 7), Buffer.from(vector.buffer), Buffer.alloc(99)]);
    await writeFile(join(its.home, 'stray', 'dump.bin'), planted);
    await writeFile(
      join(its.home, 'stray', 'page.html'),
      `<img src="data:image/jpeg;base64,${own.toString('base64')}">`,
    );
    await writeFile(join(its.home, 'stray', `${its.annas[2]}.txt`), '');
    const found = await run(its, ['forget', '--prove', '--json']);
    expect(found.exitCode).toBe(1);
    const { left } = JSON.parse(found.stdout).proof as {
      left: { where: string; offset: number; kind: string }[];
    };
    expect(left).toContainEqual({
      where: join('stray', 'dump.bin'),
      offset: 4_000_001,
      kind: 'embedding',
      picture: its.annas[1]!.slice(0, 12),
    });
    expect(left.filter(({ where }) => where.endsWith('page.html')).map(({ kind }) => kind)).toContain(
      'picture bytes',
    );
    expect(left.filter(({ where }) => where.endsWith('.txt')).map(({ kind }) => kind)).toEqual([
      'picture id',
    ]);
  });

  test('a picture that another gallery has too stays there, whole', async () => {
    const its = await house();
    const done = await run(its, [
      'forget',
      '--person',
      anna,
      '--gallery',
      'lobby',
      '--yes',
      '--json',
      '--prove',
    ]);
    expect(JSON.parse(done.stdout)).toMatchObject({ pictures: [], entries: 6, proof: { left: [] } });
    const parts = its.parts();
    const store = await parts.store();
    expect(await store.galleriesOf(its.annas)).toEqual([['gate'], ['gate'], ['gate']]);
    expect(await store.vectors('seen', its.annas)).toEqual(its.annas.map(seenVector));
    await parts.close();
    const all = await run(its, ['forget', '--picture', ...its.annas, '--yes', '--prove']);
    expect(all.stdout).toContain('nothing is left');
  });

  test('takes beginnings of ids and files, and refuses a beginning that two pictures share', async () => {
    const its = await house();
    const byStart = new Map<string, Buffer>();
    let twins: Buffer[] = [];
    // Two pictures whose ids begin alike.
    const { pictureId } = await import('../../../src/foundation/picture.ts');
    for (let number = 0; twins.length === 0; number++) {
      const bytes = Buffer.concat([await picture(number % 40), Buffer.from(String(number))]);
      const start = pictureId(bytes).slice(0, 6);
      const other = byStart.get(start);
      if (other) twins = [other, bytes];
      byStart.set(start, bytes);
    }
    const parts = its.parts();
    const store = await parts.store();
    for (const bytes of twins) {
      const record = { pictureId: pictureId(bytes), source: 'twin.png', width: 8, height: 16 };
      await store.add('lobby', [{ record, bytes }]);
    }
    await parts.close();
    const start = pictureId(twins[0]!).slice(0, 6);
    const refused = await run(its, ['forget', '--picture', start, '--yes']);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('is more than one picture');
    const file = join(its.root, 'pictures', `${anna}-camera-1.jpg`);
    const done = await run(its, ['forget', '--picture', file, its.annas[1]!.slice(0, 8), '--yes', '--json']);
    expect(JSON.parse(done.stdout).pictures.sort()).toEqual([...its.annas.slice(0, 2)].sort());
  });

  test('older than: by the time of the picture or of its registration; talks and what was sent too', async () => {
    const its = await house();
    const parts = its.parts();
    const store = await parts.store();
    const bytes = await noisePicture(500);
    const { pictureId } = await import('../../../src/foundation/picture.ts');
    const timeless = pictureId(bytes);
    await store.add('lobby', [
      { record: { pictureId: timeless, source: 'no-time.jpg', width: 48, height: 96 }, bytes },
    ]);
    const long = new Date('2026-01-01');
    await utimes(await store.path(timeless), long, long);
    await parts.close();
    const now = new Date('2026-11-28T13:00:00Z');
    const some = await run(
      its,
      ['forget', '--older-than', '2026-11-22', '--gallery', 'lobby', '--yes', '--json'],
      { now },
    );
    // Of 21 November, which the gate has too, and the one without a time.
    expect(JSON.parse(some.stdout)).toMatchObject({ pictures: [timeless], entries: 9, talks: 0 });
    const none = await run(its, ['forget', '--older-than', '30d', '--gallery', 'lobby', '--yes'], { now });
    expect(none.stdout).toContain('Nothing is older');
    // A day later everything but the talk of the queue, which nobody has answered, is older than half a day.
    const later = new Date('2026-11-30T13:00:00Z');
    const all = await run(its, ['forget', '--older-than', '12h', '--yes', '--json'], { now: later });
    expect(JSON.parse(all.stdout).pictures).toHaveLength(12);
    const after = its.parts();
    const left: string[] = [];
    for await (const { value } of (await after.wholeStorage()).talks.entries())
      if (isHead(value)) left.push(value.conversation);
    expect(left).toEqual([]);
    await after.close();
    await expect(stat(join(its.home, 'chat', 'evening'))).rejects.toThrow('ENOENT');
  });

  test('asks first, and wants to know what', async () => {
    const its = await house();
    const nobody = await run(its, ['forget', '--person', anna]);
    expect(nobody.exitCode).toBe(2);
    expect(nobody.stderr).toContain('--yes');
    const no = await run(its, ['forget', '--person', anna], { tty: true, stdin: 'n\n' });
    expect(no.stderr).toContain('Nothing was forgotten');
    for (const argv of [
      [],
      ['--person', 'x', '--picture', 'abcdef'],
      ['--older-than', '2099-01-01', '--yes'],
    ]) {
      expect((await run(its, ['forget', ...argv])).exitCode).toBe(2);
    }
  });
});
