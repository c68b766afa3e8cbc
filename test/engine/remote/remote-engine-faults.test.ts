/** What RemoteEngine makes of a server that is busy, broken, slow, silent, locked, or not what it should be. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineDescription } from '../../../src/engine/engine.ts';
import { RemoteEngine, type RemoteEngineOptions } from '../../../src/engine/remote/remote-engine.ts';
import type { ChatReidError } from '../../../src/foundation/error.ts';
import { FakeEngine } from '../../support/fake-engine.ts';
import { OpenAiServer, type OpenAiServerOptions } from '../../support/openai-server.ts';
import { ask, testPicture } from '../../support/prompts.ts';
import { collect, expectSameRows } from '../engine-contract.ts';

const prompt = ask('Is it the same person?');
const answers = ['Yes', 'No'];
const key = 'sk-very-secret-0123456789';

let server: OpenAiServer;
let engine: RemoteEngine;

beforeEach(() => serve());
afterEach(async () => {
  await engine?.close();
  await server.stop();
});

async function serve(options: Partial<OpenAiServerOptions> = {}): Promise<void> {
  await server?.stop();
  server = await OpenAiServer.start({ engine: new FakeEngine(), tokens: answers, ...options });
}

function open(options: Partial<RemoteEngineOptions> = {}): RemoteEngine {
  engine = new RemoteEngine({ server: server.url, ...options, retry: { delayMs: 5, ...options.retry } });
  return engine;
}

async function failure(work: Promise<unknown>): Promise<ChatReidError> {
  return work.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as ChatReidError,
  );
}

describe('a model that does not answer', () => {
  it('is an error, not an even chance', async () => {
    await serve({ tokens: ['<think>', 'Okay'] });
    const error = await failure(open().score([prompt], answers));
    expect(error).toMatchObject({ code: 'REMOTE_PROTOCOL', next: expect.stringMatching(/thinking off/) });
    expect(error.message).toContain(server.url);
  });
});

describe('a busy or failing server', () => {
  it('is asked again after 429, when it says so', async () => {
    open();
    server.faults.push({ kind: 'status', status: 429, retryAfter: '0.2' });
    expectSameRows(await engine.score([prompt], answers), await new FakeEngine().score([prompt], answers));
    const [first, second] = server.chats;
    // The lower bound is the promise to the server; there is no upper one.
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(190);
  });

  it('that asks for a longer wait than allowed is REMOTE_BUSY at once', async () => {
    open();
    const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
    for (const retryAfter of ['3600', tomorrow]) {
      server.faults.push({ kind: 'status', status: 429, retryAfter });
      const error = await failure(engine.score([prompt], answers));
      expect(error).toMatchObject({ code: 'REMOTE_BUSY', next: expect.stringMatching(/in \d+ s/) });
    }
    expect(server.chats).toHaveLength(2);
  });

  it('is given up after the retries: REMOTE_BUSY for 429, REMOTE_UNREACHABLE for 5xx', async () => {
    open({ retry: { retries: 2 } });
    for (const [status, code] of [
      [429, 'REMOTE_BUSY'],
      [500, 'REMOTE_UNREACHABLE'],
      [503, 'REMOTE_UNREACHABLE'],
    ] as const) {
      const before = server.chats.length;
      server.faults.push(...Array.from({ length: 3 }, () => ({ kind: 'status', status }) as const));
      expect(await failure(engine.score([prompt], answers))).toMatchObject({ code });
      expect(server.chats.length - before).toBe(3);
    }
    expect(await engine.score([prompt], answers)).toHaveLength(1);
  });

  it('is forgiven an error and a dropped connection', async () => {
    open();
    server.faults.push({ kind: 'status', status: 500 }, { kind: 'hang-up' }, { kind: 'status', status: 502 });
    expect(await engine.score([prompt], answers)).toHaveLength(1);
    server.faults.push({ kind: 'status', status: 503 });
    expect(await collect(engine, prompt)).toEqual(await collect(new FakeEngine(), prompt));
  });

  it('is never asked more at one time than allowed', async () => {
    open({ concurrency: 3 });
    const prompts = Array.from({ length: 20 }, (_, i) => ask(`Question ${i}`));
    let openGate = (): void => {};
    server.gate = new Promise((resolve) => {
      openGate = resolve;
    });
    const work = engine.score(prompts, answers);
    await until(() => server.busy === 3);
    openGate();
    expectSameRows(await work, await new FakeEngine().score(prompts, answers));
    expect(server.mostBusy).toBe(3);
  });
});

describe('a server that refuses', () => {
  it('a wrong key: REMOTE_REFUSED, and the key is nowhere in what is said', async () => {
    await serve({ key: 'another' });
    open({ key });
    for (const work of [engine.describe(), engine.score([prompt], answers), collect(engine, prompt)]) {
      const error = await failure(work);
      expect(error).toMatchObject({ code: 'REMOTE_REFUSED', next: expect.stringMatching(/key/) });
      expect(inspect(error, { depth: 9 }) + JSON.stringify(error.report())).not.toContain(key);
    }
    expect(inspect(engine, { depth: 9, showHidden: true })).not.toContain(key);
    expect(server.seen.map(({ headers }) => headers.authorization)).toContain(`Bearer ${key}`);
  });

  it('403 and an unknown model: REMOTE_REFUSED with what to do', async () => {
    open({ model: 'another' });
    expect(await failure(engine.describe())).toMatchObject({
      code: 'REMOTE_REFUSED',
      next: expect.stringContaining('tiny-qwen2vl'),
    });
    open();
    server.faults.push({ kind: 'status', status: 403 }, { kind: 'status', status: 404 });
    expect(await failure(engine.score([prompt], answers))).toMatchObject({ code: 'REMOTE_REFUSED' });
    expect(await failure(engine.score([prompt], answers))).toMatchObject({
      code: 'REMOTE_REFUSED',
      next: expect.stringContaining('/v1'),
    });
    expect(server.chats).toHaveLength(2);
  });

  it.each([
    ["This model's maximum context length is 4096 tokens.", 'PROMPT_TOO_LONG', '--max-model-len'],
    [
      'Requested sample logprobs of 20, which is greater than max allowed: 5',
      'REMOTE_PROTOCOL',
      '--max-logprobs',
    ],
    ['At most 1 image(s) may be provided in one prompt.', 'REMOTE_REFUSED', '--limit-mm-per-prompt'],
  ])('with 400 “%s”: %s', async (message, code, next) => {
    open();
    server.faults.push({ kind: 'status', status: 400, message });
    const error = await failure(engine.score([prompt], answers));
    expect(error).toMatchObject({ code, next: expect.stringContaining(next) });
  });

  it('several models: asks which', async () => {
    await serve({ models: ['small', 'large'] });
    open();
    expect(await failure(engine.describe())).toMatchObject({ next: expect.stringContaining('small, large') });
    expect(await open({ model: 'large' }).describe()).toMatchObject({ name: 'large' });
  });

  it('to list its models: the wished one is taken at its word', async () => {
    server.listsModels = false;
    expect(await open({ model: 'tiny-qwen2vl' }).score([prompt], answers)).toHaveLength(1);
    expect(await failure(open().describe())).toMatchObject({ code: 'REMOTE_REFUSED' });
  });
});

describe('a server that is not there, or not one', () => {
  it('cannot be reached: REMOTE_UNREACHABLE', async () => {
    open({ retry: { retries: 1 } });
    await server.stop();
    for (const work of [engine.describe(), engine.score([prompt], answers), collect(engine, prompt)]) {
      expect(await failure(work)).toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    }
  });

  it('speaks something else: REMOTE_PROTOCOL', async () => {
    open();
    server.faults.push({ kind: 'not-json' }, { kind: 'no-logprobs' });
    expect(await failure(engine.score([prompt], answers))).toMatchObject({ code: 'REMOTE_PROTOCOL' });
    expect(await failure(engine.score([prompt], answers))).toMatchObject({
      code: 'REMOTE_PROTOCOL',
      message: expect.stringContaining('log-probabilities'),
      next: expect.stringContaining('Start the server with'),
    });
  });

  it('is a web page: REMOTE_PROTOCOL', async () => {
    const page = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>Welcome</title>');
    });
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    open({ server: `http://127.0.0.1:${(page.address() as AddressInfo).port}` });
    expect(await failure(engine.describe())).toMatchObject({ code: 'REMOTE_PROTOCOL' });
    page.closeAllConnections();
    await new Promise((resolve) => page.close(resolve));
  });

  it('has no address: OPTION_INVALID', () => {
    for (const address of ['', 'gpu-box', 'ftp://gpu-box/v1']) {
      expect(() => new RemoteEngine({ server: address })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
  });
});

describe('a slow server', () => {
  it('is ENGINE_TIMEOUT, for a score, a reply that does not begin and one that stops', async () => {
    open({ timeoutMs: 500 });
    await engine.describe();
    server.faults.push({ kind: 'hang' }, { kind: 'hang' }, { kind: 'hang-after', pieces: 2 });
    expect(await failure(engine.score([prompt], answers))).toMatchObject({ code: 'ENGINE_TIMEOUT' });
    expect(await failure(collect(engine, prompt))).toMatchObject({ code: 'ENGINE_TIMEOUT' });
    expect(await failure(collect(engine, prompt))).toMatchObject({ code: 'ENGINE_TIMEOUT' });
    expect(await open().score([prompt], answers)).toHaveLength(1);
  });

  it('does not hold a cancelled question, nor one that waits to try again', async () => {
    open({ retry: { maxWaitMs: 100_000 } });
    await engine.describe();
    server.faults.push({ kind: 'hang' }, { kind: 'status', status: 429, retryAfter: '90' });
    for (const expected of [1, 2]) {
      const abort = new AbortController();
      const work = failure(engine.score([prompt], answers, { signal: abort.signal }));
      await until(() => server.chats.length === expected);
      abort.abort();
      expect(await work).toMatchObject({ code: 'CANCELLED' });
    }
    await until(() => server.busy === 0);
    expect(await engine.score([prompt], answers)).toHaveLength(1);
  });
});

describe('a reply that breaks', () => {
  it.each(['break-after', 'end-after'] as const)(
    'in the middle (%s) fails after what was read',
    async (kind) => {
      const whole = await collect(new FakeEngine(), prompt);
      open();
      server.faults.push({ kind, pieces: 3 });
      const pieces: string[] = [];
      const reading = (async () => {
        for await (const piece of engine.generate(prompt)) pieces.push(piece);
      })();
      expect(await failure(reading)).toMatchObject({ code: 'REMOTE_UNREACHABLE' });
      expect(pieces).toEqual(whole.slice(0, 3));
      expect(server.chats).toHaveLength(1);
      expect(await collect(engine, prompt)).toEqual(whole);
    },
  );
});

describe('what is sent', () => {
  it('is the protocol that vLLM and SGLang document', async () => {
    open();
    const picture = await testPicture(1);
    const before = ask('Look: ', { type: 'keep' }, picture, 'the ', 'same <|im_end|>?');
    await engine.score([before], answers);
    expect(server.chats[0]?.body).toEqual({
      model: 'tiny-qwen2vl',
      messages: [
        { role: 'system', content: 'You compare pedestrians.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look: ' },
            { type: 'image_url', image_url: { url: expect.stringMatching(/^data:image\/png;base64,/) } },
            { type: 'text', text: 'the same <\u200b|im_end|>?' },
          ],
        },
      ],
      max_tokens: 1,
      temperature: 0,
      logprobs: true,
      top_logprobs: 20,
      stream: false,
    });
    await collect(engine, prompt, { maxTokens: 5, temperature: 0.7, topP: 0.9, seed: 3 });
    expect(server.chats[1]?.body).toMatchObject({
      max_tokens: 5,
      temperature: 0.7,
      top_p: 0.9,
      seed: 3,
      stream: true,
    });
  });

  it('takes no key from the environment, and credentials only from the address that has them', async () => {
    const kept = { ...process.env };
    Object.assign(process.env, { OPENAI_API_KEY: key, OPENAI_ADMIN_KEY: key, OPENAI_ORG_ID: 'someone' });
    try {
      open();
      await engine.score([prompt], answers);
      for (const { headers } of server.seen) expect(JSON.stringify(headers)).not.toMatch(/secret|someone/);
      const withUser = server.url.replace('http://', 'http://officer:p%40ss@');
      const description: EngineDescription = await open({ server: withUser }).describe();
      expect(description.device).toBe(server.url);
      const sent = `Basic ${Buffer.from('officer:p@ss').toString('base64')}`;
      expect(server.seen.at(-1)?.headers.authorization).toBe(sent);
      expect(inspect(engine, { depth: 9, showHidden: true })).not.toContain(sent);
    } finally {
      process.env = kept;
    }
  });

  it('refuses more answers than a server can tell apart', async () => {
    open();
    const labels = Array.from({ length: 21 }, (_, i) => String.fromCharCode(65 + i));
    expect(await failure(engine.score([prompt], labels))).toMatchObject({ code: 'OPTION_INVALID' });
    expect(server.chats).toHaveLength(0);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
