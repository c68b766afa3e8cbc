/** The talk in a pipe and in a terminal: what is written, what is rewritten, what stops, and that nothing in it is dangerous. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TerminalAdapter, type TerminalOptions } from '../../../adapters/terminal/terminal-adapter.ts';
import { ChatReidError } from '../../../src/foundation/error.ts';
import { type Answering, answerOf, replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { VirtualTerminal } from './virtual-terminal.ts';

let folder: string;
let photo: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-terminal-'));
  photo = join(folder, 'my photo.jpg');
  await writeFile(photo, 'bytes of a picture');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const searched: Answering = async (message, deliver) => {
  const answer = answerOf([{ camera: '3', time: '24 Nov 2026 13:05' }, { place: 'Hall' }]);
  const page = { line: `"${message.text}"`, text: ['Unsure: it may be.'], answer, notes: ['A note.'] };
  await deliver(replyTo(message, { ...page, stage: 'first', text: ['Unsure: by the filter.'], notes: [] }));
  await deliver(replyTo(message, page));
};

const earlier = {
  id: 'old',
  conversation: 'terminal:test/talk',
  user: 'terminal:ann',
  at: '2026-11-28T09:00:00.000Z',
  text: 'red coat',
  attachments: [],
};

/** Nobody types. */
const quiet = {
  name: 'test',
  user: 'ann',
  stdin: Readable.from([]),
  env: {},
  keepSheet: async () => '/sheets/1.png',
};

/** Lines through a pipe, to their end. */
async function piped(lines: string, answer: Answering = searched, more: Partial<TerminalOptions> = {}) {
  const stdout = new PassThrough();
  const conversations = new StandInConversations(answer);
  let ids = 0;
  const adapter = new TerminalAdapter({
    name: 'test',
    user: 'ann',
    stdin: Readable.from([lines]),
    stdout,
    env: { TERM: 'xterm-kitty' },
    inline: 'kitty',
    keepSheet: async () => '/sheets/1.png',
    now: () => new Date('2026-11-28T10:00:00Z'),
    nextId: () => `m${++ids}`,
    ...more,
  });
  await adapter.start(conversations);
  await adapter.ended;
  return { stdout: String(stdout.read() ?? ''), conversations, adapter };
}

test('in a pipe every line is a message, answered before the next, with the final page only', async () => {
  const { stdout, conversations } = await piped('man in a green top\nnot 2\n');
  expect(conversations.messages.map(({ text, attachments, ...rest }) => [text, attachments, rest])).toEqual([
    [
      'man in a green top',
      [],
      {
        id: 'm1',
        conversation: 'terminal:test/talk',
        user: 'terminal:ann',
        marks: ['terminal:ann', 'terminal:local'],
        at: '2026-11-28T10:00:00.000Z',
      },
    ],
    ['not 2', [], expect.objectContaining({ id: 'm2' })],
  ]);
  expect(stdout).toBe(
    [
      '> man in a green top',
      'Looking for "man in a green top"',
      'Unsure: it may be.',
      'rank  confidence  camera  time               place  picture   source',
      '   1        90 %  3       24 Nov 2026 13:05         11111111  p1.jpg',
      '   2        80 %                             Hall   22222222  p2.jpg',
      'Note: A note.',
      'Contact sheet: /sheets/1.png',
      '',
      '> not 2',
      'Looking for "not 2"',
      'Unsure: it may be.',
      'rank  confidence  camera  time               place  picture   source',
      '   1        90 %  3       24 Nov 2026 13:05         11111111  p1.jpg',
      '   2        80 %                             Hall   22222222  p2.jpg',
      'Contact sheet: /sheets/1.png',
      '',
      '',
    ].join('\n'),
  );
});

test('pictures by path are sent as bytes; one that is not there is told and stops nothing', async () => {
  const { stdout, conversations, adapter } = await piped(
    `'${photo}' in a red cap\nimage nowhere.jpg\nno hat\n`,
  );
  expect(conversations.messages.map(({ text }) => text)).toEqual(['in a red cap', 'no hat']);
  const [{ name, bytes }] = conversations.messages[0]!.attachments as [{ name: string; bytes: Uint8Array }];
  expect([name, Buffer.from(bytes).toString()]).toEqual(['my photo.jpg', 'bytes of a picture']);
  expect(stdout).toContain('Error: There is no picture at nowhere.jpg.');
  expect(adapter.errors).toBe(1);
});

