/** The adapter contract over the terminal: a terminal a talk, its replies read as JSON. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import { TerminalAdapter, terminalConversation } from '../../../adapters/terminal/terminal-adapter.ts';
import type { Conversations } from '../../../src/conversation/conversations.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import type { ShownAnswer, Speaker } from '../access-contract.ts';
import { adapterContract, type Platform, type Said, type ShownReply } from '../adapter-contract.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-pictures-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

adapterContract('terminal', {
  conversation: terminalConversation,
  access: {
    marks: { first: 'terminal:ann', second: 'terminal:bob' },
    async open(conversations) {
      const talk = randomUUID();
      const terminals = {
        first: await Terminal.open(conversations, talk),
        second: await Terminal.open(conversations, talk, 'bob'),
      };
      const say = (who: Speaker, text: string) =>
        terminals[who].say({ id: randomUUID(), text, pictures: [] });
      return {
        say,
        press: say,
        answers: async () => shownTo([terminals.first, terminals.second]),
        conversation: () => terminalConversation(talk),
        stop: async () => {
          await terminals.first.leave();
          await terminals.second.leave();
        },
      };
    },
  },
  async open(conversations, talks) {
    const terminals = new Map<string, Promise<Terminal>>();
    const at = (talk: string) => {
      const known = terminals.get(talk) ?? Terminal.open(conversations, talk);
      terminals.set(talk, known);
      return known;
    };
    await Promise.all(talks.map(at));
    const platform: Platform = {
      say: async (talk, message) => {
        await (await at(talk)).say(message);
        return undefined;
      },
      shown: async (talk, id) => (await at(talk)).shown(id),
      async stop() {
        await Promise.all([...terminals.values()].map(async (terminal) => (await terminal).leave()));
      },
    };
    return platform;
  },
});

/** In the order in which they were shown. */
function shownTo(terminals: readonly Terminal[]): ShownAnswer[] {
  return terminals
    .flatMap(({ replies }) => replies)
    .sort((one, other) => one.at - other.at)
    .map(({ reply: { text, error, answer } }) => ({
      words: [...text, error?.message, error?.next].join(' '),
      cards: answer?.cards ?? [],
    }));
}

let shownBefore = 0;

class Terminal {
  readonly replies: { readonly at: number; readonly reply: Reply }[] = [];
  readonly #stdin = new PassThrough();
  readonly #stop = new AbortController();
  readonly #adapter: TerminalAdapter;
  /** Ids of lines that were typed and not read yet. */
  readonly #ids: string[] = [];

  private constructor(talk: string, user: string) {
    const stdout = new PassThrough();
    let text = '';
    stdout.on('data', (chunk: Buffer) => {
      text += String(chunk);
      const lines = text.split('\n');
      text = lines.pop()!;
      for (const line of lines) this.replies.push({ at: ++shownBefore, reply: JSON.parse(line) as Reply });
    });
    this.#adapter = new TerminalAdapter({
      name: talk,
      user,
      stdin: this.#stdin,
      stdout,
      env: {},
      json: true,
      keepSheet: async () => 'sheet.png',
      signal: this.#stop.signal,
      nextId: () => this.#ids.shift()!,
    });
  }

  static async open(conversations: Conversations, talk: string, user = 'ann'): Promise<Terminal> {
    const terminal = new Terminal(talk, user);
    await terminal.#adapter.start(conversations);
    return terminal;
  }

  async say({ id, text, pictures }: Said): Promise<void> {
    const paths: string[] = [];
    for (const [i, { name, bytes }] of pictures.entries()) {
      const path = join(folder, `${id}-${i}-${name}`);
      await writeFile(path, bytes);
      paths.push(`'${path}'`);
    }
    this.#ids.push(id);
    this.#stdin.write(`${[...paths, text].join(' ')}\n`);
  }

  shown(id: string): ShownReply[] {
    return this.replies
      .filter(({ reply: { to } }) => to === id)
      .map(({ reply: { answer, ...reply } }) => ({
        ...reply,
        cards: answer?.cards ?? [],
        ...(answer ? { decision: answer.result.decision } : {}),
      }));
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    this.#stdin.end();
    await this.#adapter.ended;
  }
}
