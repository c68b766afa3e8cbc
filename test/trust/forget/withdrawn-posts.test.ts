/** Posts that showed a picture are taken back from Slack and Discord: deleted with their files, or edited where that is not allowed. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Conversations } from '../../../src/conversation/conversations.ts';
import { Journal } from '../../../adapters/journal.ts';
import { DiscordHouse } from '../../adapters/discord/discord-house.ts';
import { SlackHouse } from '../../adapters/slack/slack-house.ts';
import { TalkHouse } from '../../adapters/talk-house.ts';

const patience = { timeout: 60_000, interval: 10 };
const sentence = 'a picture in it was forgotten';
let talks: TalkHouse;

beforeAll(async () => {
  talks = await TalkHouse.build();
});
afterEach(() => talks.shut());
afterAll(() => talks.remove());

describe('Slack', () => {
  let house: SlackHouse;

  afterEach(() => house.remove());

  /** A mention, and the answer to it with its sheet. */
  async function answered() {
    house = await SlackHouse.build();
    const adapter = await house.open(await talks.conversations());
    const said = house.slack.people.say({ text: 'somebody in red', mention: true });
    const message = `${said.channel}/${said.ts}`;
    await expect.poll(() => house.finals(message).length, patience).toBe(1);
    // The page of the first moment goes when the final one stands.
    await expect.poll(() => files().length, patience).toBe(1);
    const [conversation = ''] = (await talkNames(house)).map((name) => name);
    return { adapter, message, post: house.finals(message)[0]!, conversation };
  }

  const files = () => house.slack.files.all().filter(({ deleted, completed }) => completed && !deleted);

  test('the post is deleted, and its files', async () => {
    const { adapter, message, post, conversation } = await answered();
    await adapter.withdraw({ conversation, message });
    expect(post.deleted).toBe(true);
    expect(files()).toEqual([]);
    // Once more, as after a kill: nothing is wrong.
    await adapter.withdraw({ conversation, message });
    await adapter.withdraw({ conversation, message: 'C0GATE/1.000' });
    expect(house.slack.breaches).toEqual([]);
  });

  test('where deleting is not allowed it becomes a sentence', async () => {
    const { adapter, message, post, conversation } = await answered();
    house.slack.faults.next('chat.delete', { error: 'compliance_exports_prevent_deletion' });
    await adapter.withdraw({ conversation, message });
    expect(post.deleted).toBe(false);
    expect(post.text).toContain(sentence);
    expect(JSON.stringify(post.blocks ?? [])).not.toContain('slack_file');
    expect(files()).toEqual([]);
  });

  test('while Slack is away it fails, to be tried again', async () => {
    const { adapter, message, post, conversation } = await answered();
    house.slack.faults.next('files.delete', { drop: 'before' }, 20);
    await expect(adapter.withdraw({ conversation, message })).rejects.toMatchObject({
      code: 'PLATFORM_UNREACHABLE',
    });
    house.slack.faults.clear();
    await adapter.withdraw({ conversation, message });
    expect(post.deleted).toBe(true);
  });
});

async function talkNames(house: SlackHouse): Promise<string[]> {
  return house.slack.workspace.posts.map(({ channel }) => `slack:${channel}`);
}

describe('Discord', () => {
  let house: DiscordHouse;

  afterEach(() => house.close());

  async function answered(conversations?: Conversations) {
    house = await DiscordHouse.build();
    const adapter = await house.open(conversations ?? (await talks.conversations()));
    const { people } = house.discord;
    const said = await people.say('anna', people.direct('anna').id, 'somebody in red');
    await expect.poll(() => house.posts(said.id).length, patience).toBe(1);
    const post = house.posts(said.id)[0]!;
    const journal = new Journal('discord', house.shelves);
    await expect
      .poll(() => journal.posted(said.id), patience)
      .toMatchObject({ stage: 'final', message: post.id });
    return { adapter, message: said.id, post, conversation: `discord:${said.channel}` };
  }

  test('the post is deleted, with its attachment', async () => {
    const { adapter, message, conversation } = await answered();
    await adapter.withdraw({ conversation, message });
    expect(house.posts(message)).toEqual([]);
    await adapter.withdraw({ conversation, message });
    expect(house.discord.breaches).toEqual([]);
  });

  test('where deleting is not allowed it becomes a sentence, without its attachment', async () => {
    const { adapter, message, post, conversation } = await answered();
    const refuse = { status: 403, code: 50013, message: 'Missing Permissions' };
    house.discord.faults.next('message.delete', { refuse });
    await adapter.withdraw({ conversation, message });
    expect(house.discord.faults.waiting).toBe(0);
    expect(post.edits).toBeGreaterThan(0);
    expect(post.attachments.length).toBe(0);
    expect(post.components).toEqual([]);
    expect(post.embeds.map(({ description }) => description).join(' ')).toContain(sentence);
  });

  test('while Discord is away it fails, to be tried again', async () => {
    const { adapter, message, conversation } = await answered();
    house.discord.faults.next('message.delete', { status: 503 }, 20);
    await expect(adapter.withdraw({ conversation, message })).rejects.toMatchObject({
      code: 'PLATFORM_UNREACHABLE',
    });
    house.discord.faults.clear();
    await adapter.withdraw({ conversation, message });
    expect(house.posts(message)).toEqual([]);
  });
});
