/** The Web API over HTTP: tokens, scopes, faults by script, and one table of methods; beside it uploads, downloads, response_urls. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { chatMethods } from './chat-methods.ts';
import { conversationMethods } from './conversation-methods.ts';
import type { Fault } from './faults.ts';
import { fileMethods } from './file-methods.ts';
import { answer, argumentsOf, bodyOf, uploadOf } from './http-request.ts';
import type { JsonObject } from './json.ts';
import type { Method, Methods, Parts } from './parts.ts';
import { Refusal } from './refusal.ts';
import type { ResponseUrls } from './response-urls.ts';
import { assistantMethods, viewMethods } from './view-methods.ts';

export const methods: Methods = {
  ...conversationMethods,
  ...chatMethods,
  ...fileMethods,
  ...viewMethods,
  ...assistantMethods,
};

/** One call of the app, as a test reads it. */
export interface Call {
  /** A method of the Web API, or `upload`, `download`, `response_url`. */
  readonly method: string;
  readonly args: JsonObject;
  readonly at: number;
  /** `ok`, an error as Slack names it, or what the fault was. */
  outcome: string;
}

/** Where a test may end the bot: a call was read and did nothing yet; it is done and not answered; an event was acknowledged. */
export type Step = 'call arrived' | 'call done' | 'acknowledged';

type Respond = (done: () => JsonObject | Promise<JsonObject>) => Promise<void>;

