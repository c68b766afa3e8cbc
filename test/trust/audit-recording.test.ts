/** What is recorded of talks: who, for what case, what numbers meant, what was denied; once, and by no later process again. */
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordedConversations } from '../../src/cli/audit/recorded-conversations.ts';
import { Composition, makers } from '../../src/cli/composition.ts';
import { settingsFrom } from '../../src/cli/settings.ts';
import type { Act } from '../../src/conversation/act.ts';
import { type DialogueState, emptyState, type Turn } from '../../src/conversation/dialogue-state.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { entriesOf } from '../../src/trust/audit-entries.ts';
import type { AuditEntry } from '../../src/trust/audit-event.ts';
import { AuditTrail } from '../../src/trust/audit-trail.ts';
import { StandInConversations, answerOf, replyTo } from '../adapters/stand-in-conversations.ts';
import { chatreid, colourModel } from '../cli/command-line.ts';
import { PlayedAdapter, startBot } from '../cli/serve-house.ts';
import { drawPeople } from '../cli/coloured-people.ts';
import { emptyFolder } from './trail-house.ts';

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];
const talk = 'web:alice/1';
const alice = { user: 'web:alice', marks: ['web:alice'] };
const boss = { user: 'web:boss', marks: ['web:boss'], conversation: talk };

let folder: string;
let trail: AuditTrail;
let parts: Composition;

beforeEach(async () => {
  folder = await emptyFolder();
  trail = await AuditTrail.open(folder);
  parts = new Composition(settingsFrom({ CHATREID_HOME: dirname(folder) }), {
    ...makers,
    localModel: async () => colourModel(),
  });
});
afterEach(async () => {
  await trail.close();
  await parts.close();
  await rm(dirname(folder), { recursive: true, force: true });
});

class Talk extends StandInConversations {
  said: readonly Turn[] = [];
  now: DialogueState | undefined;

  override async state() {
    return this.now as undefined;
  }

  override async turns() {
    return this.said as never[];
  }
}

const message = (id: string): Message => ({
  ...{ id, conversation: talk, user: 'web:alice', at: '', text: `text of ${id}`, attachments: [] },
});

/** @param outcome of the turn before it */
function turned(id: string, acts: readonly Act[], outcome: Turn['outcome'] = {}): readonly Turn[] {
  const at = '2026-11-29T10:00:00.000Z';
  const before: Turn = { messageId: 'earlier', user: 'web:other', at, text: '', acts: [], outcome };
  return [before, { ...before, messageId: id, user: 'web:alice', text: 'said', acts, outcome: {} }];
}

function opened(its: Talk, to: Pick<AuditTrail, 'record' | 'folder'> = trail) {
  return recordedConversations(parts, its, to, 'default');
}

/** One message is answered so, in a process of its own. */
async function answered(reply: Partial<Reply>, id = 'm1', prepare: (its: Talk) => void = () => {}) {
  const its = new Talk((asked, deliver) => deliver(replyTo(asked, reply)));
  prepare(its);
  const delivered: Reply[] = [];
  await opened(its).handle(message(id), async (one) => void delivered.push(one)).done;
  return delivered;
}

const entries = (): AuditEntry[] => [...entriesOf(folder)];
const kinds = () => entries().map(({ event }) => event.kind);