test('--json is one document a reply and nothing else', async () => {
  const { stdout } = await piped('red coat\nimage nowhere.jpg\n/help\n', searched, { json: true });
  const documents = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(documents).toMatchObject([
    { key: 'm1#final', line: '"red coat"', sheet: '/sheets/1.png' },
    { error: { code: 'IMPORT_SOURCE_MISSING' } },
    { key: 'm2#final', line: '"help"' },
  ]);
});

test('what users and galleries write cannot move the cursor, whatever part of a reply it is in', async () => {
  const evil = '\u001b[2J\u009b31m\u0007\u202eevil\r\n\u001b]0;title\u0007';
  const button = { label: evil, act: { act: 'help' } } as const;
  const { stdout } = await piped(`look ${evil.replaceAll('\n', '')}\n`, async (message, deliver) => {
    const question = { id: 'q', name: 'hat', value: 'yes', text: evil, gain: 1 } as const;
    const box = { left: 1, top: 2, width: 3, height: 4 };
    await deliver(
      replyTo(message, {
        line: evil,
        text: [evil],
        answer: answerOf([{ source: evil, camera: evil, place: evil, time: evil }]),
        question: { question, buttons: [button] },
        people: { frameId: 'f', people: [{ number: 1, pictureId: 'p', box, button }] },
        buttons: [button],
        notes: [evil],
        error: { code: 'INTERNAL', message: evil, next: evil, cause: evil },
      }),
    );
  });
  expect(stdout.match(/evil/g)!.length).toBeGreaterThanOrEqual(12);
  // Lines end with a line feed, and that is the only control character.
  expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
});

test('a reply that the stream refused is written when it is tried again, and once however often it is given', async () => {
  const stdout = new PassThrough();
  const write = stdout.write.bind(stdout);
  let refuse = true;
  Object.assign(stdout, {
    write(text: string, done: (error?: Error | null) => void) {
      if (!refuse) return write(text, 'utf8', done);
      refuse = false;
      done(new Error('refused'));
      return false;
    },
  });
  const adapter = new TerminalAdapter({ ...quiet, stdout });
  const reply = replyTo(earlier, { text: ['Unsure: it may be.'] });
  await expect(adapter.deliver(reply)).rejects.toThrow('refused');
  for (let i = 0; i < 3; i++) await adapter.deliver(reply);
  expect(String(stdout.read())).toBe('Unsure: it may be.\n\n');
});

test('where the disk refuses the sheet, the answer is there all the same', async () => {
  const { stdout } = await piped('red coat\n', searched, {
    keepSheet: async () => {
      throw new ChatReidError('STORAGE_FULL', 'The disk is full.', 'Free some space.');
    },
  });
  expect(stdout).toContain('p2.jpg');
  expect(stdout).toContain('Error: The disk is full.');
});

test('what an earlier process left is delivered at the start, and only this talk is asked for', async () => {
  const conversations = new StandInConversations(searched);
  conversations.left = [replyTo(earlier, { text: ['From before.'] })];
  const stdout = new PassThrough();
  const adapter = new TerminalAdapter({ ...quiet, stdout });
  await adapter.start(conversations);
  await adapter.ended;
  expect(conversations.resumed).toEqual(['terminal:test/']);
  expect(String(stdout.read())).toBe('From before.\n\n');
});

test.each(['../up', 'a b', '', 'a/b', 'ü'])('%j cannot be the name of a talk', (name) => {
  expect(() => new TerminalAdapter({ ...quiet, name, stdout: new PassThrough() })).toThrow(
    'cannot be the name of a conversation',
  );
});

/** A person at a terminal of 60 by 20. */
async function seated(
  answer: Answering,
  more: Partial<TerminalOptions> = {},
  kept: StandInConversations['kept'] = [],
) {
  const terminal = new VirtualTerminal(60, 20);
  const conversations = new StandInConversations(answer);
  conversations.kept = kept;
  const adapter = new TerminalAdapter({
    name: 'test',
    user: 'ann',
    stdin: terminal.keyboard,
    stdout: terminal.screen,
    env: { TERM: 'xterm', NO_COLOR: '1' },
    keepSheet: async () => '/sheets/1.png',
    ...more,
  });
  await adapter.start(conversations);
  return { terminal, conversations, adapter };
}

