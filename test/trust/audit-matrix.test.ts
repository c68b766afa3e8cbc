/** Every kind of entry, from every place that people come from: nothing is shown, kept, taken out or refused unrecorded. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordedConversations } from '../../src/cli/audit/recorded-conversations.ts';
import { Composition, makers } from '../../src/cli/composition.ts';
import { galleryAccess } from '../../src/cli/gallery-access.ts';
import { settingsFrom } from '../../src/cli/settings.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { pictureId } from '../../src/foundation/picture.ts';
import { entriesOf } from '../../src/trust/audit-entries.ts';
import type { AuditEntry, AuditEvent, AuditKind } from '../../src/trust/audit-event.ts';
import { verifyTrail } from '../../src/trust/audit-verify.ts';
import { StandInConversations, answerOf, replyTo } from '../adapters/stand-in-conversations.ts';
import { drawPeople, drawPerson } from '../cli/coloured-people.ts';
import { chatreid, colourModel } from '../cli/command-line.ts';
import { PlayedAdapter, startBot } from '../cli/serve-house.ts';

let root: string;
let env: NodeJS.ProcessEnv;
let folder: string;
let pictures: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-matrix-'));
  const drawn = await drawPeople(root);
  pictures = drawn.pictures;
  env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: drawn.model };
  folder = join(root, 'home', 'audit');
  expect((await chatreid(['gallery', 'add', pictures], { env })).exitCode).toBe(0);
});
afterAll(async () => {
  expect(verifyTrail(folder).broken).toBeUndefined();
  await rm(root, { recursive: true, force: true });
});

/** What was recorded meanwhile. */
async function during(work: () => Promise<unknown>): Promise<readonly AuditEntry[]> {
  const before = verifyTrail(folder).last;
  await work();
  return [...entriesOf(folder)].filter(({ seq }) => seq > before);
}

const kinds = (entries: readonly AuditEntry[]): readonly AuditKind[] =>
  entries.map(({ event }) => event.kind);

/** An adapter of a platform's name, that looks at pictures too. */
class Looking extends PlayedAdapter {
  conversations!: Conversations;

  override start(conversations: Conversations): Promise<void> {
    this.conversations = conversations;
    return super.start(conversations);
  }
}

