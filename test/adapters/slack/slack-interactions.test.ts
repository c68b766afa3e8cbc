/** Buttons, forms, commands, the shortcut, the home tab, assistant threads: pressed in a local Slack, heard by the real client library. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Deliver } from '../../../src/conversation/conversations.ts';
import type { Message } from '../../../src/conversation/message.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { answerOf, replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { payloadOf, wordsOf } from './posted-reading.ts';
import { SlackHouse } from './slack-house.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);
const picture = { pictureId: 'a'.repeat(64) };
const galleries = {
  list: async () => [
    { name: 'site', pictures: 12, cameras: ['1', '3'], places: ['lobby'] },
    { name: 'yard', pictures: 2, cameras: ['7'], places: [] },
  ],
};

let house: SlackHouse;
let conversations: StandInConversations;
/** What is answered; a test changes it. */
let answering: (message: Message, deliver: Deliver) => Promise<void>;

beforeEach(async () => {
  house = await SlackHouse.build();
  answering = (message, deliver) => deliver(replyTo(message, { text: [`You said: ${message.text}`] }));
  conversations = new StandInConversations((message, deliver) => answering(message, deliver));
});
afterEach(async () => {
  await house.remove();
  expect(house.slack.mistakes).toEqual([]);
});

const open = (options: Parameters<SlackHouse['open']>[1] = {}) =>
  house.open(conversations, { galleries, ...options });
const people = () => house.slack.people;
const heard = () => conversations.messages;
const until = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 10 });
const thread = (at: { channel: string; thread: string }) =>
  house.slack.workspace.thread(at.channel, at.thread).filter(({ fromBot }) => fromBot);
const whispers = () => house.slack.workspace.ephemerals;

/** A reply of two stages with candidates. */
function page(message: Message, stage: Reply['stage'], more: Partial<Reply> = {}): Reply {
  return replyTo(message, {
    stage,
    line: '"red cap"',
    text: ['Unsure: there are several.'],
    answer: answerOf([
      { camera: '3', buttons: [{ label: 'Use as query', act: { act: 'choose', picture } }] },
      { compared: stage === 'final' },
    ]),
    chips: [{ label: 'camera 3', act: { act: 'lift', part: 'cameras', value: '3' } }],
    buttons: [{ label: 'More', act: { act: 'more' } }],
    ...more,
  });
}

