/** Downloads: only from the platform's hosts, never more than is wanted, and no key to anybody else. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type DownloadOptions, downloadPicture } from '../../adapters/download.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const local: DownloadOptions = { hosts: ['127.0.0.1', 'localhost'], maxBytes: 1000, timeoutMs: 10_000 };
const slack: DownloadOptions = { ...local, hosts: ['files.slack.com', '*.discordapp.net'] };

test('the bytes come as they are, with the header that the platform wants', async () => {
  const seen: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end(Buffer.from([1, 2, 3]));
  });
  const bytes = await downloadPicture(`${url}/a.png?ex=1`, {
    ...local,
    headers: { Authorization: 'Bearer key' },
  });
  expect([...bytes]).toEqual([1, 2, 3]);
  expect(seen).toEqual(['Bearer key']);
});

describe('an address is refused', () => {
  test.each([
    ['of another host', 'https://evil.example/a.png', 'none of the platform'],
    ['that only ends alike', 'https://evilfiles.slack.com/a.png', 'none of the platform'],
    ['that only begins alike', 'https://files.slack.com.evil.example/a.png', 'none of the platform'],
    ['whose pattern means names below it', 'https://discordapp.net/a.png', 'none of the platform'],
    ['that only ends like a pattern', 'https://evildiscordapp.net/a.png', 'none of the platform'],
    ['with a user before the host', 'https://files.slack.com@evil.example/a.png', 'password'],
    ['with a password for the host', 'https://me:key@files.slack.com/a.png', 'password'],
    ['of a number', 'https://169.254.169.254/latest/meta-data', 'none of the platform'],
    ['of a number in one word', 'https://2130706433/a.png', 'none of the platform'],
    ['of a number of six', 'https://[::1]/a.png', 'none of the platform'],
    ['of this machine', 'http://localhost:8080/a.png', 'none of the platform'],
    ['at another port', 'https://files.slack.com:8443/a.png', 'unusual port'],
    ['without encryption', 'http://files.slack.com/a.png', 'without encryption'],
    ['of a file', 'file:///etc/passwd', 'without a host'],
    ['of data', 'data:image/png;base64,AAAA', 'without a host'],
    ['that is none', 'not an address', 'cannot be read'],
  ])('%s', async (_, url, why) => {
    await expect(downloadPicture(url, slack)).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      message: expect.stringContaining(why),
    });
  });
});

describe('a redirect', () => {
  test('to a host that is none of the platform is refused, and nobody is asked there', async () => {
    let asked = 0;
    const other = await serve((_, response) => {
      asked++;
      response.end('no');
    });
    const url = await serve((_, response) => {
      response.writeHead(302, { location: other.replace('127.0.0.1', 'localhost') }).end();
    });
    await expect(downloadPicture(url, { ...local, hosts: ['127.0.0.1'] })).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
    });
    expect(asked).toBe(0);
  });

  test('to another origin goes without the key', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('there');
    });
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      const here = request.url === '/first';
      response.writeHead(302, { location: here ? '/second' : `${other}/a.png` }).end();
    });
    const bytes = await downloadPicture(`${url}/first`, {
      ...local,
      headers: { Authorization: 'Bearer key' },
    });
    expect(Buffer.from(bytes).toString()).toBe('there');
    expect(seen).toEqual(['Bearer key', 'Bearer key', undefined]);
  });

  test('in circles ends', async () => {
    const url = await serve((_, response) => {
      response.writeHead(302, { location: '/again' }).end();
    });
    await expect(downloadPicture(url, local)).rejects.toMatchObject({
      code: 'PICTURE_UNREACHABLE',
      message: expect.stringContaining('circles'),
    });
  });
});

describe('too much', () => {
  test('that is announced is not begun', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '5000000000' });
      response.flushHeaders();
    });
    await expect(downloadPicture(url, local)).rejects.toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
  });

  test('that is not announced ends where it is too much', async () => {
    let stopped = false;
    const url = await serve((_, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(400)), 1);
      response.on('close', () => {
        clearInterval(timer);
        stopped = true;
      });
    });
    await expect(downloadPicture(url, local)).rejects.toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
    await expect.poll(() => stopped).toBe(true);
  });

  test('is more than the limit, not the limit itself', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(1000)));
    expect(await downloadPicture(url, local)).toHaveLength(1000);
  });
});

describe('what is not given out', () => {
  test('in time', async () => {
    const url = await serve(() => {});
    await expect(downloadPicture(url, { ...local, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'PICTURE_UNREACHABLE',
      message: expect.stringContaining('too long'),
    });
  });

  test('in time, though it began', async () => {
    const url = await serve((_, response) => response.write('x'));
    await expect(downloadPicture(url, { ...local, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'PICTURE_UNREACHABLE',
    });
  });

  test.each([
    [401, 'does not give it out'],
    [404, 'no more'],
    [410, 'no more'],
    [418, 'status 418'],
  ])('status %i, and the rest of the address stays untold', async (status, why) => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      response.writeHead(status).end('secret words');
    });
    const failed = await downloadPicture(`${url}/a?key=secret`, local).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'PICTURE_UNREACHABLE', message: expect.stringContaining(why) });
    expect(JSON.stringify((failed as { report(): object }).report())).not.toContain('secret');
    expect(asked).toBe(1);
  });

  test('the first time is asked for again, and not for ever', async () => {
    let asked = 0;
    const flaky = await serve((request, response) => {
      asked++;
      if (asked === 1) request.socket.destroy();
      else if (asked === 2) response.writeHead(503).end();
      else response.end('there');
    });
    expect(Buffer.from(await downloadPicture(flaky, local)).toString()).toBe('there');
    const broken = await serve((_, response) => {
      asked++;
      response.writeHead(500).end();
    });
    asked = 0;
    await expect(downloadPicture(broken, local)).rejects.toMatchObject({ code: 'PICTURE_UNREACHABLE' });
    expect(asked).toBe(3);
  });

  test('before a time that is past its own is not waited for', async () => {
    const url = await serve((_, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
    });
    await expect(downloadPicture(url, local)).rejects.toMatchObject({
      code: 'PICTURE_UNREACHABLE',
      message: expect.stringContaining('429'),
    });
  });

  test('because nobody waits any more', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    await expect(downloadPicture(url, { ...local, signal: stop.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  test('where nobody listens', async () => {
    await expect(downloadPicture('http://127.0.0.1:1/a.png', local)).rejects.toMatchObject({
      code: 'PICTURE_UNREACHABLE',
    });
  });
});
