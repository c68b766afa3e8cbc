/** The server: it listens before what is left is answered, and pages that are there by then see it whole. */
import { expect, test } from 'vitest';
import { WebAdapter } from '../../../adapters/web/web-adapter.ts';
import type { Deliver } from '../../../src/conversation/conversations.ts';
import type { Message } from '../../../src/conversation/message.ts';
import { StandInConversations } from './stand-in-conversations.ts';
import { StandInGalleries } from './stand-in-galleries.ts';
import { talk } from './web-harness.ts';

const left: Message = {
  id: crypto.randomUUID(),
  conversation: `web:${talk}`,
  user: 'web:local',
  at: '2026-05-12T12:00:00.000Z',
  text: 'red coat',
  attachments: [],
};

/** A search of an earlier process that takes its time. */
class Resuming extends StandInConversations {
  answer = () => {};
  readonly #wait = new Promise<void>((resolve) => {
    this.answer = resolve;
  });

  override async resume(_prefix: string, deliver: Deliver): Promise<void> {
    await this.#wait;
    await this.handle(left, deliver).done;
  }
}

test('the page is there before what an earlier process left is answered, and shows it when it is', async () => {
  const conversations = new Resuming();
  const adapter = new WebAdapter({ port: 0, galleries: new StandInGalleries() });
  await adapter.start(conversations);
  const closing = new AbortController();
  const { body } = await fetch(`${adapter.url}api/talks/${talk}/events`, { signal: closing.signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  const until = async (event: string) => {
    while (!heard.includes(`event: ${event}\n`)) heard += (await reader.read()).value ?? '';
  };
  await until('snapshot');
  conversations.answer();
  await until('done');
  const kinds = [...heard.matchAll(/^event: (\w+)$/gm)].map(([, kind]) => kind);
  expect(kinds.slice(-2)).toEqual(['reply', 'done']);
  // Not a reply to nothing: what was asked is shown with it.
  expect(heard).toMatch(/event: message\ndata: .*"text":"red coat"/);
  closing.abort();
  await adapter.stop();
  await conversations.close();
});

test('what cannot be resumed is told, and the page is served all the same', async () => {
  const conversations = new StandInConversations();
  conversations.resume = () => Promise.reject(new Error('The disk is gone.'));
  const troubles: string[] = [];
  const adapter = new WebAdapter({
    port: 0,
    galleries: new StandInGalleries(),
    onTrouble: ({ message }) => troubles.push(message),
  });
  await adapter.start(conversations);
  expect((await fetch(`${adapter.url}health`)).ok).toBe(true);
  expect(troubles.join()).toContain('The disk is gone.');
  await adapter.stop();
  await conversations.close();
});