export class WebApi {
  readonly calls: Call[] = [];
  onStep: ((step: Step) => void) | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly responseUrls: ResponseUrls,
    private readonly loginPage: 'direct' | 'redirect',
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://slack.invalid');
    const body = await bodyOf(request);
    if (pathname.startsWith('/api/')) return this.#method(pathname.slice(5), request, response, body);
    if (pathname.startsWith('/upload/v1/')) return this.#upload(pathname.slice(11), request, response, body);
    if (pathname.startsWith('/files-pri/')) return this.#download(pathname, request, response);
    if (pathname.startsWith('/response/'))
      return this.#responseUrl(pathname.slice(1), request, response, body);
    if (pathname === '/signin') return answer(response, 200, loginHtml);
    answer(response, 404, 'Not found');
  }

  async #method(
    name: string,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): Promise<void> {
    const method = methods[name];
    let args: JsonObject;
    try {
      args = await argumentsOf(request, body);
    } catch (error) {
      return answer(response, 200, refusal(error).body());
    }
    const scopes = method === undefined ? [] : scopesOf(method, args, this.parts);
    const headers = {
      'x-oauth-scopes': [...this.parts.scopes].join(','),
      'x-accepted-oauth-scopes': scopes.join(','),
      'x-slack-req-id': 'req-1',
    };
    await this.#run(name, args, response, headers, () => {
      if (method === undefined) throw new Refusal('unknown_method', [], { req_method: name });
      this.#authorize(method, scopes, args, request);
      const result = method.run(withoutToken(args), this.parts);
      return result;
    });
  }

  #authorize(method: Method, scopes: readonly string[], args: JsonObject, request: IncomingMessage): void {
    const token = bearer(request) || (typeof args.token === 'string' ? args.token : '');
    const { tokens, scopes: granted } = this.parts;
    if (token === '') throw new Refusal('not_authed');
    if (token !== tokens.bot && token !== tokens.app) throw new Refusal('invalid_auth');
    if (token !== tokens[method.token]) throw new Refusal('not_allowed_token_type');
    if (scopes.length > 0 && !scopes.some((scope) => granted.has(scope)))
      throw new Refusal('missing_scope', [], { needed: scopes.join(','), provided: [...granted].join(',') });
  }

  async #upload(id: string, request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    await this.#run('upload', { id, bytes: body.length }, response, {}, async () => {
      const file = this.parts.files.find(id);
      if (file === undefined) throw new Refusal('file_not_found');
      file.bytes = await uploadOf(request, body);
      return { ok: true, uploaded: file.bytes.length };
    });
  }

  async #download(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = path.split('/')[2]?.split('-')[1] ?? '';
    const call = this.#note('download', { id });
    const fault = this.parts.faults.take('download');
    if (fault !== undefined && (await this.#failed(fault, call, response))) return;
    const file = this.parts.files.find(id);
    const allowed = bearer(request) === this.parts.tokens.bot && this.parts.scopes.has('files:read');
    if (!allowed) {
      call.outcome = 'login page';
      if (this.loginPage === 'redirect')
        return answer(response, 302, '', {
          location: `${this.parts.origin()}signin?redir=${encodeURIComponent(path)}`,
        });
      return answer(response, 200, loginHtml);
    }
    if (file === undefined || file.deleted || file.bytes === undefined) {
      call.outcome = 'gone';
      return answer(response, 404, '<html><body>File not found</body></html>');
    }
    call.outcome = 'ok';
    const { mimetype } = this.parts.files.json(file);
    response.writeHead(200, { 'content-type': String(mimetype), 'content-length': file.bytes.length });
    response.end(file.bytes);
  }

  async #responseUrl(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): Promise<void> {
    let args: JsonObject;
    try {
      args = await argumentsOf(request, body);
    } catch (error) {
      return answer(response, 400, refusal(error).body());
    }
    const call = this.#note('response_url', args);
    const fault = this.parts.faults.take('response_url');
    if (fault !== undefined && (await this.#failed(fault, call, response))) return;
    try {
      this.responseUrls.use(path, args, this.parts);
      call.outcome = 'ok';
      this.onStep?.('call done');
      if (fault !== undefined && (await this.#lost(fault, call, response))) return;
      answer(response, 200, { ok: true });
    } catch (error) {
      const { code } = refusal(error);
      call.outcome = code;
      answer(response, code === 'expired_url' || code === 'used_url' ? 404 : 400, refusal(error).body());
    }
  }

  /** Does it with whatever fault is due, and answers as the Web API does: 200 with `ok`, or 429. */
  async #run(
    name: string,
    args: JsonObject,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
    done: Parameters<Respond>[0],
  ): Promise<void> {
    const call = this.#note(name, withoutToken(args));
    const fault = this.parts.faults.take(name);
    if (fault !== undefined && (await this.#failed(fault, call, response))) return;
    let result: JsonObject;
    try {
      result = await done();
      call.outcome = 'ok';
    } catch (error) {
      const refused = refusal(error);
      call.outcome = refused.code;
      if (refused.code === 'ratelimited') return limited(response, Number(refused.more.retry_after ?? 1));
      result = refused.body();
    }
    this.onStep?.('call done');
    if (fault !== undefined && (await this.#lost(fault, call, response))) return;
    answer(response, 200, result, headers);
  }

  #note(method: string, args: JsonObject): Call {
    const call: Call = { method, args, at: Date.now(), outcome: 'no answer' };
    this.calls.push(call);
    this.onStep?.('call arrived');
    return call;
  }

  /** Faults that come before anything is done. @returns whether the call is over */
  async #failed(fault: Fault, call: Call, response: ServerResponse): Promise<boolean> {
    if ('rateLimited' in fault) {
      call.outcome = 'ratelimited';
      limited(response, fault.rateLimited);
    } else if ('status' in fault && fault.after !== true) {
      call.outcome = String(fault.status);
      answer(response, fault.status, 'upstream connect error');
    } else if ('error' in fault) {
      call.outcome = fault.error;
      answer(response, 200, new Refusal(fault.error, [], fault.more ?? {}).body());
    } else if ('drop' in fault && fault.drop === 'before') {
      call.outcome = 'dropped before';
      response.destroy();
    } else {
      return false;
    }
    return true;
  }

  /** Faults that take the answer of what is done. @returns whether the call is over */
  async #lost(fault: Fault, call: Call, response: ServerResponse): Promise<boolean> {
    if ('delayMs' in fault) {
      await sleep(fault.delayMs, undefined, { ref: false });
      return false;
    }
    if ('status' in fault) {
      call.outcome = `${call.outcome}, answered ${fault.status}`;
      answer(response, fault.status, 'upstream connect error');
      return true;
    }
    call.outcome = `${call.outcome}, answer lost`;
    response.destroy();
    return true;
  }
}

const loginHtml =
  '<!DOCTYPE html><html lang="en"><head><title>Sign in | Riverside site</title></head>' +
  '<body><h1>Sign in to your workspace</h1><form method="post"><input name="email"></form></body></html>';

function limited(response: ServerResponse, seconds: number): void {
  answer(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(seconds) });
}

function scopesOf(method: Method, args: JsonObject, parts: Parts): readonly string[] {
  return typeof method.scopes === 'function' ? method.scopes(args, parts) : method.scopes;
}

function bearer(request: IncomingMessage): string {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function withoutToken({ token: _token, ...args }: JsonObject): JsonObject {
  return args;
}

/** What is no refusal is a mistake of this server, and a test should fall over it. */
function refusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}
