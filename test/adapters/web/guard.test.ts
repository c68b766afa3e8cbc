/** Who is let in: this machine, the page itself, and whoever knows the token; and what browsers are told. */
import { afterAll, describe, expect, test } from 'vitest';
import { SignIn } from '../../../adapters/web/sign-in.ts';
import { WebAdapter } from '../../../adapters/web/web-adapter.ts';
import { demoGallery } from './demo-people.ts';
import { StandInConversations } from './stand-in-conversations.ts';
import { StandInGalleries } from './stand-in-galleries.ts';
import { errorOf, formOf, talk, WebHarness } from './web-harness.ts';

const token = 'correct horse battery staple';
const local = new WebHarness();
const network = new WebHarness({ host: '0.0.0.0', token });
afterAll(async () => {
  await local.close();
  await network.close();
});

describe('on this machine', () => {
  test.each(['127.0.0.1:8765', 'localhost:8765', '[::1]:8765', 'LOCALHOST'])(
    'Host %s is ours',
    async (host) => {
      expect((await local.request('/health', { headers: { host } })).status).toBe(200);
    },
  );

  test.each(['evil.example', 'evil.example:8765', '127.0.0.1.evil.example', '192.168.1.5:8765', '', 'a b'])(
    'Host %j is refused: DNS rebinding',
    async (host) => {
      const response = await local.request('/health', { headers: { host } });
      expect([response.status, (await errorOf(response)).code]).toEqual([403, 'REQUEST_REFUSED']);
    },
  );

  test.each([
    ['without the header', { 'x-chatreid': '' }],
    ['from another origin', { origin: 'http://evil.example' }],
    ['from another port of this machine', { origin: 'http://127.0.0.1:9999' }],
    ['from a page without an origin', { origin: 'null' }],
    ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['that the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
  ])('a request %s changes nothing', async (_, headers) => {
    const response = await local.request(`/api/talks/${talk}/cancel`, { method: 'POST', headers });
    expect([response.status, (await errorOf(response)).code]).toEqual([403, 'REQUEST_REFUSED']);
    expect(local.conversations.cancelled).toEqual([]);
  });

  test('a picture cannot be shown by another page', async () => {
    const path = `/api/pictures/${demoGallery[0]!.pictureId}/card`;
    expect((await local.request(path, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    const own = await local.request(path, { headers: { 'x-chatreid': '', 'sec-fetch-site': 'same-origin' } });
    expect(own.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect([own.status, own.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  });

  test('nothing inline, nothing from elsewhere, nothing sniffed, no frames', async () => {
    const { headers } = await local.request('/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|http:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  test.each([
    '/page/../web-app.ts',
    '/page/..%2fweb-app.ts',
    '/page/%2e%2e%2fguard.ts',
    '/page/',
    '/nothing',
    '/api/nothing',
    '/api/pictures/../../etc/passwd/card',
    `/api/pictures/${'0'.repeat(64)}/original`,
  ])('%s is not there', async (path) => {
    const response = await local.request(path);
    expect(response.status).toBe(400);
    expect(Object.keys(await errorOf(response)).sort()).toEqual(['code', 'message', 'next']);
  });

  test('a picture that nobody knows is unknown, and a forgotten one is not shown from the cache', async () => {
    const unknown = await local.request(`/api/pictures/${'0'.repeat(64)}/card`);
    expect([unknown.status, (await errorOf(unknown)).code]).toEqual([404, 'PICTURE_UNKNOWN']);
    const known = await local.request(`/api/pictures/${demoGallery[0]!.pictureId}/card`);
    expect(known.headers.get('cache-control')).toBe('private, no-cache');
    const etag = known.headers.get('etag')!;
    const again = await local.request(`/api/pictures/${demoGallery[0]!.pictureId}/card`, {
      headers: { 'if-none-match': etag },
    });
    expect(again.status).toBe(304);
  });
});

describe('on a network', () => {
  const signIn = (given: unknown) =>
    network.request('/api/sign-in', {
      method: 'POST',
      body: JSON.stringify({ token: given }),
      headers: { host: '192.168.1.5:8765' },
    });

  test('without the token there is a page that asks for it, and nothing else', async () => {
    expect(await (await network.request('/')).text()).toContain('id="login"');
    for (const path of [
      '/api/start',
      '/api/talks',
      '/api/galleries',
      `/api/pictures/${demoGallery[0]!.pictureId}/card`,
    ]) {
      const response = await network.request(path);
      expect([path, response.status, (await errorOf(response)).code]).toEqual([path, 401, 'SIGN_IN_NEEDED']);
    }
    expect((await network.request('/health')).status).toBe(200);
  });

  test.each(['', 'wrong', `${token} `, token.slice(0, -1), 5, null])('%j is not the token', async (given) => {
    const response = await signIn(given);
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
  });

  test('with it comes a cookie that no script reads and no other page sends', async () => {
    const response = await signIn(token);
    const cookie = response.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain(token);
    const headers = { cookie: cookie.split(';')[0]! };
    expect((await network.request('/api/talks', { headers })).status).toBe(200);
    expect(await (await network.request('/', { headers })).text()).toContain('id="transcript"');
    expect((await network.request('/api/talks', { headers: { cookie: `${headers.cookie}0` } })).status).toBe(
      401,
    );
    const forged = `chatreid=${Date.now() + 9e9}.${headers.cookie.split('.')[1]}`;
    expect((await network.request('/api/talks', { headers: { cookie: forged } })).status).toBe(401);
  });

  test.each(['null', '5', '"x"', '[]', '{', ''])('the body %j holds no token', async (body) => {
    expect((await network.request('/api/sign-in', { method: 'POST', body })).status).toBe(401);
  });

  test('a token brings 4 kB at most: nobody has signed in yet', async () => {
    const headers = { 'content-length': '4097' };
    const response = await network.request('/api/sign-in', { method: 'POST', body: '{}', headers });
    expect([response.status, (await errorOf(response)).message]).toEqual([
      413,
      'A request may bring 4 kB at most.',
    ]);
  });

  test('a name that is not ours is refused even there', async () => {
    expect((await network.request('/health', { headers: { host: 'evil.example' } })).status).toBe(403);
  });

  test('guessing is slow, and a cookie ends after twelve hours', async () => {
    let now = 1_800_000_000_000;
    const clock = new SignIn([{ secret: token }], undefined, () => now);
    const { Hono } = await import('hono');
    const app = new Hono();
    app.onError((error, context) => context.text(error.message, 401));
    app.post('/', async (context) => {
      clock.signIn(context, await context.req.text());
      return context.text('in');
    });
    app.get('/', (context) => context.text(String(clock.user(context) !== undefined)));
    const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });
    const give = async (given: string, env = from('192.168.1.7')) =>
      (await app.request('/', { method: 'POST', body: given }, env)).text();
    for (let time = 0; time < 10; time++) expect(await give('guess')).toBe('This is not the token.');
    expect(await give(token)).toBe('Too many wrong tokens.');
    expect(await give(token, from('192.168.1.8')), 'somebody else').toBe('in');
    expect(await give(token), 'still').toBe('Too many wrong tokens.');
    now += 60_000;
    const response = await app.request('/', { method: 'POST', body: token }, from('192.168.1.7'));
    const cookie = response.headers.get('set-cookie')!.split(';')[0]!;
    const signedIn = async () => (await app.request('/', { headers: { cookie } })).text();
    expect(await signedIn()).toBe('true');
    now += 12 * 3_600_000 + 1;
    expect(await signedIn()).toBe('false');
  });
});

describe('the adapter', () => {
  const galleries = new StandInGalleries();

  test.each(['0.0.0.0', '::', '192.168.1.5', 'cameras.example'])('%s without a token is refused', (host) => {
    expect(() => new WebAdapter({ port: 0, host, galleries })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  test('a token that can be guessed is refused', () => {
    expect(() => new WebAdapter({ port: 0, host: '0.0.0.0', token: 'secret', galleries })).toThrow(
      /too short/,
    );
  });

  test('it listens after resuming, says where, refuses a port in use, and stops with pages open', async () => {
    const conversations = new StandInConversations();
    const adapter = new WebAdapter({ port: 0, galleries });
    expect(() => adapter.url).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    await adapter.start(conversations);
    expect(conversations.resumed).toBe('web:');
    expect(adapter.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await (await fetch(`${adapter.url}health`)).json()).toEqual({ status: 'ok' });
    const second = new WebAdapter({ port: Number(new URL(adapter.url).port), galleries });
    await expect(second.start(conversations)).rejects.toThrow(/is in use/);
    const headers = { 'x-chatreid': '1' };
    expect((await fetch(`${adapter.url}api/talks/${talk}`, { method: 'DELETE', headers })).status).toBe(200);
    const events = await fetch(`${adapter.url}api/talks/${talk}/events`);
    const reader = events.body!.getReader();
    expect((await reader.read()).done).toBe(false);
    await adapter.stop();
    while (!(await reader.read().catch(() => ({ done: true }))).done);
    expect(() => adapter.url).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  test('a request over the limit is refused before it is read, and so is one that does not say how long it is', async () => {
    const adapter = new WebAdapter({ port: 0, galleries, limits: { bytesPerRequest: 1024 * 1024 } });
    await adapter.start(new StandInConversations());
    const address = `${adapter.url}api/talks/${talk}/messages`;
    const headers = { 'x-chatreid': '1' };
    const body = formOf({ pictures: [{ name: 'huge.jpg', bytes: new Uint8Array(2 * 1024 * 1024) }] });
    const huge = await fetch(address, { method: 'POST', headers, body });
    expect([huge.status, (await errorOf(huge)).message]).toEqual([413, 'A request may bring 1 MB at most.']);
    const stream = new Blob(['x']).stream();
    const endless = await fetch(address, {
      method: 'POST',
      headers,
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect([endless.status, (await errorOf(endless)).message]).toEqual([
      400,
      'The length of this request is not stated.',
    ]);
    await adapter.stop();
  });
});