describe('a reply', () => {
  test('that denies is a denial for each act, and what was denied counts as not done', async () => {
    const denied = [
      { act: 'register', code: 'ACCESS_DENIED' },
      { act: 'clue', code: 'CASE_NEEDED' },
      { act: 'more', code: 'APPROVAL_NEEDED' },
    ] as const;
    await answered({ denied }, 'm1', (its) => {
      its.said = turned('m1', [{ act: 'register', pictures: [{ pictureId: a }] }]);
    });
    expect(entries().map(({ event }) => [event.kind, event.act, event.code, event.user])).toEqual(
      denied.map(({ act, code }) => ['denial', act, code, 'web:alice']),
    );
  });

  test('to an approval is one, with whose search it lets go on', async () => {
    await answered({ answer: answerOf([{}]) }, 'm1', (its) => {
      const awaiting = { request: 'm0', user: 'web:other', marks: [], gallery: 'default' };
      its.said = turned('m1', [{ act: 'approve' }], { awaiting });
    });
    expect(kinds()).toEqual(['approval', 'lookup']);
    expect(entries()[0]?.event).toMatchObject({ user: 'web:alice', of: 'web:other', request: 'm0' });
  });

  test('to numbers is recorded with the pictures that they meant', async () => {
    const acts: Act[] = [
      { act: 'register', pictures: [{ rank: 2 }] },
      { act: 'forget', pictures: [{ rank: 1 }, { pictureId: c }] },
    ];
    await answered({}, 'm1', (its) => {
      its.said = turned('m1', acts, { shown: [a, b] });
      // What is shown now is something else.
      its.now = { ...emptyState('default'), shown: [c] };
    });
    expect(entries().map(({ event }) => [event.kind, event.pictures])).toEqual([
      ['registration', [b]],
      ['forget', [a, c]],
    ]);
  });

  test('has the case that was stated, also where the message with it is answered first', async () => {
    const purpose = 'case 2026-117';
    for (const stage of ['first', 'final'] as const) {
      await answered({ stage, purpose, answer: answerOf([{}]) });
    }
    expect(entries().map(({ event, words }) => [event.stage, words.case])).toEqual([
      ['first', purpose],
      ['final', purpose],
    ]);
  });

  test('that a process recorded and did not live to deliver is not recorded again by the next', async () => {
    const same = { answer: answerOf([{}]) };
    for (let process = 0; process < 3; process++) await answered(same);
    expect(kinds()).toEqual(['lookup']);
    // What is shown differs: it was never recorded.
    await answered({ answer: answerOf([{}, {}]) });
    await answered(same, 'm2');
    expect(kinds()).toEqual(['lookup', 'lookup', 'lookup']);
  });

  test('of another model than the last one is a change of the configuration too', async () => {
    await trail.record({ kind: 'lookup', facts: { model: 'before' } });
    await answered({ answer: answerOf([{}]) });
    await answered({ answer: answerOf([{}]) }, 'm2');
    expect(kinds()).toEqual(['lookup', 'configuration', 'lookup', 'lookup']);
    expect(entries()[1]?.event).toMatchObject({
      what: 'model',
      before: 'before',
      model: entries()[2]?.event.model,
    });
  });
});