test.each(['web', 'slack', 'discord', 'terminal'])(
  '%s: every kind, through its talks',
  async (name) => {
    const adapter = new Looking(name);
    const photo = await drawPerson('#d01010', 9);
    const id = pictureId(photo);
    const conversation = `${name}:matrix`;
    const say = (message: string, text: string, more = {}) =>
      adapter.say(message, text, { conversation, ...more }).done;
    // Before what it names is forgotten.
    let asked: AuditEntry | undefined;
    const entries = await during(async () => {
      const bot = await startBot(
        [adapter],
        env,
        `access: {grants: [{role: admin, to: ["${name}:planted-user"]}]}`,
      );
      await say('m1', 'case 2026-117');
      await say('m2', 'a red coat on camera 1', { attachments: [{ name: 'Anna.png', bytes: photo }] });
      const answered = adapter.replies.findLast(({ answer }) => answer)!;
      asked = [...entriesOf(folder)].at(-1);
      await adapter.conversations.sheet(answered);
      const shown = answered.answer!.cards[0]!.pictureId;
      expect(await adapter.conversations.picturePath(shown)).toContain(shown);
      await say('m3', '', { acts: [{ act: 'register', pictures: [{ pictureId: id }], camera: '9' }] });
      await say('m4', '', { acts: [{ act: 'forget', pictures: [{ pictureId: id }] }] });
      await say('m5', '', { attachments: [{ name: 'a.txt', bytes: Buffer.from('no picture') }] });
      await adapter.conversations.forget(conversation);
      await bot.stop();
    });
    expect(new Set(kinds(entries))).toEqual(
      new Set(['configuration', 'lookup', 'view', 'registration', 'forget', 'denial']),
    );
    const of = (kind: AuditKind, message?: string) =>
      entries.findLast(
        ({ event }) => event.kind === kind && (message === undefined || event.message === message),
      );
    const answer = adapter.replies.findLast(({ to }) => to === 'm2')!.answer!;
    expect(asked?.event.kind).toBe('lookup');
    expect(asked).toMatchObject({
      event: {
        platform: name,
        user: `${name}:planted-user`,
        conversation,
        message: 'm2',
        gallery: 'default',
        cameras: ['1'],
        query: { pictures: [id] },
        shown: answer.cards.map(({ rank, pictureId: shown }) => [rank, shown]),
        decision: answer.result.decision,
        model: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      words: { case: expect.stringContaining('2026-117'), words: { text: 'a red coat on camera 1' } },
    });
    expect(of('registration')?.event).toMatchObject({ pictures: [id], camera: '9', message: 'm3' });
    expect(of('forget', 'm4')).toBeDefined();
    // What was removed by its id, before it was begun and when it was done.
    const orders = entries.filter(
      ({ event }) => event.kind === 'forget' && event.order !== undefined && event.stage !== undefined,
    );
    expect(orders.map(({ event }) => [event.user, event.pictures, event.stage])).toEqual([
      [`${name}:planted-user`, [id], 'begun'],
      [`${name}:planted-user`, [id], 'done'],
    ]);
    expect(of('denial')?.event).toMatchObject({ code: 'PICTURE_NOT_A_PICTURE', message: 'm5' });
    for (const { event } of entries.filter((entry) => entry.event.kind === 'view')) {
      expect(event.platform).toBe(name);
    }
    expect(of('configuration')?.event).toMatchObject({ service: 'serve', platforms: [name] });
  },
  20_000,
);

test('the same configuration is recorded once', async () => {
  const start = async () => (await startBot([new PlayedAdapter('same')], env)).stop();
  expect(kinds(await during(start))).toEqual(['configuration']);
  expect(kinds(await during(start))).toEqual([]);
});

test('a talk in the terminal', async () => {
  const entries = await during(() => chatreid(['chat'], { env, stdin: 'red coat\nhelp\n' }));
  expect(kinds(entries)).toEqual(['lookup', 'view', 'lookup']);
  expect(entries[0]?.event.user).toMatch(/^terminal:/);
  expect(entries[1]?.event).toMatchObject({ what: 'sheet', platform: 'terminal' });
});

test('pictures that the page brings', async () => {
  const parts = new Composition(settingsFrom(env), { ...makers, localModel: async () => colourModel() });
  const bytes = await drawPerson('#123456');
  const add = () =>
    galleryAccess(parts).add(
      { user: 'web:local', marks: ['web:local'] },
      'uploads',
      [{ name: 'b.png', bytes }],
      {},
      () => {},
      new AbortController().signal,
    );
  const entries = await during(() => add().finally(() => parts.close()));
  expect(entries.map(({ event }) => [event.kind, event.platform, event.stage])).toEqual([
    ['registration', 'web', 'begun'],
    ['registration', 'web', 'done'],
  ]);
  expect(entries[0]?.event.pictures).toEqual([pictureId(bytes)]);
});

describe('the command line', () => {
  const ran = (...argv: string[]) => during(() => chatreid(argv, { env }));

  test('ask, with a sheet', async () => {
    const entries = await ran('ask', 'red coat', '--camera', '1', '--sheet', join(root, 'answer.png'));
    expect(kinds(entries)).toEqual(['lookup', 'view']);
    expect(entries[0]).toMatchObject({
      event: { platform: 'command-line', gallery: 'default', cameras: ['1'], acts: ['ask'] },
      words: { words: { text: 'red coat' } },
    });
    expect(entries[0]?.event.shown).not.toEqual([]);
  });

  test('ask that is refused, and a mistake of typing, which is none', async () => {
    const [denial] = await ran('ask', 'red', '--gallery', 'nowhere');
    expect(denial?.event).toMatchObject({ kind: 'denial', code: 'GALLERY_UNKNOWN', gallery: 'nowhere' });
    expect(await ran('ask')).toEqual([]);
  });

  test('gallery add, export and remove', async () => {
    expect(kinds(await ran('gallery', 'add', '--gallery', 'other', pictures))).toEqual([
      'registration',
      'registration',
    ]);
    const exported = await ran('gallery', 'export', '--gallery', 'other', '--to', join(root, 'out'));
    expect(exported.map(({ event }) => [event.kind, event.stage])).toEqual([
      ['export', 'begun'],
      ['export', 'done'],
    ]);
    const removed = await ran('gallery', 'remove', '--gallery', 'other', '--all', '--yes');
    expect(kinds(removed)).toEqual(['forget', 'forget']);
    expect(removed[0]?.event.pictures).toHaveLength(Number(removed[1]?.event.removed));
    expect(kinds(await ran('gallery', 'export', '--gallery', 'gone', '--to', join(root, 'no')))).toEqual([
      'export',
      'denial',
    ]);
  });

  test('audit show, export and verify', async () => {
    const shown = await chatreid(['audit', 'show', '--kind', 'lookup', '--platform', 'command-line'], {
      env,
    });
    expect(shown.stdout).toContain('red coat');
    const csv = await chatreid(['audit', 'export', '--format', 'csv'], { env });
    expect(csv.stdout.split('\r\n')[0]).toContain('seq,at,kind');
    const to = join(root, 'trail.jsonl');
    expect((await chatreid(['audit', 'export', '--to', to], { env })).exitCode).toBe(0);
    expect((await chatreid(['audit', 'export', '--to', to], { env })).exitCode).toBe(2);
    expect(kinds(await ran('audit', 'show'))).toEqual(['view']);
    expect(kinds(await ran('audit', 'export'))).toEqual(['export']);
    const verified = await chatreid(['audit', 'verify'], { env });
    expect(verified).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('each as it was written'),
    });
    const head = await chatreid(['audit', 'verify', '--head', 'a'.repeat(64)], { env });
    expect(head).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('taken away') });
    const json = await chatreid(['audit', 'verify', '--json'], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({ first: 1 });
  });

  test('off is said plainly, and records nothing', async () => {
    const off = { ...env, CHATREID_AUDIT: 'off' };
    const entries = await during(async () => {
      const { stderr } = await chatreid(['ask', 'red'], { env: off });
      expect(stderr).toContain('the audit trail is off');
      await chatreid(['chat'], { env: off, stdin: 'red\n' });
    });
    expect(entries).toEqual([]);
    const wrong = await chatreid(['ask', 'red'], { env: { ...env, CHATREID_AUDIT: 'maybe' } });
    expect(wrong.exitCode).toBe(2);
  });

  test('where nothing can be recorded, nothing is answered', async () => {
    const home = join(root, 'other-home');
    const other = { ...env, CHATREID_HOME: home };
    await chatreid(['gallery', 'add', pictures], { env: { ...other, CHATREID_AUDIT: 'off' } });
    await writeFile(join(home, 'audit'), 'not a folder');
    for (const argv of [
      ['ask', 'red'],
      ['gallery', 'remove', '--all', '--yes'],
    ]) {
      const { exitCode, stdout, stderr } = await chatreid(argv, { env: other });
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toContain('nothing is looked up without a record');
    }
    await chmod(join(home, 'audit'), 0o600);
  });
});

