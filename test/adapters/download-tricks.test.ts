/** Crafted addresses and hostile servers: nothing but the platform's own hosts is asked, and nothing without end is read. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { addressAmong, type DownloadOptions, downloadPicture } from '../../adapters/download.ts';
import { attachmentHosts } from '../../adapters/discord/limits.ts';

const slack = ['files.slack.com', '*.slack.com', '*.slack-edge.com'];
const platforms: readonly string[] = [...slack, ...attachmentHosts];

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

const local: DownloadOptions = { hosts: ['127.0.0.1', 'localhost'], maxBytes: 100_000, timeoutMs: 10_000 };

describe('an address', () => {
  test.each([
    // Other hosts that look like the platform's.
    'https://evil-slack.com/a',
    'https://slack.com.evil.com/a',
    'https://files.slack.com.evil.com/a',
    'https://evil.com/files.slack.com',
    'https://evil.com?files.slack.com',
    'https://evil.com#files.slack.com',
    'https://evil.com\\@files.slack.com/a',
    'https://filesXslack.com/a',
    'https://slack.com/a',
    'https://com/a',
    'https://files.slack.com%2eevil.com/a',
    'https://files.slack.com%00.evil.com/a',
    'https://files-slack.com/a',
    'https://cdn.discordapp.com.evil.com/a',
    'https://discordapp.com/a',
    'https://cdn.discordapp.com.',
    'https://xcdn.discordapp.com/a',
    // Names before the host, and a dot behind it.
    'https://files.slack.com@evil.com/a',
    'https://files.slack.com:443@evil.com/a',
    'https://a:b@files.slack.com/a',
    'https://@evil.com/a',
    'https://files.slack.com./a',
    'https://files.slack.com..evil.com/a',
    // Letters that only look the same.
    'https://files.slаck.com/a',
    'https://xn--files-slack-com.evil/a',
    'https://files.ѕlack.com/a',
    'https://files.slack.com\u2044evil/a',
    // This machine and those around it, in every way that numbers are written.
    'https://127.0.0.1/a',
    'https://127.1/a',
    'https://2130706433/a',
    'https://0x7f000001/a',
    'https://0177.0.0.1/a',
    'https://0/a',
    'https://[::1]/a',
    'https://[::ffff:127.0.0.1]/a',
    'https://[fe80::1]/a',
    'https://[::]/a',
    'https://169.254.169.254/latest/meta-data',
    'https://0xa9fea9fe/',
    'https://10.0.0.1/a',
    'https://192.168.0.1/a',
    'https://localhost/a',
    'https://localhost.localdomain/a',
    'https://①②⑦.⓪.⓪.①/a',
    'https://metadata.google.internal/a',
    // Other ways to get there, and other doors.
    'http://files.slack.com/a',
    'ftp://files.slack.com/a',
    'file:///etc/passwd',
    'file://files.slack.com/etc/passwd',
    'gopher://files.slack.com/a',
    'data:image/png;base64,AAAA',
    'javascript:alert(1)',
    'blob:https://files.slack.com/a',
    'ws://files.slack.com/a',
    'https://files.slack.com:80/a',
    'https://files.slack.com:22/a',
    'https://files.slack.com:8443/a',
    // What is no address.
    '',
    ' ',
    '//files.slack.com/a',
    'files.slack.com/a',
    'https://',
    'https:///a',
    'https://files.slack.com:99999/a',
    '\0',
  ])('that is none of the platform is refused: %s', (url) => {
    expect(() => addressAmong(url, platforms)).toThrow(expect.objectContaining({ code: 'REQUEST_REFUSED' }));
  });

  test.each([
    ['https://files.slack.com/files-pri/T1-F1/a.png', 'files.slack.com'],
    ['HTTPS://FILES.SLACK.COM/a.png', 'files.slack.com'],
    ['https://files.slack.com:443/a.png', 'files.slack.com'],
    ['https:files.slack.com/a.png', 'files.slack.com'],
    ['https://files.slack.com\\evil.com\\a.png', 'files.slack.com'],
    ['https://ﬁles.slack.com/a.png', 'files.slack.com'],
    ['https://a.slack-edge.com/a.png?u=https://evil.com', 'a.slack-edge.com'],
    ['https://cdn.discordapp.com/attachments/1/2/a.png?ex=1', 'cdn.discordapp.com'],
  ])('that is the platform however it is written leads there and nowhere else: %s', (url, host) => {
    expect(addressAmong(url, platforms)).toMatchObject({ hostname: host, protocol: 'https:', port: '' });
  });

  test.each([
    '//evil.com/a',
    'http://127.0.0.1:1/a',
    'https://evil.com/a',
    'file:///etc/passwd',
    '\\\\evil.com\\a',
    'https://[::1]/',
    'http://files.slack.com/a',
    'https://files.slack.com@evil.com/',
    'https:\\\\evil.com/',
  ])('that a redirect leads to is held to the same: %s', (url) => {
    const base = new URL('https://files.slack.com/a');
    expect(() => addressAmong(url, platforms, base)).toThrow(
      expect.objectContaining({ code: 'REQUEST_REFUSED' }),
    );
  });
});

describe('a hostile server', () => {
  test.each([
    ['file:///etc/passwd'],
    ['http://evil.example/a'],
    ['https://localhost@evil.example/'],
    ['data:text/plain,x'],
  ])('that redirects to %s is not followed', async (location) => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      response.writeHead(307, { location }).end();
    });
    await expect(downloadPicture(url, local)).rejects.toMatchObject({ code: 'REQUEST_REFUSED' });
    expect(asked).toBe(1);
  });

  test('gets its key back after a way round, and nobody on the way gets it', async () => {
    const seen: Record<string, string | undefined> = {};
    let first = '';
    const other = await serve((request, response) => {
      seen.other = JSON.stringify(request.headers);
      response.writeHead(302, { location: `${first}/end` }).end();
    });
    first = await serve((request, response) => {
      seen[request.url ?? ''] = request.headers.authorization;
      if (request.url === '/end') response.end('there');
      else response.writeHead(302, { location: other.replace('127.0.0.1', 'localhost') }).end();
    });
    await downloadPicture(`${first}/begin`, {
      ...local,
      headers: { authorization: 'Bearer secret-key', cookie: 'd=secret-key' },
    });
    expect(seen['/begin']).toBe('Bearer secret-key');
    expect(seen.other).not.toContain('secret-key');
  });

  test('that packs a bomb is left when it is unpacked too far', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(local.maxBytes);
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
    });
    const before = process.memoryUsage.rss();
    await expect(downloadPicture(url, local)).rejects.toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
    expect(process.memoryUsage.rss() - before).toBeLessThan(30e6);
  });

  test('that says less than it sends is not read beyond what it said, and one that says more is not believed', async () => {
    const url = await serve((request, response) => {
      const length = request.url === '/less' ? 10 : 90_000;
      response.socket?.end(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n${'x'.repeat(1000)}`);
    });
    const less = await downloadPicture(`${url}/less`, local).catch((error: unknown) => error);
    if (less instanceof Uint8Array) expect(less.length).toBe(10);
    else expect(less).toMatchObject({ code: 'PICTURE_UNREACHABLE' });
    await expect(downloadPicture(`${url}/more`, { ...local, timeoutMs: 2000 })).rejects.toMatchObject({
      code: 'PICTURE_UNREACHABLE',
    });
  });

  test.each(['/head', '/body'])(
    'that sends a byte now and then is given up when the time is over: %s',
    async (path) => {
      const url = await serve((request, response) => {
        const { socket } = response;
        if (request.url === '/body') response.writeHead(200).write('x');
        else socket?.write('HTTP/1.1 200 OK\r\n');
        const drip = setInterval(() => {
          if (request.url === '/body') response.write('x');
          else socket?.write('x-a: b\r\n');
        }, 20);
        socket?.once('close', () => clearInterval(drip));
      });
      await expect(downloadPicture(`${url}${path}`, { ...local, timeoutMs: 400 })).rejects.toMatchObject({
        code: 'PICTURE_UNREACHABLE',
      });
    },
  );

  test('that never ends is left at the limit', async () => {
    let sent = 0;
    const url = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) sent += 16_384;
      };
      response.on('drain', more);
      more();
    });
    await expect(downloadPicture(url, local)).rejects.toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
    expect(sent).toBeLessThan(50_000_000);
  });
});
