/** What a search takes beside a role: a stated case, and a second person. Both through whole talks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Act } from '../../../src/conversation/act.ts';
import { emptyState } from '../../../src/conversation/dialogue-state.ts';
import { fold } from '../../../src/conversation/fold.ts';
import { readActs } from '../../../src/conversation/interpreter/read-acts.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { sources } from '../../conversation/talking.ts';
import { FakeEngine } from '../../support/fake-engine.ts';
import { memoryStorage } from './memory-storage.ts';
import { AccessHouse, grant, Somebody, toldBy } from './access-house.ts';

let house: AccessHouse;
beforeAll(async () => {
  house = await AccessHouse.build();
});
afterAll(() => house.remove());

const everybody = ['ann', 'bob', 'cleo'].map((name) => grant('admin', name));
const approveOf = (reply: Reply): Act | undefined =>
  reply.buttons.find(({ label }) => label === 'Approve')?.act;

describe('a case', () => {
  const policy = { grants: everybody, case: { pattern: '20\\d\\d-\\d+', example: '2024-117' } };
  const start = async (changes = {}) => new Somebody(await house.manager(policy, changes), 'ann');

  test('is asked for before anything is searched; what was said is kept, and searched as soon as it is stated', async () => {
    const ann = await start({ engine: new FakeEngine() });
    const asked = await ann.says('alpha');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      text: ['Which case is this for? Say: case 2024-117'],
      denied: [{ act: 'clue', code: 'CASE_NEEDED' }],
      line: '"alpha"',
    });
    expect(asked[0]?.answer).toBeUndefined();
    expect((await ann.say('only camera 1')).denied).toEqual([{ act: 'constrain', code: 'CASE_NEEDED' }]);
    expect((await ann.say('more')).denied).toEqual([{ act: 'more', code: 'CASE_NEEDED' }]);
    const found = await ann.says('case 2024-117');
    expect(found.map(({ stage }) => stage)).toEqual(['first', 'final']);
    expect(found[1]?.denied).toBeUndefined();
    expect(found[1]?.answer?.result.filter.of).toBe(12);
    expect(found[1]?.text).toContain('Noted as the purpose of this search: 2024-117');
    expect((await ann.say('camera 2')).answer).toBeDefined();
  });

  test('of another form is told its form, and the one before stays', async () => {
    const ann = await start();
    for (const text of ['case: missing child', 'case 24-117']) {
      const reply = await ann.say(text);
      expect(reply.denied, text).toEqual([{ act: 'case', code: 'CASE_NEEDED' }]);
      expect(reply.error?.message, text).toMatch('A case has the form of 2024-117 here, and');
    }
    await ann.say('case 2024-1');
    const reply = await ann.say('alpha. case: missing child');
    expect(reply.answer, toldBy(reply)).toBeDefined();
    expect((await ann.state()).purpose).toBe('2024-1');
    expect((await ann.say('case 2024-2')).answer).toBeUndefined();
    expect((await ann.state()).purpose).toBe('2024-2');
  });

  test('said with the search it is of the search; a new beginning takes it back', async () => {
    const ann = await start();
    expect((await ann.say('case 2024-117. alpha')).answer).toBeDefined();
    await ann.say('start over');
    expect((await ann.state()).purpose).toBeUndefined();
    expect((await ann.say('bravo')).denied).toEqual([{ act: 'clue', code: 'CASE_NEEDED' }]);
    // Nor does a first message bring the old one back by being undone.
    await ann.say('undo');
    expect((await ann.say('charlie')).denied).toEqual([{ act: 'clue', code: 'CASE_NEEDED' }]);
  });

  test('is not asked for where nobody is searched for, nor for looking', async () => {
    const ann = await start();
    for (const text of ['help', 'camera 2', 'hello']) {
      const reply = await ann.say(text);
      expect(reply.denied, text).toBeUndefined();
    }
    expect((await ann.say('camera 1 and alpha')).denied).toHaveLength(1);
  });

  test('of a policy without one is only kept', async () => {
    const ann = new Somebody(await house.manager({ grants: everybody }), 'ann');
    expect((await ann.say('alpha')).answer).toBeDefined();
    expect((await ann.say('case: missing child')).answer).toBeUndefined();
  });
});

describe('an approval', () => {
  const policy = {
    grants: [
      ...everybody,
      grant('searcher', 'dan', { galleries: ['hall'] }),
      grant('viewer', 'eve'),
      grant('searcher', 'narrow', { cameras: ['nowhere'] }),
    ],
    approval: { galleries: ['vault'], hours: 2 },
  };
  let now = new Date('2026-11-25T12:00:00.000Z');
  const start = async (changes = {}) =>
    new Somebody(await house.manager(policy, { now: () => now, ...changes }), 'ann');
  const waiting = async (changes = {}) => {
    now = new Date('2026-11-25T12:00:00.000Z');
    const ann = await start(changes);
    const reply = await ann.say('use the gallery vault. alpha');
    return { ann, reply, approve: approveOf(reply)! };
  };

  test('is waited for; given by somebody else, by a press, the search runs and is delivered', async () => {
    const { ann, reply, approve } = await waiting({ engine: new FakeEngine() });
    expect(reply.answer).toBeUndefined();
    expect(reply.denied).toEqual([{ act: 'clue', code: 'APPROVAL_NEEDED' }]);
    expect(reply.text).toEqual([
      'Searches of the gallery vault wait for a second person. Somebody else with the role searcher there can press Approve, or say "approve".',
    ]);
    expect(approve).toEqual({ act: 'approve', request: reply.to });
    const found = await ann.and('bob').says('', { acts: [approve] });
    expect(found.map(({ stage }) => stage)).toEqual(['first', 'final']);
    expect(sources(found[1]!)[0]).toMatch(/^vault-/);
    expect(found[1]?.text).toContain('Approved: the search goes on.');
    expect((await ann.state()).approvals).toEqual([
      { user: 'test:ann', gallery: 'vault', by: 'test:bob', at: '2026-11-25T12:00:00.000Z' },
    ]);
    expect((await ann.state()).awaiting).toBeUndefined();
    // For this person's searches in this talk, and for nobody else's.
    expect((await ann.say('bravo')).answer).toBeDefined();
    expect((await ann.say('more')).answer).toBeDefined();
    expect((await ann.and('bob').say('charlie')).denied).toEqual([{ act: 'clue', code: 'APPROVAL_NEEDED' }]);
    expect((await new Somebody(ann.manager, 'ann').say('use the gallery vault. alpha')).denied).toHaveLength(
      1,
    );
  });

  test.each(['approve', 'Approved.', 'I approve this search', 'ok, approved'])('said: %s', async (text) => {
    const { ann } = await waiting();
    expect(sources(await ann.and('cleo').say(text))[0]).toBe('vault-0.png');
  });

  test.each([
    'not approved',
    'can we approve it?',
    'approved by whom',
    'no, approve later',
    'who approved it',
  ])('not said: %s', async (text) => {
    const { ann } = await waiting();
    await ann.and('cleo').say(text);
    expect((await ann.state()).approvals).toBeUndefined();
  });

  test('nobody gives it to themselves, nor anybody who may not search there', async () => {
    const { ann, approve } = await waiting();
    for (const text of ['approved', '']) {
      const own = await ann.say(text, { acts: text === '' ? [approve] : [] });
      expect(own.denied).toEqual([{ act: 'approve', code: 'ACCESS_DENIED' }]);
      expect(own.error?.message).toBe('You cannot approve your own search.');
    }
    for (const name of ['dan', 'eve', 'stranger']) {
      const before = await ann.state();
      const reply = await ann.and(name).press(approve);
      expect(reply.denied, name).toEqual([{ act: 'approve', code: 'ACCESS_DENIED' }]);
      expect(await ann.state(), name).toEqual(before);
    }
    // The latest reply has the button still, whatever it answers.
    expect(approveOf(await ann.say('help'))).toEqual(approve);
    expect(approveOf(await ann.say('bravo'))).toEqual(approve);
    const found = await ann.and('bob').press(approve);
    expect([found.answer === undefined, approveOf(found)]).toEqual([false, undefined]);
  });

  test.each([
    ['typed', 'approved\nin gallery hall', []],
    ['pressed first', '', ['approve', 'constrain']],
    ['pressed last', '', ['constrain', 'approve']],
  ])('nor by naming a gallery of their own beside it: %s', async (_, text, pressed) => {
    const { ann, approve } = await waiting();
    const moved: Act = { act: 'constrain', gallery: 'hall' };
    const reply = await ann
      .and('dan')
      .say(text, { acts: pressed.map((act) => (act === 'approve' ? approve : moved)) });
    expect(reply.denied).toContainEqual({ act: 'approve', code: 'ACCESS_DENIED' });
    expect((await ann.state()).approvals).toBeUndefined();
    const again = await ann.say('use the gallery vault. alpha');
    expect(again.denied).toEqual([{ act: 'clue', code: 'APPROVAL_NEEDED' }]);
  });

  test('of a search that does not wait any more is told so', async () => {
    const { ann, approve } = await waiting();
    const bob = ann.and('bob');
    await ann.and('cleo').say('bravo');
    const old = await bob.press(approve);
    expect(old.error?.message).toMatch('No search waits for an approval here, or it is another one by now.');
    expect((await ann.state()).awaiting?.user).toBe('test:cleo');
    expect((await bob.press({ act: 'approve' })).answer).toBeDefined();
    expect((await bob.press({ act: 'approve' })).error?.message).toMatch('No search waits');
    const calm = new Somebody(ann.manager, 'bob');
    expect((await calm.press({ act: 'approve' })).error?.message).toMatch('No search waits');
    expect((await calm.say('approved')).denied).toBeUndefined();
  });

  test('holds for so many hours', async () => {
    const { ann, approve } = await waiting();
    await ann.and('bob').press(approve);
    now = new Date('2026-11-25T13:59:00.000Z');
    expect((await ann.say('bravo')).answer).toBeDefined();
    now = new Date('2026-11-25T14:00:00.000Z');
    expect((await ann.say('charlie')).denied).toEqual([{ act: 'clue', code: 'APPROVAL_NEEDED' }]);
  });

  test.each([
    ['a new beginning', ['start over', 'alpha']],
    ['another case', ['case 2']],
    ['a case that is undone', ['case 2', 'undo']],
    ['a new beginning that is undone', ['start over', 'undo']],
  ])('ends with %s', async (_, texts) => {
    const { ann } = await waiting();
    await ann.say('case 1');
    const again = await ann.say('bravo');
    expect((await ann.and('bob').press(approveOf(again)!)).answer).toBeDefined();
    expect((await ann.say('charlie')).answer).toBeDefined();
    for (const text of texts) await ann.say(text);
    expect((await ann.say('delta')).denied).toEqual([{ act: 'clue', code: 'APPROVAL_NEEDED' }]);
  });

  test('the same case said again, or an undo of something else, leaves it', async () => {
    const { ann } = await waiting();
    await ann.say('case 1');
    await ann.and('bob').press(approveOf(await ann.say('bravo'))!);
    for (const text of ['case 1', 'charlie', 'undo']) await ann.say(text);
    expect((await ann.say('delta')).answer).toBeDefined();
  });

  test('a search that was refined while it waited is the one that is approved', async () => {
    const { ann, approve } = await waiting();
    const refined = await ann.say('bravo');
    expect(approveOf(refined)).toEqual(approve);
    const found = await ann.and('bob').press(approve);
    expect(found.answer?.query.words).toBe('alpha, bravo');
  });

  test('words that come with it are a search of their own', async () => {
    const { ann, approve } = await waiting();
    const reply = await ann.and('bob').say('bravo', { acts: [approve] });
    expect(reply.answer).toBeUndefined();
    expect((await ann.state()).approvals).toHaveLength(1);
    expect((await ann.state()).awaiting?.user).toBe('test:bob');
  });

  test('the search is run within the limits of whoever asked, not of whoever approves', async () => {
    const { ann } = await waiting();
    const narrow = ann.and('narrow');
    const asked = await narrow.say('bravo');
    const found = await ann.and('bob').press(approveOf(asked)!);
    expect(found.answer?.result.filter.of).toBe(0);
    expect(sources(found)).toEqual([]);
  });

  test('who lost the role while waiting is not searched for', async () => {
    const storage = memoryStorage();
    const { ann, approve } = await waiting({ storage });
    const narrower = { ...policy, grants: [grant('viewer', 'ann'), ...policy.grants.slice(1)] };
    const later = await house.manager(narrower, { storage, now: () => now });
    const found = await new Somebody(later, 'bob', ann.conversation).press(approve);
    expect(found.answer).toBeUndefined();
    expect(found.denied).toEqual([{ act: 'approve', code: 'ACCESS_DENIED' }]);
  });

  test('the same transcript gives the same state', async () => {
    const { ann, approve } = await waiting();
    await ann.say('case 1');
    await ann.and('bob').press(approve);
    await ann.and('bob').press(approveOf(await ann.say('bravo'))!);
    await ann.say('charlie');
    const turns = await ann.manager.turns(ann.conversation);
    expect(fold(emptyState('hall'), turns)).toEqual(await ann.state());
    expect((await ann.state()).approvals).toHaveLength(1);
  });

  test('is taken after the case that is demanded as well', async () => {
    const both = { ...policy, case: {} };
    const ann = new Somebody(await house.manager(both), 'ann');
    const first = await ann.say('use the gallery vault. alpha');
    expect(first.denied).toEqual([{ act: 'clue', code: 'CASE_NEEDED' }]);
    const second = await ann.say('case 9');
    expect(second.denied).toEqual([{ act: 'case', code: 'APPROVAL_NEEDED' }]);
    expect((await ann.and('bob').press(approveOf(second)!)).answer).toBeDefined();
  });
});

test('"approved" is read only where a search waits', () => {
  const context = {
    ...{ cameras: [], places: [], galleries: [], now: new Date(), timeZone: 'UTC' },
    ...{ attachments: 0, shown: 3, people: 0, searching: true },
  };
  expect(readActs('approved', { ...context, waiting: true })).toEqual([{ act: 'approve' }]);
  for (const waiting of [false, undefined]) {
    const acts = readActs('approved', waiting === undefined ? context : { ...context, waiting });
    expect(acts.some(({ act }) => act === 'approve')).toBe(false);
  }
});