test('on a terminal the first page is rewritten in place, around what is being typed', async () => {
  const gate = gated();
  const { terminal, adapter } = await seated(async (message, deliver) => {
    const page = { line: '"red coat"', answer: answerOf([{}, {}, {}]) };
    await deliver(replyTo(message, { ...page, stage: 'first', text: ['Unsure: by the filter.'] }));
    await gate.promise;
    await deliver(replyTo(message, { ...page, text: ['Found: by the model.'] }));
  });
  terminal.type('red coat\r');
  await terminal.shows("In the filter's order");
  terminal.type('not 2');
  await terminal.shows('> not 2');
  expect(terminal.text()).toContain('Unsure: by the filter.');
  gate.resolve();
  await terminal.shows('Found: by the model.');
  const text = terminal.text();
  expect(text).not.toContain('by the filter');
  expect(text.match(/p1\.jpg/g)).toHaveLength(1);
  // The sentence is still there to be ended.
  expect(text.trimEnd().split('\n').at(-1)).toBe('> not 2');
  expect(text).toContain('> red coat');
  terminal.type('\u0015/quit\r');
  await adapter.ended;
});

test('a page that something was typed under stays where it is', async () => {
  const [first, second] = [gated(), gated()];
  const { terminal, conversations, adapter } = await seated(async (message, deliver) => {
    if (message.text !== 'one') {
      await second.promise;
      return deliver(replyTo(message, { text: ['Second.'] }));
    }
    await deliver(replyTo(message, { stage: 'first', text: ['Draft.'] }));
    await first.promise;
    await deliver(replyTo(message, { text: ['Final.'] }));
  });
  terminal.type('one\r');
  await terminal.shows('Draft.');
  terminal.type('two\r');
  await expect.poll(() => conversations.messages.length).toBe(2);
  first.resolve();
  await terminal.shows('Final.');
  expect(terminal.text()).toMatch(/Draft\.[\s\S]*> two\n[\s\S]*Final\./);
  second.resolve();
  await terminal.shows('Second.');
  terminal.type('/quit\r');
  await adapter.ended;
});

test('Ctrl-C stops the search that runs, a second one leaves without waiting, and where nothing runs one leaves', async () => {
  const { terminal, conversations, adapter } = await seated(async (message, deliver, cancelled) => {
    if (message.text === 'deaf') return new Promise(() => {});
    await new Promise<void>((resolve) => cancelled.addEventListener('abort', () => resolve()));
    const error = { code: 'CANCELLED', message: 'Stopped.', next: 'Ask again.' } as const;
    await deliver(replyTo(message, { error }));
  });
  terminal.type('red coat\r');
  await expect.poll(() => conversations.messages.length).toBe(1);
  terminal.type('\u0003');
  await terminal.shows('Error: Stopped.');
  terminal.type('deaf\r');
  await expect.poll(() => conversations.messages.length).toBe(2);
  terminal.type('\u0003');
  await expect.poll(() => conversations.cancelled.length).toBe(2);
  terminal.type('\u0003');
  await adapter.ended;

  const idle = await seated(searched);
  idle.terminal.type('\u0003');
  await idle.adapter.ended;
  expect(idle.conversations.cancelled).toEqual([]);
});

test('a picture is drawn where the terminal can, once, under the final page', async () => {
  const { terminal, adapter } = await seated(searched, { inline: 'kitty' });
  terminal.type('red coat\r');
  await terminal.shows('Contact sheet: /sheets/1.png');
  await expect.poll(() => terminal.raw.split('\u001b_G').length).toBe(2);
  terminal.type('/quit\r');
  await adapter.ended;
  expect((await piped('red coat\n')).stdout).not.toContain('\u001b');
});

test('a talk that goes on shows what it had come to', async () => {
  const kept = [replyTo(earlier, { line: 'photo + "red cap"', text: ['Unsure: so it stood.'] })];
  const { terminal, adapter } = await seated(searched, {}, kept);
  await terminal.shows('Looking for photo + "red cap"');
  expect(terminal.text()).toContain('This talk goes on:');
  terminal.type('\u0004');
  await adapter.ended;
});

function gated() {
  let resolve = () => {};
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve: () => resolve() };
}
