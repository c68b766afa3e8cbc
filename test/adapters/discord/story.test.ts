/** The story of the product in Discord: from a photo to the person, in a thread, by buttons, menus and plain words. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Conversations } from '../../../src/conversation/conversations.ts';
import { demoFolder, TalkHouse } from '../talk-house.ts';
import { DiscordHouse } from './discord-house.ts';
import { type Post, readPost } from './posted-reading.ts';
import type { Message } from './server/message.ts';

const patience = { timeout: 60_000, interval: 20 };

describe('the story in Discord', () => {
  let talks: TalkHouse;
  let house: DiscordHouse;
  let conversations: Conversations;

  beforeAll(async () => {
    talks = await TalkHouse.build();
  }, 120_000);
  afterEach(async () => {
    await house.close();
    await talks.shut();
  });
  afterAll(() => talks.remove());

  async function answer(id: string): Promise<{ message: Message; post: Post }> {
    await expect.poll(() => house.posts(id).length, patience).toBe(1);
    const message = house.posts(id)[0]!;
    const post = readPost(message);
    expect(post.error).toBeUndefined();
    return { message, post };
  }

  const picture = async (name: string) => ({
    name,
    bytes: await readFile(join(demoFolder, 'pictures', name)),
  });

  test('from a photo to the person, by fragments, a correction, a found one as the query, and reasons', async () => {
    house = await DiscordHouse.build();
    conversations = await talks.conversations();
    await house.open(conversations);
    const { people, world, interactions } = house.discord;

    // A photo, and what is known.
    const find = await people.slash('anna', 'gate', 'find', {
      photo: await picture('d0001_c2_02.jpg'),
      words: 'did we see this person on Tuesday?',
    });
    expect((await find.acknowledged)?.type).toBe(5);
    const first = await answer(find.id);
    expect(first.message.id).toBe(find.original?.id);
    expect(first.message.attachments.map(({ filename }) => filename)).toEqual(['candidates.png']);
    expect(first.post.cards.length).toBeGreaterThan(3);
    expect(first.post.chips.map(({ label }) => label).join(' ')).toMatch(/12 May/);

    // Its thread, in which plain words go on.
    const [thread] = world.threads('gate');
    expect(thread?.name).toBe('did we see this person on Tuesday?');
    const second = first.post.cards[1]!.pictureId;
    const words = await people.say(
      'boris',
      thread!.id,
      'not 2, and he had a red cap in the afternoon, only camera 4',
    );
    const refined = await answer(words.id);
    expect(refined.message.channel).toBe(thread!.id);
    expect(refined.message.reference).toBe(words.id);
    expect(refined.post.cards.map(({ pictureId }) => pictureId)).not.toContain(second);
    const chips = refined.post.chips.map(({ label }) => label).join(' | ');
    expect(chips).toMatch(/red cap.*camera 4/is);

    // The bot's question, answered by a button; where it asks none, there is nothing to answer.
    let latest = refined;
    if (refined.post.question) {
      latest = await answer(people.press('anna', refined.message, "Don't know").id);
    }

    // A chip is taken back, then a candidate is the query.
    const lifted = people.choose('anna', latest.message, 'Take something back …', ['camera 4']);
    latest = await answer(lifted.id);
    expect(latest.post.chips.map(({ label }) => label)).not.toContain('camera 4');
    const use = latest.post.menus.find(({ placeholder }) => placeholder.startsWith('Use as query'))!;
    const best = latest.post.cards[0]!.pictureId;
    expect(use.acts[0]).toEqual({ act: 'choose', picture: { pictureId: best } });
    latest = await answer(choose(latest.message, 'Use as query', '#1').id);
    expect(latest.post.chips.map(({ label }) => label).join(' ')).toMatch(/chosen/);

    // Why, asked on an answer.
    const why = await answer(choose(latest.message, 'Why?', '#1').id);
    expect(why.post.words.length).toBeGreaterThan(20);

    // Another photo: the same person?
    const photo = await people.say('anna', thread!.id, {
      text: 'is it the same person as 1?',
      files: [await picture('d0002_c1_05.jpg')],
    });
    expect((await answer(photo.id)).post.words).toMatch(/same person/i);

    // Any time, more, and start over: by a button on the answer in the channel, which is the thread's talk.
    const time = latest.post.chips.find(({ act }) => act.act === 'lift' && act.part === 'time')!;
    await answer(people.choose('anna', latest.message, 'Take something back …', [time.label]).id);
    const more = await answer((await people.say('anna', thread!.id, 'more')).id);
    expect(more.post.cards[0]?.rank).toBeGreaterThan(1);
    const over = people.press('boris', first.message, 'Start over');
    expect((await over.acknowledged)?.type).toBe(6);
    const fresh = await answer(over.id);
    expect(fresh.message.channel).toBe(thread!.id);
    expect(fresh.post.chips).toEqual([]);

    const state = await conversations.state(`discord:${house.discord.guild}/${thread!.id}`);
    expect(state?.pictures).toEqual([]);
    expect(house.troubles).toEqual([]);
    expect(house.discord.breaches).toEqual([]);
    const late = interactions.all.filter(({ ack }) => (ack?.latencyMs ?? Number.POSITIVE_INFINITY) > 3000);
    expect(late).toEqual([]);

    /** An option of a menu, whatever else the menu is for. */
    function choose(message: Message, what: string, rank: string) {
      const menus = message.components.flatMap((row) => ('components' in row ? [...row.components] : []));
      for (const menu of menus) {
        if (menu.type !== 3 || !menu.placeholder?.includes(what)) continue;
        const option = menu.options.find(
          ({ label }) => label.includes(`${rank} ·`) && (label.startsWith(what) || label.startsWith('#')),
        );
        return people.choose('anna', message, menu.custom_id!, [option!.value]);
      }
      throw new Error(`There is no menu ${what}`);
    }
  }, 120_000);

  test('without the intent, commands and buttons do it all, and the bot says why', async () => {
    house = await DiscordHouse.build({ intents: [] });
    conversations = await talks.conversations();
    await house.open(conversations);
    const { people, gateway, world } = house.discord;
    expect(gateway.log).toEqual(['identify', 'close 4014', 'identify']);
    expect(house.troubles.map(({ message }) => message).join()).toContain('Message Content Intent is off');

    const find = await people.slash('anna', 'gate', 'find', { words: 'a green top', camera: '3' });
    const first = await answer(find.id);
    expect(first.message.embeds[0]?.footer?.text).toContain('with /refine');
    const [thread] = world.threads('gate');
    // What is written is not read; a command in the channel goes on with the search.
    await people.say('anna', thread!.id, 'this comes as nothing');
    const refine = await people.slash('anna', 'gate', 'refine', { not: 1 });
    const refined = await answer(refine.id);
    expect(refined.post.chips.map(({ label }) => label).join(' ')).toMatch(/green.*not .*camera 3/);
    const turns = await conversations.turns(`discord:${house.discord.guild}/${thread!.id}`);
    expect(turns.map(({ messageId }) => messageId)).toEqual([find.id, refine.id]);
    // A direct message is read without it.
    const direct = people.direct('boris');
    const said = await people.say('boris', direct.id, 'a red top');
    expect((await answer(said.id)).post.cards.length).toBeGreaterThan(0);
  }, 120_000);

  test('a private search is seen by who asked alone, and goes on with /refine', async () => {
    house = await DiscordHouse.build();
    conversations = await talks.conversations();
    await house.open(conversations);
    const { people, world, guild } = house.discord;
    const find = await people.slash('anna', 'lobby', 'find', { words: 'a green top', private: true });
    const first = await answer(find.id);
    expect(first.message.ephemeralFor).toBe(find.user.id);
    const pressed = people.press('anna', first.message, 'More');
    expect((await answer(pressed.id)).message.ephemeralFor).toBe(find.user.id);
    const refine = await people.slash('anna', 'lobby', 'refine', { words: 'camera 3' });
    expect((await answer(refine.id)).message.ephemeralFor).toBe(find.user.id);
    const conversation = `discord:${guild}/${find.channel}/private-${find.user.id}`;
    expect((await conversations.state(conversation))?.cameras).toEqual(['3']);
    expect(world.threads('lobby')).toEqual([]);
    // A second one begins anew.
    const again = await people.slash('anna', 'lobby', 'find', { words: 'a red top', private: true });
    expect((await answer(again.id)).post.chips.map(({ label }) => label)).toEqual(['"a red top"']);
    expect(house.discord.breaches).toEqual([]);
  }, 120_000);
});
