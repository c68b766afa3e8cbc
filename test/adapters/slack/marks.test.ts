/** What Slack says of whoever asks, by the real client: exactly the marks that a policy is written with; and who is turned away. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Refusal } from '../../../adapters/refusal.ts';
import type { SlackOptions } from '../../../adapters/slack/slack-options.ts';
import { UserGroups } from '../../../adapters/slack/user-groups.ts';
import type { Asker } from '../../../src/conversation/asker.ts';
import type { ChatReidError } from '../../../src/foundation/error.ts';
import { answerOf, replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { SlackHouse } from './slack-house.ts';

const patience = { timeout: 20_000, interval: 5 };
const gate = 'C0GATE';
const anna = ['slack:T0SITE/U0ANNA', 'slack:T0SITE', `slack:T0SITE/${gate}`];
const guards = 'slack:T0SITE/S0GUARDS';
let house: SlackHouse;
let conversations: StandInConversations;
const refused: Refusal[] = [];
const listed: Asker[] = [];
afterEach(async () => {
  refused.length = 0;
  listed.length = 0;
  await house.remove();
});

async function open(options: Partial<SlackOptions> = {}): Promise<void> {
  house = await SlackHouse.build();
  house.slack.workspace.addUserGroup('S0GUARDS', 'guards', ['U0ANNA', 'U0CLARA']);
  house.slack.workspace.addUserGroup('S0OTHERS', 'others', ['U0ANNA']);
  conversations = new StandInConversations((message, deliver) =>
    deliver(replyTo(message, { answer: answerOf([{ buttons: [{ label: 'Why?', act: { act: 'why' } }] }]) })),
  );
  await house.open(conversations, {
    watch: { acknowledged: () => {}, trouble: () => {}, refused: (one) => void refused.push(one) },
    galleries: {
      list: async (asker) => {
        listed.push(asker);
        return [{ name: 'demo', pictures: 1, cameras: ['1'], places: [] }];
      },
    },
    // What is pressed on a connection that a busy machine lost is lost.
    limits: { socketMs: 60_000 },
    ...options,
  });
}

/** Of the messages that reached the conversations, in their order. */
async function marks(count: number): Promise<(readonly string[] | undefined)[]> {
  await expect.poll(() => conversations.messages.length, patience).toBe(count);
  for (const { user, marks: its } of conversations.messages) expect(its).toContain(user);
  return conversations.messages.map((message) => message.marks);
}

describe('a message has the marks of its sender', () => {
  test('mentioned, in the thread, pressed, from the form, by the command, by the shortcut, directly', async () => {
    await open();
    const { people, workspace } = house.slack;
    const said = people.say({ text: 'red coat', mention: true });
    expect(await marks(1)).toEqual([anna]);
    people.reply(said, { text: 'camera 3', user: 'U0BORIS' });
    const boris = ['slack:T0SITE/U0BORIS', 'slack:T0SITE', `slack:T0SITE/${gate}`];
    expect((await marks(2))[1]).toEqual(boris);
    await expect.poll(() => house.finals(`${gate}/${said.ts}`).length, patience).toBe(1);
    const [post] = house.finals(`${gate}/${said.ts}`);
    await people.press({ ts: post!.ts, user: 'U0BORIS' }, 'Why?');
    expect((await marks(3))[2]).toEqual(boris);
    await people.press({ ts: post!.ts }, 'Filters');
    await expect.poll(() => house.slack.callsOf('views.open').length, patience).toBe(1);
    await people.submit({ Cameras: ['1'] });
    expect((await marks(4))[3]).toEqual(anna);
    await people.slash('/find', 'green coat');
    expect((await marks(5))[4]).toEqual(anna);
    people.say({ text: 'hello', channel: 'im' });
    expect((await marks(6))[5]).toEqual([...anna.slice(0, 2), 'slack:T0SITE/D0ANNA']);
    expect(listed).toMatchObject([{ user: anna[0], marks: anna }]);
    expect(workspace.posts.length).toBeGreaterThan(0);
    // Nothing hangs on a group, so none is asked for.
    expect(house.slack.callsOf('usergroups.list')).toEqual([]);
    expect(house.slack.breaches).toEqual([]);
  });

  test('with the groups that the policy names, which are asked for once in a while', async () => {
    await open({ namedMarks: [guards, 'slack:T9OTHER/S9OTHER', 'slack:T0SITE/U0BORIS', 'discord:1/2'] });
    const { people } = house.slack;
    people.say({ text: 'red coat', mention: true });
    expect(await marks(1)).toEqual([[...anna, guards]]);
    people.say({ text: 'red coat', mention: true, user: 'U0BORIS' });
    expect((await marks(2))[1]).not.toContain(guards);
    people.say({ text: 'red coat', mention: true, user: 'U0CLARA' });
    expect((await marks(3))[2]).toContain(guards);
    expect(house.slack.callsOf('usergroups.list').map(({ outcome }) => outcome)).toEqual(['ok']);
    await people.openHome();
    await expect.poll(() => listed.length, patience).toBe(1);
    // On the home tab there is no channel.
    expect(listed[0]).toEqual({ user: anna[0], marks: [...anna.slice(0, 2), guards] });
  });

  test('without groups where the scope is missing, and whoever runs the bot is told', async () => {
    house = await SlackHouse.build();
    const troubles: ChatReidError[] = [];
    house.slack.scopes.delete('usergroups:read');
    conversations = new StandInConversations((message, deliver) => deliver(replyTo(message)));
    const watch = { acknowledged: () => {}, trouble: (error: ChatReidError) => void troubles.push(error) };
    await house.open(conversations, { namedMarks: [guards], watch });
    house.slack.people.say({ text: 'red coat', mention: true });
    expect(await marks(1)).toEqual([anna]);
    expect(troubles.map(({ message }) => message)).toEqual([
      'The Slack app lacks the scope usergroups:read (usergroups.list).',
    ]);
  });
});