test('a disk that is full: the answer is withheld, nothing is searched until there is space, and the gap is told', async () => {
  const recorded: AuditEvent[] = [];
  let full = false;
  const answering = new StandInConversations((message, deliver) =>
    deliver(replyTo(message, { answer: answerOf([{}]) })),
  );
  const trail = {
    folder: join(root, 'nowhere'),
    record: async (...events: readonly AuditEvent[]) => {
      if (full) throw new ChatReidError('AUDIT_UNAVAILABLE', 'The disk is full.', 'Free some space.');
      recorded.push(...events);
      return [];
    },
  };
  const parts = new Composition(settingsFrom(env), { ...makers, localModel: async () => colourModel() });
  const talks = recordedConversations(parts, answering, trail, 'default');
  const replies: Reply[] = [];
  const say = async (id: string) => {
    const message = { id, conversation: 'web:1', user: 'web:local', at: '', text: 'red', attachments: [] };
    const handled = talks.handle(message, async (reply) => void replies.push(reply));
    await handled.accepted;
    await handled.done;
  };
  await say('1');
  full = true;
  await say('2');
  await say('3');
  await expect(talks.picturePath('a')).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  answering.kept = [replyTo(answering.messages[1]!, { answer: answerOf([{}]) })];
  expect((await talks.replies('web:1')).map(({ answer, error }) => [answer, error?.code])).toEqual([
    [undefined, 'AUDIT_UNAVAILABLE'],
  ]);
  full = false;
  await say('4');
  await parts.close();
  expect(replies.map(({ to, error, answer }) => [to, error?.code, answer === undefined])).toEqual([
    ['1', undefined, false],
    ['2', 'AUDIT_UNAVAILABLE', true],
    ['3', 'AUDIT_UNAVAILABLE', true],
    ['4', undefined, false],
  ]);
  // The third was not even begun.
  expect(answering.messages.map(({ id }) => id)).toEqual(['1', '2', '4']);
  expect(recorded.map(({ kind, facts }) => [kind, facts?.refused])).toEqual([
    ['lookup', undefined],
    ['gap', 2],
    ['lookup', undefined],
  ]);
  expect((await talks.replies('web:1'))[0]?.answer).toBeDefined();
  expect(recorded.at(-1)).toMatchObject({ kind: 'lookup', facts: { message: '2' } });
});
