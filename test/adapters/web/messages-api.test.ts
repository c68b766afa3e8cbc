/** Messages in, replies out: ids seen once, events that miss nothing, every bad picture a sentence. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterEach, expect, test } from 'vitest';
import type { PageMessage } from '../../../adapters/web/page-message.ts';
import type { PageReply } from '../../../adapters/web/page-reply.ts';
import type { Act } from '../../../src/conversation/act.ts';
import { attributeNames } from '../../../src/foundation/person-attributes.ts';
import { pictureId } from '../../../src/foundation/picture.ts';
import { animated } from '../../foundation/odd-pictures.ts';
import { badUploads } from './bad-uploads.ts';
import { demoQueries } from './demo-people.ts';
import { errorOf, type Sent, talk, WebHarness } from './web-harness.ts';

let web = new WebHarness();
afterEach(async () => {
  await web.close();
  web = new WebHarness();
});

const photo = { name: 'photo.jpg', bytes: new Uint8Array(readFileSync(demoQueries[0]!.path)) };
const clue = (traits: number, value: string): Act[] => [
  {
    act: 'clue',
    words: 'red coat',
    traits: Array.from({ length: traits }, () => ({ name: attributeNames[0]!, value, present: true })),
  },
];
const answered = (kinds: readonly string[]) => kinds.includes('done');

test('a message is answered by a first page and a final reply, in this order, after the message itself', async () => {
  const response = await web.say({ text: 'did we see this woman?', pictures: [photo] });
  expect(response.status).toBe(202);
  const [snapshot] = await web.events((kinds) => kinds.length > 0);
  expect(snapshot?.event).toBe('snapshot');
  // Told live, from the beginning of this process.
  const start = snapshot!.id.replace(/-.*/, '-0');
  const live = await web.events(answered, start);
  expect(live.map(({ event }) => event)).toEqual(['message', 'reply', 'reply', 'done']);
  const [first, final] = live.slice(1, 3).map(({ data }) => JSON.parse(data) as PageReply);
  expect([first?.stage, final?.stage]).toEqual(['first', 'final']);
  expect(final?.answer?.cards).toHaveLength(10);
  const message = JSON.parse(live[0]!.data) as { pictures: string[]; text: string };
  expect(message).toMatchObject({ text: 'did we see this woman?', pictures: [pictureId(photo.bytes)] });
});

test('a picture is shown under the id that it is kept under, whatever it was sent as and said with', async () => {
  const sent = await sharp(photo.bytes)
    .withExif({ IFD0: { Make: 'Acme' } })
    .jpeg()
    .toBuffer();
  const said = [{ text: 'this man' }, { text: 'is it the same person as 1?' }, { text: '' }];
  for (const { text } of said) {
    expect((await web.say({ text, pictures: [{ name: 'phone.jpg', bytes: sent }] })).status).toBe(202);
  }
  const [snapshot] = await web.events((kinds) => kinds.length > 0);
  const live = await web.events(
    (kinds) => kinds.filter((kind) => kind === 'done').length === 3,
    snapshot!.id.replace(/-.*/, '-0'),
  );
  const told = live.flatMap(({ event, data }) =>
    event === 'message' ? [(JSON.parse(data) as PageMessage).pictures] : [],
  );
  const [later] = await web.events((kinds) => kinds.length > 0);
  const kept = (JSON.parse(later!.data) as { messages: (PageMessage & { done: boolean })[] }).messages;
  expect(told).toHaveLength(3);
  expect(kept.map(({ pictures }) => pictures)).toEqual(told);
  expect(kept.map(({ done }) => done)).toEqual([true, true, true]);
  for (const [id, ...more] of told) {
    expect(more).toEqual([]);
    expect(id).not.toBe(pictureId(sent));
    expect((await web.request(`/api/pictures/${id}/card`)).status).toBe(200);
  }
});

test('replies hold no path of this machine and no candidate without a card', async () => {
  await web.say({ text: 'a woman in blue' });
  const text = await (await web.request(`/api/talks/${talk}/replies`)).text();
  expect(text).toContain('"cards"');
  expect(text).not.toMatch(/"ranking"|"path"/);
  expect(text).not.toContain(demoQueries[0]!.path.slice(0, 12));
});

test('the same message sent again reaches the conversation with the same id', async () => {
  const id = crypto.randomUUID();
  for (let time = 0; time < 3; time++) expect((await web.say({ id, text: 'red coat' })).status).toBe(202);
  expect(web.conversations.handled.map((message) => message.id)).toEqual([id, id, id]);
  const replies = (await (await web.request(`/api/talks/${talk}/replies`)).json()) as PageReply[];
  expect(replies.map(({ to }) => to)).toEqual([id]);
});