test('who asked is who looks at the sheet', async () => {
  await open();
  house.slack.people.say({ text: 'red coat', mention: true });
  const [its] = await marks(1);
  const { conversation, user } = conversations.messages[0]!;
  await expect.poll(() => conversations.askers, patience).toEqual([{ user, marks: its, conversation }]);
});

describe('somebody of another workspace', () => {
  test('is told that they may not, and told of', async () => {
    await open();
    const { workspace, people } = house.slack;
    workspace.people.set('U9FAR', { id: 'U9FAR', name: 'far', realName: 'Far', team: 'T9FAR' });
    workspace.channel(gate).members.add('U9FAR');
    for (let time = 0; time < 3; time++) people.say({ text: 'red coat', mention: true, user: 'U9FAR' });
    await expect.poll(() => workspace.ephemerals.length, patience).toBe(3);
    expect(conversations.messages).toEqual([]);
    const stranger = { platform: 'slack', user: 'slack:T9FAR/U9FAR', why: 'other workspace' };
    expect(refused).toEqual([{ ...stranger, times: 1 }]);
    await house.close();
    expect(refused).toEqual([
      { ...stranger, times: 1 },
      { ...stranger, times: 2 },
    ]);
  });

  test('and so is another bot that calls this one, who is told nothing', async () => {
    await open();
    const { events, clock, workspace } = house.slack;
    const event = {
      type: 'message',
      subtype: 'bot_message',
      bot_id: 'B0OTHER',
      channel: gate,
      ts: clock.ts(),
      team: 'T0SITE',
      text: '<@U0BOT> red coat',
    };
    await events.send(event, { name: 'message.channels', channel: workspace.channel(gate) }, {});
    await expect
      .poll(() => refused, patience)
      .toEqual([{ platform: 'slack', user: 'slack:T0SITE/B0OTHER', why: 'a bot', times: 1 }]);
    expect([conversations.messages, workspace.posts, workspace.ephemerals]).toEqual([[], [], []]);
  });

  test('who is allowed has the mark of their own workspace, and none of ours but the channel', async () => {
    await open({ allowTeams: ['T9FAR'], namedMarks: [guards] });
    const { workspace, people } = house.slack;
    workspace.people.set('U9FAR', { id: 'U9FAR', name: 'far', realName: 'Far', team: 'T9FAR' });
    workspace.channel(gate).members.add('U9FAR');
    workspace.addUserGroup('S0GUARDS', 'guards', ['U9FAR']);
    people.say({ text: 'red coat', mention: true, user: 'U9FAR' });
    expect(await marks(1)).toEqual([['slack:T9FAR/U9FAR', 'slack:T9FAR', `slack:T0SITE/${gate}`]]);
  });
});

describe('user groups', () => {
  const limits = { groupsFreshMs: 180_000, groupsKeptMs: 1_800_000, groupsAgainMs: 30_000 };
  const minute = 60_000;
  let now = 0;
  let calls = 0;
  let users: readonly string[] | undefined;
  const troubles: string[] = [];
  const groups = () =>
    new UserGroups({
      wanted: ['S1'],
      limits,
      now: () => now,
      watch: { trouble: ({ code }) => void troubles.push(code) },
      calls: {
        async call() {
          calls++;
          if (users === undefined) throw new Error('Slack is down.');
          return { ok: true, usergroups: [{ id: 'S1', users, date_delete: 0 }] };
        },
      },
    });

  test('are good for some minutes, then asked for anew; many who ask at once ask once', async () => {
    [now, calls, users] = [0, 0, ['U1']];
    const known = groups();
    expect(await Promise.all([known.of('U1'), known.of('U2'), known.of('U1')])).toEqual([['S1'], [], ['S1']]);
    now = 2 * minute;
    users = [];
    expect(await known.of('U1')).toEqual(['S1']);
    expect(calls).toBe(1);
    now = 3 * minute;
    expect(await known.of('U1')).toEqual([]);
    expect(calls).toBe(2);
  });

  test('hold for half an hour where Slack does not answer, and nobody is in any after that', async () => {
    [now, calls, users] = [0, 0, ['U1']];
    troubles.length = 0;
    const known = groups();
    await known.of('U1');
    users = undefined;
    now = 10 * minute;
    expect(await known.of('U1')).toEqual(['S1']);
    now += 20_000;
    expect(await known.of('U1')).toEqual(['S1']);
    expect(calls, 'not again at once').toBe(2);
    now = 30 * minute;
    expect(await known.of('U1')).toEqual([]);
    expect([calls, troubles.length]).toEqual([3, 2]);
    users = ['U1'];
    now += minute;
    expect(await known.of('U1')).toEqual(['S1']);
  });

  test('that were never to be had hold nobody, and a disabled one neither', async () => {
    [now, calls, users] = [0, 0, undefined];
    expect(await groups().of('U1')).toEqual([]);
    const gone = new UserGroups({
      wanted: ['S1'],
      limits,
      watch: { trouble: () => {} },
      calls: {
        call: async () => ({
          ok: true,
          usergroups: [{ id: 'S1', users: ['U1'], date_delete: 1_700_000_000 }],
        }),
      },
    });
    expect(await gone.of('U1')).toEqual([]);
  });
});
