/** A captioning server: asked once for each picture, and again after an interruption. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RemoteEngine } from '../../src/engine/remote/remote-engine.ts';
import { captionPictures } from '../../src/tuning/caption-server.ts';
import { loadRoster } from '../../src/tuning/load-roster.ts';
import { type TestSite, testSite } from './test-people.ts';

let site: TestSite;
let server: Server;
let asked = 0;
let under = 0;
let most = 0;
let failAt = Number.POSITIVE_INFINITY;

beforeAll(async () => {
  site = await testSite(3);
  server = createServer(async (request, response) => {
    if (request.url?.endsWith('/models')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'captioner', object: 'model' }] }));
      return;
    }
    const body = await text(request);
    most = Math.max(most, ++under);
    await new Promise((resume) => setTimeout(resume, 5));
    under--;
    if (++asked > failAt) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'no more' } }));
      return;
    }
    const words = `Caption of ${body.includes('data:image/') ? 'a picture' : 'nothing'}, ${body.includes('phrases') ? 'short' : 'long'}.`;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = (delta: object, finish: string | null) =>
      `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 0, model: 'captioner', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    response.end(`${chunk({ role: 'assistant', content: words }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`);
  });
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
});
afterEach(() => {
  asked = 0;
  most = 0;
  failAt = Number.POSITIVE_INFINITY;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await site.remove();
});

async function captioned(cacheFile: string, concurrency = 4) {
  const { roster } = await loadRoster({ sources: [site.source], captionFiles: [], allowPartial: false });
  const { port } = server.address() as AddressInfo;
  const engine = new RemoteEngine({
    server: `http://127.0.0.1:${port}/v1`,
    model: 'captioner',
    retry: { retries: 0 },
  });
  try {
    return await captionPictures(roster, { engine, model: 'captioner', cacheFile, concurrency });
  } finally {
    await engine.close();
  }
}

describe('captions by a server', () => {
  it('are two a picture, beside those that are there, and asked for once', async () => {
    const cache = join(site.folder, 'once', 'captions.jsonl');
    const roster = await captioned(cache);
    expect(asked).toBe(24);
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBeGreaterThan(1);
    const withCaption = roster.pictures.find(({ path }) => path.includes('0003_c1_1'))!;
    expect(withCaption.captions).toEqual([
      'Person 3 is seen in a white shirt.',
      'Caption of a picture, long.',
      'Caption of a picture, short.',
    ]);
    asked = 0;
    expect((await captioned(cache)).pictures.map(({ captions }) => captions)).toEqual(
      roster.pictures.map(({ captions }) => captions),
    );
    expect(asked).toBe(0);
  });

  it('go on where a failed run stopped, and a line that a kill cut short is asked again', async () => {
    const cache = join(site.folder, 'resumed', 'captions.jsonl');
    failAt = 10;
    await expect(captioned(cache, 1)).rejects.toMatchObject({ code: expect.stringMatching(/^REMOTE_/) });
    const kept = (await readFile(cache, 'utf8')).trim().split('\n');
    expect(kept).toHaveLength(10);
    await writeFile(cache, kept.slice(0, 9).join('\n'));
    await appendFile(cache, `\n${kept[9]!.slice(0, 20)}`);
    asked = 0;
    failAt = Number.POSITIVE_INFINITY;
    const roster = await captioned(cache, 1);
    expect(asked).toBe(24 - 9);
    expect(roster.pictures.every(({ captions }) => captions.length >= 2)).toBe(true);
  });
});
