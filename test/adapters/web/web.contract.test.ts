/** The adapter contract over the web page's own API: messages as forms, replies as events. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { WebAdapter } from '../../../adapters/web/web-adapter.ts';
import type { PageReply } from '../../../adapters/web/page-reply.ts';
import type { Act } from '../../../src/conversation/act.ts';
import type { Speaker } from '../access-contract.ts';
import { adapterContract, type Said, type ShownReply, type Told } from '../adapter-contract.ts';

const galleries = {
  list: async () => [],
  browse: async () => [],
  add: () => Promise.reject(),
  demandAdding: async () => {},
};

adapterContract('web', {
  conversation: (talk) => `web:${talk}`,
  access: {
    marks: { first: 'web:alice', second: 'web:bob' },
    async open(conversations) {
      const talk = randomUUID();
      const tokens = { first: 'alice-alice-alice', second: 'bob-bob-bob-bob-bob' };
      const adapter = new WebAdapter({
        port: 0,
        galleries,
        tokens: [
          { name: 'alice', secret: tokens.first },
          { name: 'bob', secret: tokens.second },
        ],
        // He was given the link.
        mayOpen: () => true,
      });
      await adapter.start(conversations);
      const pages: Partial<Record<Speaker, Page>> = {};
      const send = async (who: Speaker, message: Partial<Said> & { readonly acts?: readonly Act[] }) => {
        const page = pages[who] ?? (await Page.open(adapter.url, talk, tokens[who]));
        pages[who] = page;
        expect(await page.say({ id: randomUUID(), text: '', pictures: [], ...message })).toBeUndefined();
      };
      const finals = () => pages.first?.replies.filter(({ stage }) => stage === 'final') ?? [];
      return {
        say: (who, text) => send(who, { text }),
        async press(who, label) {
          const buttons = finals().flatMap((reply) => reply.buttons);
          const button = buttons.findLast((one) => one.label === label);
          await send(who, { acts: button ? [button.act] : [] });
        },
        answers: async () =>
          finals().map(({ text, error, answer }) => ({
            words: [...text, error?.message, error?.next].join(' '),
            cards: answer?.cards ?? [],
          })),
        conversation: () => `web:alice/${talk}`,
        async stop() {
          for (const page of Object.values(pages)) page.close();
          await adapter.stop();
        },
      };
    },
  },
  async open(conversations, talks) {
    const adapter = new WebAdapter({ port: 0, galleries });
    await adapter.start(conversations);
    const pages = new Map<string, Promise<Page>>();
    const at = (talk: string) => {
      const known = pages.get(talk) ?? Page.open(adapter.url, talk);
      pages.set(talk, known);
      return known;
    };
    await Promise.all(talks.map(at));
    return {
      say: async (talk, message) => (await at(talk)).say(message),
      shown: async (talk, id) => (await at(talk)).shown(id),
      async stop() {
        for (const page of pages.values()) (await page).close();
        await adapter.stop();
      },
    };
  },
});

async function signIn(url: string, token: string): Promise<string> {
  const response = await fetch(`${url}api/sign-in`, {
    method: 'POST',
    headers: { 'x-chatreid': '1', 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** What a page hears of one talk. */
class Page {
  /** By their keys: a page that comes back is told again what it may have missed. */
  readonly #replies = new Map<string, PageReply>();
  readonly #closing = new AbortController();

  private constructor(
    private readonly address: string,
    /** Where somebody signed in. */
    private readonly cookie: string,
  ) {}

  static async open(url: string, talk: string, token?: string): Promise<Page> {
    const page = new Page(`${url}api/talks/${talk}`, token ? await signIn(url, token) : '');
    const { cookie } = page;
    const { body } = await fetch(`${page.address}/events`, {
      headers: { cookie },
      signal: page.#closing.signal,
    });
    const first = new Promise<void>((resolve) => void page.#listen(body!, resolve));
    await first;
    return page;
  }

  get replies(): readonly PageReply[] {
    return [...this.#replies.values()];
  }

  async say({
    id,
    text,
    pictures,
    acts = [],
  }: Said & { readonly acts?: readonly Act[] }): Promise<Told | undefined> {
    const form = new FormData();
    form.set('id', id);
    form.set('text', text);
    form.set('acts', JSON.stringify(acts));
    for (const { name, bytes } of pictures) form.append('pictures', new File([new Uint8Array(bytes)], name));
    const response = await fetch(`${this.address}/messages`, {
      method: 'POST',
      headers: { 'x-chatreid': '1', cookie: this.cookie },
      body: form,
    });
    if (response.ok) return undefined;
    return (await response.json()) as Told;
  }

  shown(id: string): ShownReply[] {
    return [...this.#replies.values()]
      .filter(({ to, stage }) => to === id && stage === 'final')
      .map(({ answer, ...reply }) => ({
        ...(reply as Omit<typeof reply, 'error'>),
        ...(reply.error ? { error: reply.error as Told } : {}),
        cards: answer?.cards ?? [],
        ...(answer ? { decision: answer.decision } : {}),
      }));
  }

  close(): void {
    this.#closing.abort();
  }

  /** Server-sent events: a block of lines each, an empty line between. */
  async #listen(body: ReadableStream<Uint8Array>, ready: () => void): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop()!;
        for (const block of blocks) this.#hear(block);
        ready();
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error;
    }
  }

  #hear(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
    const event = field('event');
    if (event !== 'reply' && event !== 'snapshot') return;
    const data = JSON.parse(field('data')) as PageReply & { replies: PageReply[] };
    for (const reply of event === 'reply' ? [data] : data.replies) this.#replies.set(reply.key, reply);
  }
}
