/** A model server that sends its callers elsewhere: neither pictures nor the key go there. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { RemoteEngine } from '../../../src/engine/remote/remote-engine.ts';
import { ask, testPicture } from '../../support/prompts.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer as never);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([301, 302, 303, 307, 308])(
  'a redirect (%i) of the chat or of the list of models is an error',
  async (status) => {
    let elsewhere = 0;
    const other = await serve((_, response) => {
      elsewhere++;
      response.end('{}');
    });
    for (const redirected of ['/v1/models', '/v1/chat/completions']) {
      const url = await serve((request, response) => {
        if (request.url === redirected)
          response.writeHead(status, { location: `${other}${redirected}` }).end();
        else response.setHeader('content-type', 'application/json').end('{"data":[{"id":"m"}]}');
      });
      const engine = new RemoteEngine({ server: `${url}/v1`, key: 'secret-key', retry: { retries: 0 } });
      const prompt = ask(await testPicture(1), 'Is it the same person?');
      await expect(engine.score([prompt], ['Yes', 'No'])).rejects.toMatchObject({
        code: 'REMOTE_UNREACHABLE',
      });
      await engine.close();
    }
    expect(elsewhere).toBe(0);
  },
);
