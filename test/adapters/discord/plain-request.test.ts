/** Calls without files: what fetch would do, in what discord.js looks at. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { request } from '../../../adapters/discord/plain-request.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: (asked: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const listening = createServer(answer);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/api`;
}

test('sends words with their length, and reads what comes back', async () => {
  const url = await serve(async (asked, response) => {
    const said = await text(asked);
    const { 'content-length': length, authorization } = asked.headers;
    response.writeHead(429, { 'Retry-After': '3', 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ method: asked.method, said, length, authorization }));
  });
  const body = JSON.stringify({ content: 'Grün' });
  const answer = await request(url, { method: 'PATCH', body, headers: { Authorization: 'Bot t' } });
  expect([answer.ok, answer.status, answer.headers.get('retry-after')]).toEqual([false, 429, '3']);
  const length = String(Buffer.byteLength(body));
  expect(await answer.json()).toEqual({ method: 'PATCH', said: body, length, authorization: 'Bot t' });
  expect(await (await request(url, { method: 'GET', body: null })).json()).toEqual({
    method: 'GET',
    said: '',
  });
});

test.each(['before', 'within'])(
  'a connection that breaks off %s the answer is one that may be tried again',
  async (when) => {
    const url = await serve((_, response) => {
      if (when === 'within') {
        response.writeHead(200, { 'Content-Length': '100' });
        response.write('{');
      }
      setImmediate(() => response.destroy());
    });
    await expect(request(url, { method: 'POST', body: '{}' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  },
);

test('the time of a call ends it, in the middle of an answer too', async () => {
  const ended = new AbortController();
  const url = await serve((_, response) => {
    response.writeHead(200);
    response.write('{', () => ended.abort());
  });
  const { signal } = ended;
  await expect(request(url, { method: 'POST', body: '{}', signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
});