describe('buttons, forms, commands', () => {
  async function answered() {
    answering = (message, deliver) => deliver(page(message, 'final'));
    const root = people().say({ text: 'red cap', mention: true });
    await root.acknowledged;
    await until(() => thread(root).length).toBe(1);
    return { root, ts: thread(root)[0]!.ts };
  }

  test('a press is its act, in the thread, and shows who pressed', async () => {
    await open();
    const { root, ts } = await answered();
    await people().press({ user: 'U0BORIS', ts }, 'Use as query', undefined, { times: 3 });
    await until(() => thread(root).length).toBe(2);
    expect(heard()[1]).toMatchObject({
      conversation: heard()[0]!.conversation,
      acts: [{ act: 'choose', picture }],
      user: 'slack:T0SITE/U0BORIS',
      text: '',
    });
    expect(wordsOf(thread(root)[1]!)).toContain('↪ <@U0BORIS>: *Use as query*');
    await people().press({ ts }, 'More');
    await until(() => heard().length).toBe(3);
    expect(heard()[2]?.acts).toEqual([{ act: 'more' }]);
  });

  test('filters: the form opens with the galleries, and what is chosen becomes acts', async () => {
    await open();
    const { root, ts } = await answered();
    await people().press({ ts }, 'Filters');
    await until(() => house.slack.callsOf('views.open').length).toBe(1);
    const wrong = await people().submit({ From: '1778580000', Until: '1778570000' });
    expect(wrong.errors).toEqual({ before: 'This is before the time from which is searched.' });
    await people().submit({ Cameras: ['3'], From: '', Until: '1778600000' });
    await until(() => heard().length).toBe(2);
    expect(heard()[1]).toMatchObject({ conversation: heard()[0]!.conversation });
    const acts = heard()[1]!.acts ?? [];
    expect(acts[0]).toEqual({ act: 'lift', part: 'time' });
    expect(acts.at(-1)).toMatchObject({ act: 'constrain', cameras: ['3'], places: [] });
    await until(() => thread(root).length).toBe(2);
  });

  test('/find takes what stands in angle brackets as it was typed', async () => {
    await open();
    await people().slash('/find', 'between < 1.80 and > 1.60');
    await until(() => heard().map(({ text }) => text)).toEqual(['between < 1.80 and > 1.60']);
  });

  test('filters: a gallery that is chosen no more is lifted', async () => {
    await open();
    conversations.state = async () => ({ gallery: 'yard', cameras: [], places: [] }) as never;
    const { ts } = await answered();
    await people().press({ ts }, 'Filters');
    await until(() => house.slack.callsOf('views.open').length).toBe(1);
    await people().submit({ Gallery: '' });
    await until(() => heard().length).toBe(2);
    expect(heard()[1]?.acts).toContainEqual({ act: 'lift', part: 'gallery' });
  });

  test('answers to a command go where Slack asks for them, whatever other hosts have pictures', async () => {
    await open({ fileHosts: ['files.example.org'] });
    await people().slash('/find', 'help');
    await until(() => whispers().length).toBe(1);
    expect(house.slack.callsOf('chat.postEphemeral')).toEqual([]);
  });

  test('/find with words posts who looks for whom, and answers in the thread of it', async () => {
    await open();
    await people().slash('/find', 'man in &lt;red&gt;', { user: 'U0BORIS' }, { times: 3 });
    await until(() => heard().length).toBe(1);
    expect(heard()[0]).toMatchObject({ text: 'man in <red>', user: 'slack:T0SITE/U0BORIS' });
    await until(() => house.slack.workspace.posts.length).toBe(2);
    const [root, answer] = house.slack.workspace.posts;
    expect(wordsOf(root!)).toBe(':mag: <@U0BORIS> is looking for: man in &lt;red&gt;');
    expect(answer).toMatchObject({ threadTs: root!.ts });
    expect(heard()[0]?.conversation).toBe(`slack:T0SITE/C0GATE/${root!.ts}`);
    await people().say({ thread: root!.ts, text: 'more' }).acknowledged;
    await until(() => heard().map(({ text }) => text)).toEqual(['man in <red>', 'more']);
  });

  test('/find without words opens a form; its words and filters begin a search', async () => {
    await open();
    await people().slash('/find');
    await until(() => house.slack.callsOf('views.open').length).toBe(1);
    await people().submit({ words: 'a woman in green', Cameras: ['1'] });
    await until(() => heard().length).toBe(1);
    expect(heard()[0]).toMatchObject({
      text: 'a woman in green',
      acts: [{ act: 'constrain', cameras: ['1'], places: [] }],
    });
  });

  test('/find where the bot is not a member says how to invite it', async () => {
    await open();
    await people().slash('/find', 'a man', { channel: 'C0LOBBY' });
    await until(() =>
      whispers()
        .map(({ text }) => text)
        .join(),
    ).toContain('/invite');
    expect(heard()).toEqual([]);
  });

  test('/find help is told to who asks alone', async () => {
    await open();
    await people().slash('/find', 'help');
    await until(() =>
      whispers()
        .map(({ text }) => text)
        .join(),
    ).toContain('Describe the person');
    expect(house.slack.workspace.posts).toEqual([]);
  });

  test('"Find this person" searches with the pictures of any message, in its thread, and its post becomes the answer', async () => {
    await open();
    answering = (message, deliver) => deliver(page(message, 'final'));
    const root = people().upload([{ name: 'gate.png', bytes: png }], { text: 'look at this' });
    await root.acknowledged;
    await people().shortcut('find_this_person', root, { user: 'U0CLARA', times: 3 });
    await until(() =>
      heard().map(({ attachments, conversation }) => [attachments.length, conversation]),
    ).toEqual([[1, `slack:T0SITE/C0GATE/${root.ts}`]]);
    await until(() => thread(root).map((post) => payloadOf(post).stage)).toEqual(['final']);
    expect(wordsOf(thread(root)[0]!)).toContain('<@U0CLARA> is looking for the person in this picture');
    const empty = people().say({ text: 'nothing here' });
    await people().shortcut('find_this_person', empty);
    await until(() =>
      whispers()
        .map(({ text }) => text)
        .join(),
    ).toContain('There is no picture in this message');
  });

  test('the home tab shows the searches that this person took part in, and galleries', async () => {
    await open();
    await people().say({ text: 'red cap', mention: true }).acknowledged;
    await people().say({ user: 'U0BORIS', text: 'green coat', mention: true }).acknowledged;
    await until(() => heard().length).toBe(2);
    conversations.list = async () =>
      heard().map(({ conversation, text, at }) => ({
        conversation,
        line: `"${text}"`,
        at,
        asked: text,
      })) as never;
    await people().openHome();
    const home = () => JSON.stringify(house.slack.callsOf('views.publish').at(-1)?.args.view ?? '');
    await until(home).toContain('red cap');
    expect(home()).not.toContain('green coat');
    expect(home()).toContain('12 pictures · cameras 1, 3 · lobby');
  });

  test('an assistant thread greets with prompts, shows that it works, and has a title', async () => {
    await open();
    const pane = people().openAssistant('U0ANNA', undefined, { times: 3 });
    await pane.acknowledged;
    await until(() => house.slack.callsOf('assistant.threads.setSuggestedPrompts').length).toBe(1);
    expect(thread(pane).filter((post) => wordsOf(post).includes('Whom are you looking for?'))).toHaveLength(
      1,
    );
    await people().reply(pane, { text: 'a man in red' }).acknowledged;
    await until(() =>
      house.slack.callsOf('assistant.threads.setTitle').map(({ args }) => args.title),
    ).toEqual(['a man in red']);
    expect(house.slack.callsOf('assistant.threads.setStatus')[0]?.args).toMatchObject({
      status: 'is searching …',
    });
    expect(heard()[0]).toMatchObject({ conversation: `slack:T0SITE/D0ANNA/${pane.ts}` });
  });
});
