/** The REST interface over HTTP: routes, tokens, rate limits, faults by script, and the CDN beside it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiError, refusals } from './api-error.ts';
import type { Attachments } from './attachments.ts';
import { type Answer, type Call, readBody, readBytes, sendJson } from './call.ts';
import type { Fault, Faults, RouteName } from './faults.ts';
import { limitedHeaders, type RateLimits } from './rate-limits.ts';
import { matchPath, type Params, type Route } from './routes/route.ts';

/** A call as it was answered. */
export interface AnsweredCall {
  readonly method: string;
  readonly path: string;
  readonly route: RouteName;
  readonly body: unknown;
  readonly files: readonly string[];
  readonly status: number;
  /** Discord's code of a refusal. */
  readonly code?: number;
}

export interface RestParts {
  readonly routes: readonly Route[];
  readonly attachments: Attachments;
  readonly faults: Faults;
  readonly rateLimits: RateLimits;
  readonly token: () => string;
  readonly breach: (what: string) => void;
}

/** The client broke a rule that it can know; what can happen to anybody (a message that is gone) is none. */
const breaches = new Set([0, 40005, 40060, 50006, 50024, 50035, 50109]);
const acknowledgedTwice = 40060;

/** Where a test may end a process: a call has come, is done and about to be answered, is answered. */
export type Step = 'call arrived' | 'call done' | 'call answered';
const api = '/api/v10';

export class RestServer {
  readonly calls: AnsweredCall[] = [];
  /** Told at once of every step. */
  onStep: (step: Step, route: RouteName) => void = () => {};

  constructor(private readonly parts: RestParts) {}

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', 'http://discord');
    if (/^\/(ephemeral-)?attachments\//.test(address.pathname)) return this.#file(request, response, address);
    if (!address.pathname.startsWith(`${api}/`)) return sendJson(response, 404, refusals.notFound().body);
    const path = address.pathname.slice(api.length);
    const method = request.method ?? 'GET';
    const found = this.#find(method, path);
    const bytes = await readBytes(request);
    if (found === undefined) {
      this.parts.breach(`${method} ${path}: no such route here`);
      return sendJson(response, 404, refusals.notFound().body);
    }
    const { route, params } = found;
    this.onStep('call arrived', route.name);
    const fault = this.parts.faults.take(route.name);
    if (fault !== undefined && (await misbehave(fault, 'before', response))) return;
    const { headers, retryAfter, global = false } = this.parts.rateLimits.count(route.name, majorOf(params));
    if (retryAfter !== undefined) {
      // The seconds of both sides do not begin together: a bot that counts right can be over the whole one's limit.
      if (!global) this.parts.breach(`${method} ${path}: over its rate limit`);
      return sendJson(response, 429, limited(retryAfter, global), headers);
    }
    const seen: Seen = { method, path, route: route.name, body: undefined, files: [] };
    const answer = await this.#answer(request, bytes, route, params, address.searchParams, seen);
    this.onStep('call done', route.name);
    if (fault !== undefined && (await misbehave(fault, 'after', response))) return;
    const status = answer.status ?? (answer.body === undefined ? 204 : 200);
    sendJson(response, status, answer.body, headers);
    this.onStep('call answered', route.name);
  }

  async #answer(
    request: IncomingMessage,
    bytes: Buffer,
    route: Route,
    params: Params,
    query: URLSearchParams,
    seen: Seen,
  ): Promise<Answer> {
    const authorized = request.headers.authorization === `Bot ${this.parts.token()}`;
    try {
      if (!authorized && !route.open) throw refusals.unauthorized();
      const { body, files } = await readBody(bytes, request.headers['content-type'] ?? '');
      Object.assign(seen, { body, files: [...files.values()].map(({ name }) => name) });
      const call: Call = { method: seen.method, path: seen.path, query, authorized, body, files };
      const answer = await route.handle(call, params);
      this.calls.push({ ...seen, status: answer.status ?? 200 });
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        this.parts.breach(`${seen.method} ${seen.path}: the local Discord broke: ${String(error)}`);
        return { status: 500, body: { message: '500: Internal Server Error', code: 0 } };
      }
      this.calls.push({ ...seen, status: error.status, code: error.code });
      if (breaches.has(error.code) && !this.#mayBe(error.code))
        this.parts.breach(`${seen.method} ${seen.path}: ${error.code} ${JSON.stringify(error.body)}`);
      return { status: error.status, body: error.body };
    }
  }

  async #file(request: IncomingMessage, response: ServerResponse, address: URL): Promise<void> {
    const fault = this.parts.faults.take('attachment');
    if (fault !== undefined && (await misbehave(fault, 'before', response))) return;
    const { status, bytes, contentType } = this.parts.attachments.fetch(
      address,
      request.headers.authorization !== undefined,
    );
    // The token belongs to the API alone: sent to the CDN it would be in somebody else's log.
    if (request.headers.authorization !== undefined) this.parts.breach('the bot token went to the CDN');
    response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length });
    if (fault !== undefined && (await misbehave(fault, 'after', response))) return;
    response.end(bytes);
  }

  /** Who never got the answer to an acknowledgement may well send it again. */
  #mayBe(code: number): boolean {
    return code === acknowledgedTwice && this.parts.faults.happened.some(({ route }) => route === 'callback');
  }

  #find(method: string, path: string): { route: Route; params: Params } | undefined {
    for (const route of this.parts.routes) {
      const params = route.method === method ? matchPath(route.path, path) : undefined;
      if (params !== undefined) return { route, params };
    }
    return undefined;
  }
}

type Seen = Omit<AnsweredCall, 'status' | 'code'>;

function majorOf(params: Params): string {
  return Object.values(params)[0] ?? '';
}

function limited(seconds: number, global: boolean): object {
  return { message: 'You are being rate limited.', retry_after: seconds, global };
}

/** @returns whether the call is answered by it, or never will be */
async function misbehave(fault: Fault, when: 'before' | 'after', response: ServerResponse): Promise<boolean> {
  if ('delay' in fault) {
    if (when === 'before') await wait(fault.delay);
    return false;
  }
  if ('drop' in fault) {
    if (fault.drop !== when) return false;
    if (fault.reset) response.socket?.resetAndDestroy();
    else response.socket?.destroy();
    return true;
  }
  if ('status' in fault) {
    if (when !== (fault.done ? 'after' : 'before')) return false;
    sendJson(response, fault.status, { message: `${fault.status}: Internal Server Error`, code: 0 });
    return true;
  }
  if (when === 'after') return false;
  if ('refuse' in fault) {
    const { status, code, message } = fault.refuse;
    sendJson(response, status, { message, code });
  } else {
    const { rateLimited, global = false } = fault;
    sendJson(response, 429, limited(rateLimited, global), limitedHeaders(rateLimited, global));
  }
  return true;
}
