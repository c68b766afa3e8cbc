/** A private search stays private, and roles are asked for by whatever way somebody comes. */
import { afterEach, describe, expect, test } from 'vitest';
import type { DiscordOptions } from '../../../adapters/discord/discord-adapter.ts';
import { Journal } from '../../../adapters/journal.ts';
import type { Deliver } from '../../../src/conversation/conversations.ts';
import type { Message as Asked } from '../../../src/conversation/message.ts';
import { replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { DiscordHouse } from './discord-house.ts';
import { people as ids, roles } from './server/world.ts';

const patience = { timeout: 20_000, interval: 10 };
const more = { label: 'More', act: { act: 'more' } } as const;
let house: DiscordHouse;

afterEach(() => house.close());

/** Whose answers to what nobody pressed wait until a test lets them go. */
function waiting() {
  let go = () => {};
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  const talks = new StandInConversations(async (message: Asked, deliver: Deliver) => {
    if ((message.acts ?? []).length === 0) {
      await deliver(replyTo(message, { stage: 'first', text: ['The first page.'] }));
      await gone;
    }
    await deliver(replyTo(message, { text: [`Answer to ${message.text}.`], buttons: [more] }));
  });
  return { talks, go: () => go() };
}

async function open(talks: StandInConversations, options: Partial<DiscordOptions> = {}) {
  house = await DiscordHouse.build();
  await house.open(talks, options);
  return house.discord;
}

async function post(id: string) {
  await expect.poll(() => house.posts(id).length, patience).toBe(1);
  return house.posts(id)[0]!;
}

describe('a private search whose answer came late, as a direct message', () => {
  async function late() {
    const { talks, go } = waiting();
    const discord = await open(talks);
    const find = await discord.people.slash('anna', 'gate', 'find', { words: 'a red cap', private: true });
    await expect.poll(() => find.original?.embeds[0]?.description ?? '', patience).toContain('first page');
    discord.clock.advance(16 * 60_000);
    go();
    const answer = await post(find.id);
    // People press later than a test can: by then it is written down whose search the post belongs to.
    const journal = new Journal('discord', house.shelves);
    await expect.poll(() => journal.recall(`talk/${answer.id}`), patience).toBeDefined();
    return { discord, talks, answer };
  }

  test('goes on there when its button is pressed, and nowhere else', async () => {
    const { discord, talks, answer } = await late();
    const press = discord.people.press('anna', answer, 'More');
    const next = await post(press.id);
    expect(next.channel).toBe(discord.people.direct('anna').id);
    expect(next.ephemeralFor).toBe(ids.anna);
    // What it was asked in the channel was private: nothing of it stands there for others.
    const open = discord.world
      .channel('gate')
      .messages.filter((message) => message.here && !message.ephemeralFor);
    expect(open).toEqual([]);
    expect(new Set(talks.messages.map(({ conversation }) => conversation)).size).toBe(1);
    expect(discord.breaches).toEqual([]);
  });
});

test('where both pages of a private answer come late they are one direct message', async () => {
  const steps: (() => void)[] = [];
  const step = () => new Promise<void>((resolve) => void steps.push(resolve));
  const talks = new StandInConversations(async (message, deliver) => {
    await step();
    await deliver(replyTo(message, { stage: 'first', text: ['The first page.'] }));
    await deliver(replyTo(message, { text: ['The final one.'] }));
  });
  const { people, clock } = await open(talks);
  const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap', private: true });
  await expect.poll(() => steps.length, patience).toBe(1);
  clock.advance(16 * 60_000);
  steps[0]!();
  const answer = await post(find.id);
  expect(answer.embeds[0]?.description).toBe('The final one.');
  expect(people.direct('anna').messages.filter(({ here }) => here)).toHaveLength(1);
});

describe('roles', () => {
  const answering = () =>
    new StandInConversations((message, deliver) =>
      deliver(replyTo(message, { text: ['Here.'], buttons: [more] })),
    );

  test('who has none of them is told so, by commands and buttons; words are not answered', async () => {
    const talks = answering();
    const { people, world } = await open(talks, { roles: [roles.officer] });
    const find = await people.slash('anna', 'gate', 'find', { words: 'a red cap' });
    const answer = await post(find.id);
    const refused = [
      await people.slash('boris', 'gate', 'find', { words: 'a red cap' }),
      people.press('boris', answer, 'More'),
    ];
    for (const interaction of refused) {
      expect((await interaction.acknowledged)?.type).toBe(4);
      await expect.poll(() => interaction.followups[0] ?? interaction.original, patience).toBeDefined();
    }
    const said = await people.say('boris', world.threads('gate')[0]!.id, 'forget 1');
    await post((await people.say('anna', world.threads('gate')[0]!.id, 'camera 3')).id);
    expect(house.posts(said.id)).toEqual([]);
    expect(new Set(talks.messages.map(({ user }) => user))).toEqual(new Set([`discord:${ids.anna}`]));
  });

  test('nobody has a role in a direct message, so there are none but where they are asked for', async () => {
    const { people } = await open(answering(), { roles: [roles.officer] });
    const refused = await people.slash('anna', people.direct('anna').id, 'find', { words: 'a red cap' });
    await refused.acknowledged;
    expect(refused.original?.content).toContain('does not answer direct messages');
    await house.leave();
    await house.open(answering(), { roles: [roles.officer], directMessages: true });
    await post((await people.slash('boris', people.direct('boris').id, 'find', { words: 'a red cap' })).id);
  });
});
