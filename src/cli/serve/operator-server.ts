/** For whoever runs the bot: is it alive, can it be written to, what does it count. Says nothing about people. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChatReidError } from '../../foundation/error.ts';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';

export class OperatorServer {
  readonly #server: Server;

  constructor(
    private readonly readiness: () => Readiness,
    private readonly metrics: Metrics,
  ) {
    this.#server = createServer((request, response) => {
      void this.#answer(request.method ?? '', request.url ?? '', response);
    });
  }

  /** `http://127.0.0.1:9464`. @throws ChatReidError OPTION_INVALID where the address cannot be listened on */
  async listen(host: string, port: number): Promise<string> {
    this.#server.listen(port, host.replace(/^\[|\]$/g, ''));
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ChatReidError(
        'OPTION_INVALID',
        `Health and metrics cannot be served at ${host}:${port} (${code}).`,
        'Give another operator.port in the config, or stop the program that has it.',
        error,
      );
    }
    const { address, port: own, family } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${own}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(method: string, url: string, response: ServerResponse): Promise<void> {
    const path = url.split('?')[0];
    if (method !== 'GET' && method !== 'HEAD') return send(response, 405, 'text/plain', 'Only GET.\n');
    if (path === '/healthz') return send(response, 200, 'text/plain', 'alive\n');
    if (path === '/readyz') {
      const state = this.readiness();
      return send(response, state.ready ? 200 : 503, 'application/json', `${JSON.stringify(state)}\n`);
    }
    if (path !== '/metrics') return send(response, 404, 'text/plain', '/healthz, /readyz, /metrics\n');
    try {
      send(response, 200, this.metrics.contentType, await this.metrics.text());
    } catch {
      send(response, 500, 'text/plain', 'The metrics could not be collected.\n');
    }
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