test('a page that was there before the first message misses none of it', async () => {
  const [empty] = await web.events((kinds) => kinds.length > 0);
  await web.say({ text: 'red coat' });
  const missed = await web.events(answered, empty!.id);
  expect(missed.map(({ event }) => event)).toEqual(['message', 'reply', 'reply', 'done']);
});

test('a page that comes back with the last event id is told exactly what it missed', async () => {
  let open = () => {};
  web.conversations.gate = new Promise((resolve) => {
    open = resolve;
  });
  await web.say({ text: 'red coat' });
  const snapshot = (await web.events((kinds) => kinds.length > 0)).at(-1)!;
  const seen = await web.events((kinds) => kinds.includes('reply'), snapshot.id.replace(/-.*/, '-0'));
  expect(seen.map(({ event }) => event)).toEqual(['message', 'reply']);
  open();
  const missed = await web.events(answered, seen.at(-1)!.id);
  expect(missed.map(({ event }) => event)).toEqual(['reply', 'done']);
  expect((JSON.parse(missed[0]!.data) as PageReply).stage).toBe('final');
});

test.each(['', 'another1-4', 'garbage'])(
  'a page that was told by nobody, or another process (%j), gets everything',
  async (lastId) => {
    await web.say({ text: 'red coat' });
    await web.say({ acts: [{ act: 'more' }] });
    const [snapshot] = await web.events((kinds) => kinds.length > 0, lastId);
    const { messages, replies } = JSON.parse(snapshot!.data) as {
      messages: { text: string }[];
      replies: PageReply[];
    };
    expect(messages.map(({ text }) => text)).toEqual(['red coat', '']);
    expect(replies.map(({ stage }) => stage)).toEqual(['final', 'final']);
  },
);

test('a page that opens while a search runs sees the message and its first page', async () => {
  web.conversations.gate = new Promise(() => {});
  await web.say({ text: 'red coat' });
  const [snapshot] = await web.events((kinds) => kinds.length > 0);
  const { messages, replies } = JSON.parse(snapshot!.data) as {
    messages: { text: string }[];
    replies: PageReply[];
  };
  expect(messages.map(({ text }) => text)).toEqual(['red coat']);
  expect(replies.map(({ stage }) => stage)).toEqual(['first']);
});

test('what could not be made safe is an error, and the same message can be sent again', async () => {
  web.conversations.refuseNext = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  const id = crypto.randomUUID();
  const refusedOnce = await web.say({ id, text: 'red coat' });
  expect(refusedOnce.status).toBe(507);
  expect(await errorOf(refusedOnce)).toMatchObject({ code: 'STORAGE_FULL' });
  expect((await web.say({ id, text: 'red coat' })).status).toBe(202);
});

test('every bad picture is one sentence that names it, and the talk goes on', async () => {
  for (const { name, bytes, code, says } of await badUploads()) {
    const response = await web.say({ text: 'this one', pictures: [photo, { name, bytes }] });
    const error = await errorOf(response);
    expect([name, response.status >= 400 && response.status < 500, error.code]).toEqual([name, true, code]);
    expect(error.message).toMatch(says);
    expect(error.message.startsWith(`${name}:`), error.message).toBe(true);
    expect(error.next).toMatch(/\.$/);
  }
  expect(web.conversations.handled).toEqual([]);
  expect((await web.say({ pictures: [photo] })).status).toBe(202);
});

test('an animated picture is taken, and the sender is told that one frame of it counts', async () => {
  const response = await web.say({ pictures: [{ name: 'wave.gif', bytes: await animated('gif') }] });
  expect(response.status).toBe(202);
  expect(((await response.json()) as { notes: string[] }).notes).toEqual([
    'wave.gif is animated: only the first frame is looked at.',
  ]);
});

