/** Buttons, forms, commands, the shortcut, the home tab, assistant threads: pressed in a local Slack, heard by the real client library. */
import { describe, expect, test } from 'vitest';
import { AnsweringSlack, page, picture, png, until } from './answering-slack.ts';
import { payloadOf, wordsOf } from './posted-reading.ts';

const bot = new AnsweringSlack();

describe('buttons, forms, commands', () => {
  async function answered() {
    bot.answering = (message, deliver) => deliver(page(message, 'final'));
    const root = bot.people.say({ text: 'red cap', mention: true });
    await root.acknowledged;
    await until(() => bot.thread(root).length).toBe(1);
    return { root, ts: bot.thread(root)[0]!.ts };
  }

  test('a press is its act, in the thread, and shows who pressed', async () => {
    await bot.open();
    const { root, ts } = await answered();
    await bot.people.press({ user: 'U0BORIS', ts }, 'Use as query', undefined, { times: 3 });
    await until(() => bot.thread(root).length).toBe(2);
    expect(bot.heard[1]).toMatchObject({
      conversation: bot.heard[0]!.conversation,
      acts: [{ act: 'choose', picture }],
      user: 'slack:T0SITE/U0BORIS',
      text: '',
    });
    expect(wordsOf(bot.thread(root)[1]!)).toContain('↪ <@U0BORIS>: *Use as query*');
    await bot.people.press({ ts }, 'More');
    await until(() => bot.heard.length).toBe(3);
    expect(bot.heard[2]?.acts).toEqual([{ act: 'more' }]);
  });

  test('filters: the form opens with the galleries, and what is chosen becomes acts', async () => {
    await bot.open();
    const { root, ts } = await answered();
    await bot.people.press({ ts }, 'Filters');
    await until(() => bot.house.slack.callsOf('views.open').length).toBe(1);
    const wrong = await bot.people.submit({ From: '1778580000', Until: '1778570000' });
    expect(wrong.errors).toEqual({ before: 'This is before the time from which is searched.' });
    await bot.people.submit({ Cameras: ['3'], From: '', Until: '1778600000' });
    await until(() => bot.heard.length).toBe(2);
    expect(bot.heard[1]).toMatchObject({ conversation: bot.heard[0]!.conversation });
    const acts = bot.heard[1]!.acts ?? [];
    expect(acts[0]).toEqual({ act: 'lift', part: 'time' });
    expect(acts.at(-1)).toMatchObject({ act: 'constrain', cameras: ['3'], places: [] });
    await until(() => bot.thread(root).length).toBe(2);
  });

  test('/find takes what stands in angle brackets as it was typed', async () => {
    await bot.open();
    await bot.people.slash('/find', 'between < 1.80 and > 1.60');
    await until(() => bot.heard.map(({ text }) => text)).toEqual(['between < 1.80 and > 1.60']);
  });

  test('filters: a gallery that is chosen no more is lifted', async () => {
    await bot.open();
    bot.conversations.state = async () => ({ gallery: 'yard', cameras: [], places: [] }) as never;
    const { ts } = await answered();
    await bot.people.press({ ts }, 'Filters');
    await until(() => bot.house.slack.callsOf('views.open').length).toBe(1);
    await bot.people.submit({ Gallery: '' });
    await until(() => bot.heard.length).toBe(2);
    expect(bot.heard[1]?.acts).toContainEqual({ act: 'lift', part: 'gallery' });
  });

  test('answers to a command go where Slack asks for them, whatever other hosts have pictures', async () => {
    await bot.open({ fileHosts: ['files.example.org'] });
    await bot.people.slash('/find', 'help');
    await until(() => bot.whispers.length).toBe(1);
    expect(bot.house.slack.callsOf('chat.postEphemeral')).toEqual([]);
  });

  test('/find with words posts who looks for whom, and answers in the thread of it', async () => {
    await bot.open();
    await bot.people.slash('/find', 'man in &lt;red&gt;', { user: 'U0BORIS' }, { times: 3 });
    await until(() => bot.heard.length).toBe(1);
    expect(bot.heard[0]).toMatchObject({ text: 'man in <red>', user: 'slack:T0SITE/U0BORIS' });
    await until(() => bot.house.slack.workspace.posts.length).toBe(2);
    const [root, answer] = bot.house.slack.workspace.posts;
    expect(wordsOf(root!)).toBe(':mag: <@U0BORIS> is looking for: man in &lt;red&gt;');
    expect(answer).toMatchObject({ threadTs: root!.ts });
    expect(bot.heard[0]?.conversation).toBe(`slack:T0SITE/C0GATE/${root!.ts}`);
    await bot.people.say({ thread: root!.ts, text: 'more' }).acknowledged;
    await until(() => bot.heard.map(({ text }) => text)).toEqual(['man in <red>', 'more']);
  });

  test('/find without words opens a form; its words and filters begin a search', async () => {
    await bot.open();
    await bot.people.slash('/find');
    await until(() => bot.house.slack.callsOf('views.open').length).toBe(1);
    await bot.people.submit({ words: 'a woman in green', Cameras: ['1'] });
    await until(() => bot.heard.length).toBe(1);
    expect(bot.heard[0]).toMatchObject({
      text: 'a woman in green',
      acts: [{ act: 'constrain', cameras: ['1'], places: [] }],
    });
  });

  test('/find where the bot is not a member says how to invite it', async () => {
    await bot.open();
    await bot.people.slash('/find', 'a man', { channel: 'C0LOBBY' });
    await until(() => bot.whispers.map(({ text }) => text).join()).toContain('/invite');
    expect(bot.heard).toEqual([]);
  });

  test('/find help is told to who asks alone', async () => {
    await bot.open();
    await bot.people.slash('/find', 'help');
    await until(() => bot.whispers.map(({ text }) => text).join()).toContain('Describe the person');
    expect(bot.house.slack.workspace.posts).toEqual([]);
  });

  test('"Find this person" searches with the pictures of any message, in its thread, and its post becomes the answer', async () => {
    await bot.open();
    bot.answering = (message, deliver) => deliver(page(message, 'final'));
    const root = bot.people.upload([{ name: 'gate.png', bytes: png }], { text: 'look at this' });
    await root.acknowledged;
    await bot.people.shortcut('find_this_person', root, { user: 'U0CLARA', times: 3 });
    await until(() =>
      bot.heard.map(({ attachments, conversation }) => [attachments.length, conversation]),
    ).toEqual([[1, `slack:T0SITE/C0GATE/${root.ts}`]]);
    await until(() => bot.thread(root).map((post) => payloadOf(post).stage)).toEqual(['final']);
    expect(wordsOf(bot.thread(root)[0]!)).toContain('<@U0CLARA> is looking for the person in this picture');
    const empty = bot.people.say({ text: 'nothing here' });
    await bot.people.shortcut('find_this_person', empty);
    await until(() => bot.whispers.map(({ text }) => text).join()).toContain(
      'There is no picture in this message',
    );
  });

  test('the home tab shows the searches that this person took part in, and galleries', async () => {
    await bot.open();
    await bot.people.say({ text: 'red cap', mention: true }).acknowledged;
    await bot.people.say({ user: 'U0BORIS', text: 'green coat', mention: true }).acknowledged;
    await until(() => bot.heard.length).toBe(2);
    bot.conversations.list = async () =>
      bot.heard.map(({ conversation, text, at }) => ({
        conversation,
        line: `"${text}"`,
        at,
        asked: text,
      })) as never;
    await bot.people.openHome();
    const home = () => JSON.stringify(bot.house.slack.callsOf('views.publish').at(-1)?.args.view ?? '');
    await until(home).toContain('red cap');
    expect(home()).not.toContain('green coat');
    expect(home()).toContain('12 pictures · cameras 1, 3 · lobby');
  });

  test('an assistant thread greets with prompts, shows that it works, and has a title', async () => {
    await bot.open();
    const pane = bot.people.openAssistant('U0ANNA', undefined, { times: 3 });
    await pane.acknowledged;
    await until(() => bot.house.slack.callsOf('assistant.threads.setSuggestedPrompts').length).toBe(1);
    expect(
      bot.thread(pane).filter((post) => wordsOf(post).includes('Whom are you looking for?')),
    ).toHaveLength(1);
    await bot.people.reply(pane, { text: 'a man in red' }).acknowledged;
    await until(() =>
      bot.house.slack.callsOf('assistant.threads.setTitle').map(({ args }) => args.title),
    ).toEqual(['a man in red']);
    expect(bot.house.slack.callsOf('assistant.threads.setStatus')[0]?.args).toMatchObject({
      status: 'is searching …',
    });
    expect(bot.heard[0]).toMatchObject({ conversation: `slack:T0SITE/D0ANNA/${pane.ts}` });
  });
});