describe('somebody who looks', () => {
  const its = () => new Talk((asked, deliver) => deliver(replyTo(asked, { answer: answerOf([{}]) })));

  test('at a picture, a sheet, a talk is named; what they said themselves is no view', async () => {
    const conversations = its();
    const talks = opened(conversations);
    const replies: Reply[] = [];
    await talks.handle(message('m1'), async (reply) => void replies.push(reply)).done;
    conversations.kept = replies;
    await talks.replies(talk, alice);
    expect(kinds()).toEqual(['lookup']);
    await talks.replies(talk, boss);
    await talks.replies(talk, boss);
    await talks.sheet(replies[0]!, boss);
    await talks.picturePath(a, boss);
    await talks.forget(talk, boss);
    const shown = replies[0]!.answer!.cards.map(({ pictureId }) => pictureId);
    const looked = entries().slice(1);
    expect(looked.map(({ event }) => [event.kind, event.what, event.user])).toEqual([
      ['view', 'talk', 'web:boss'],
      ['view', 'sheet', 'web:boss'],
      ['view', 'picture', 'web:boss'],
      ['forget', 'conversation', 'web:boss'],
      ['forget', 'conversation', 'web:boss'],
    ]);
    expect(looked.slice(-2).map(({ event }) => event.stage)).toEqual(['begun', 'done']);
    expect(looked[0]?.event).toMatchObject({ conversation: talk, pictures: shown });
  });

  test('at what the access policy keeps from them is denied, and that is recorded', async () => {
    const denying = Object.assign(its(), {
      sheet: () => Promise.reject(denial),
      picturePath: () => Promise.reject(denial),
      forget: () => Promise.reject(denial),
    });
    const denial = new ChatReidError('ACCESS_DENIED', 'No.', 'Ask somebody who may.');
    const talks = opened(denying);
    const reply = replyTo(message('m1'), { answer: answerOf([{}]) });
    for (const looking of [talks.sheet(reply, boss), talks.picturePath(a, boss), talks.forget(talk, boss)]) {
      await expect(looking).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    }
    expect(entries().filter(({ event }) => event.kind === 'view')).toEqual([]);
    const denials = entries().filter(({ event }) => event.kind === 'denial');
    expect(denials.map(({ event }) => [event.of, event.what, event.user, event.code]).sort()).toEqual([
      ['forget', 'conversation', 'web:boss', 'ACCESS_DENIED'],
      ['view', 'picture', 'web:boss', 'ACCESS_DENIED'],
      ['view', 'sheet', 'web:boss', 'ACCESS_DENIED'],
    ]);
  });

  test('at a talk whose answer was withheld for a full disk sees it in no later process either, until that is recorded', async () => {
    const conversations = its();
    const full = {
      folder,
      record: async () => {
        throw new ChatReidError('AUDIT_UNAVAILABLE', 'The disk is full.', 'Free some space.');
      },
    };
    const replies: Reply[] = [];
    await opened(conversations, full).handle(message('m1'), async (reply) => void replies.push(reply)).done;
    expect(replies.map(({ error }) => error?.code)).toEqual(['AUDIT_UNAVAILABLE']);
    // As the storage keeps it.
    conversations.kept = [replyTo(message('m1'), { answer: answerOf([{}]) })];
    const [stillFull] = await opened(conversations, full).replies(talk, alice);
    expect(stillFull).toMatchObject({ error: { code: 'AUDIT_UNAVAILABLE' } });
    expect(stillFull?.answer).toBeUndefined();
    expect((await opened(conversations).replies(talk, alice))[0]?.answer).toBeDefined();
    expect(entries().map(({ event }) => [event.kind, event.what, event.user])).toEqual([
      ['view', 'talk', 'web:alice'],
    ]);
  });
});

test('a service says which keys of its configuration changed, and the gate tells whom it turned away', async () => {
  const root = dirname(folder);
  const { pictures, model } = await drawPeople(root);
  const env = { CHATREID_HOME: root, CHATREID_MODEL: model, CHATREID_ENGINE_URL: '' };
  await trail.close();
  expect((await chatreid(['gallery', 'add', pictures], { env })).exitCode).toBe(0);
  const start = async (config: string) => {
    const adapter = new PlayedAdapter('slack');
    const bot = await startBot([adapter], env, config);
    adapter.around?.watch.refused?.({
      platform: 'slack',
      user: 'slack:T9/U1',
      why: 'other workspace',
      times: 3,
    });
    await bot.stop();
  };
  await start('graceSeconds: 10');
  await start('graceSeconds: 11\nlog: {level: debug, format: json}');
  const [first, second] = entries().filter(({ event }) => event.kind === 'configuration');
  expect(first?.event.before).toBeNull();
  expect(second?.event).toMatchObject({
    before: first?.event.config,
    changed: ['graceSeconds', 'log.format', 'log.level'],
  });
  expect(entries().find(({ event }) => event.kind === 'denial')?.event).toMatchObject({
    user: 'slack:T9/U1',
    why: 'other workspace',
    times: 3,
  });
  const reindexed = await chatreid(['gallery', 'reindex'], { env });
  expect(reindexed.exitCode).toBe(0);
  const index = entries().filter(({ event }) => event.what === 'index');
  expect(index.map(({ event }) => [event.kind, event.stage, event.gallery])).toEqual([
    ['configuration', 'begun', 'default'],
    ['configuration', 'done', 'default'],
  ]);
}, 30_000);