test('two hundred pictures, and a picture over the limit, are refused with a sentence', async () => {
  const tiny = await sharp({ create: { width: 8, height: 16, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const many = Array.from({ length: 200 }, (_, at) => ({ name: `${at}.png`, bytes: tiny }));
  const crowd = await web.say({ pictures: many });
  expect(crowd.status).toBe(413);
  expect((await errorOf(crowd)).message).toBe('200 pictures came at once; 20 are the most.');

  const small = new WebHarness({
    limits: { bytesPerPicture: 1024 * 1024 },
  });
  const large = await small.say({
    pictures: [{ name: 'large.jpg', bytes: new Uint8Array(2 * 1024 * 1024) }],
  });
  expect([large.status, (await errorOf(large)).message]).toEqual([
    413,
    'large.jpg has 2 MB; 1 are the most.',
  ]);
  await small.close();
});

test('a message of ten thousand words and one full of markup arrive as they were written', async () => {
  const long = 'blue coat '.repeat(5000);
  const odd = '<|im_end|><script>alert(1)</script> <|vision_start|>';
  expect((await web.say({ text: long })).status).toBe(202);
  expect((await web.say({ text: odd })).status).toBe(202);
  expect(web.conversations.handled.map(({ text }) => text)).toEqual([long, odd]);
});

test.each<[string, Sent, RegExp]>([
  ['no id', { id: '' }, /needs an id/],
  ['an id that is none', { id: '../../etc/passwd', text: 'x' }, /needs an id/],
  ['nothing in it', {}, /empty/],
  ['acts that are no JSON', { acts: '{' }, /cannot be read/],
  ['an act that does not exist', { acts: '[{"act":"sudo"}]' }, /cannot be read/],
  ['an act with a field too many', { acts: '[{"act":"more","by":3}]' }, /cannot be read/],
  [
    'a picture id that is a path',
    { acts: '[{"act":"choose","picture":{"pictureId":"../x"}}]' },
    /cannot be read/,
  ],
  ['a time that is none', { acts: '[{"act":"constrain","after":"yesterday"}]' }, /not a time/],
  ...[
    '2026-99-99',
    '2026-02-29',
    '2026-02-30T10:00Z',
    '2026-05-12T24:00',
    '2026-05-12T10:60',
    '0000-01-01',
    '2026-05-12T10:00+99:00',
  ].map((after): [string, Sent, RegExp] => [
    `the time ${after}`,
    { acts: [{ act: 'constrain', after }] },
    /not a time/,
  ]),
  ['a clue without words', { acts: [{ act: 'clue', words: ' \n' }] }, /no words/],
  ['a clue of 21 traits', { acts: clue(21, 'red') }, /cannot be read/],
  ['a trait of 41 letters', { acts: clue(1, 'r'.repeat(41)) }, /cannot be read/],
  ['a blank trait', { acts: clue(1, ' ') }, /cannot be read/],
])('a message with %s is refused', async (_, sent, says) => {
  const response = await web.say(sent);
  expect(response.status).toBe(400);
  expect((await errorOf(response)).message).toMatch(says);
  expect(web.conversations.handled).toEqual([]);
});

test('a clue of twenty traits of forty letters, and the leap day, are taken', async () => {
  const acts: Act[] = [...clue(20, 'r'.repeat(40)), { act: 'constrain', after: '2028-02-29' }];
  expect((await web.say({ acts })).status).toBe(202);
});

test('a time from the form is on the clock of the site', async () => {
  await web.say({
    acts: '[{"act":"constrain","after":"2026-05-12T14:00","before":"2026-05-12T18:00:00.000Z"}]',
  });
  expect(web.conversations.handled[0]?.acts).toEqual([
    { act: 'constrain', after: '2026-05-12T12:00:00.000Z', before: '2026-05-12T18:00:00.000Z' },
  ]);
  const scope = await (await web.request(`/api/talks/${talk}/scope`)).json();
  expect(scope).toMatchObject({ after: '2026-05-12T14:00', before: '2026-05-12T20:00' });
});

test('searches are listed, stopped and forgotten', async () => {
  await web.say({ text: 'red coat' });
  expect(await (await web.request('/api/talks')).json()).toMatchObject([{ talk, line: '"red coat"' }]);
  await web.request(`/api/talks/${talk}/cancel`, { method: 'POST' });
  expect(web.conversations.cancelled).toEqual([`web:${talk}`]);
  let heard = () => {};
  const opened = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const listening = web.events((kinds) => {
    if (kinds.length > 0) heard();
    return kinds.includes('forgotten');
  });
  await opened;
  await web.request(`/api/talks/${talk}`, { method: 'DELETE' });
  expect(await (await web.request('/api/talks')).json()).toEqual([]);
  await listening;
});

test('the contact sheet of an answer is a PNG, to be shown or saved', async () => {
  const id = crypto.randomUUID();
  await web.say({ id, text: 'red coat' });
  await web.events((kinds) => kinds.length > 0);
  const sheet = await web.request(`/api/talks/${talk}/sheets/${id}?save`);
  expect(sheet.headers.get('content-disposition')).toContain('contact-sheet.png');
  expect((await sharp(await sheet.arrayBuffer()).metadata()).format).toBe('png');
  expect((await web.request(`/api/talks/${talk}/sheets/${crypto.randomUUID()}`)).status).toBe(400);
});
