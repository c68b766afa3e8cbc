/** A model server on loopback that speaks the OpenAI chat protocol as vLLM does; its answers come from any Engine. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from '../../src/engine/engine.ts';
import type { Part, Prompt, Turn } from '../../src/engine/prompt.ts';
import { ChatReidError, messageOf } from '../../src/foundation/error.ts';
import { pictureFromBytes } from '../../src/foundation/picture.ts';

export interface OpenAiServerOptions {
  readonly engine: Engine;
  /** The vocabulary of `top_logprobs`: tokens as text, in the form that the engine's `score` takes. */
  readonly tokens: readonly string[];
  readonly models?: readonly string[];
  /** Bearer token that is asked for. */
  readonly key?: string;
}

/** What happens to the next request for an answer in place of, or on the way to, an answer. */
export type ServerFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message?: string;
      readonly retryAfter?: string;
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'hang-up' }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'no-logprobs' }
  | { readonly kind: 'break-after'; readonly pieces: number }
  | { readonly kind: 'end-after'; readonly pieces: number }
  | { readonly kind: 'hang-after'; readonly pieces: number };

interface ChatRequest {
  readonly model: string;
  readonly messages: readonly {
    readonly role: Turn['role'];
    readonly content: string | readonly ContentPart[];
  }[];
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly seed?: number;
  readonly logprobs?: boolean;
  readonly top_logprobs?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: ChatRequest | undefined;
  /** Milliseconds, monotonic. */
  readonly at: number;
}

export class OpenAiServer {
  /** Taken one by one by requests for an answer. */
  readonly faults: ServerFault[] = [];
  readonly seen: SeenRequest[] = [];
  /** Requests for an answer under way, and the most there ever were. */
  busy = 0;
  mostBusy = 0;
  /** The list of models can be absent, as on some gateways. */
  listsModels = true;
  /** Requests for an answer wait for it. */
  gate: Promise<void> = Promise.resolve();
  readonly #options: OpenAiServerOptions;
  readonly #http: Server;

  private constructor(options: OpenAiServerOptions) {
    this.#options = options;
    this.#http = createServer((request, response) => {
      void this.#answer(request, response).catch((error: unknown) => {
        if (!response.headersSent) sendError(response, 500, messageOf(error));
        else response.destroy();
      });
    });
  }

  static async start(options: OpenAiServerOptions): Promise<OpenAiServer> {
    const server = new OpenAiServer(options);
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/v1`;
  }

  get models(): readonly string[] {
    return this.#options.models ?? ['tiny-qwen2vl'];
  }

  get chats(): SeenRequest[] {
    return this.seen.filter(({ path }) => path === '/v1/chat/completions');
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString();
    const body = text ? (JSON.parse(text) as ChatRequest) : undefined;
    this.seen.push({ path, headers: request.headers, body, at: performance.now() });

    const { key } = this.#options;
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      // Repeats the key, as some servers do.
      const given = request.headers.authorization?.replace('Bearer ', '') ?? 'none';
      return sendError(response, 401, `Incorrect API key provided: ${given}`, 'invalid_api_key');
    }
    if (request.method === 'GET' && path === '/v1/models' && this.listsModels) {
      const data = this.models.map((id) => ({ id, object: 'model', created: 1, owned_by: 'vllm' }));
      return sendJson(response, 200, { object: 'list', data });
    }
    if (request.method !== 'POST' || path !== '/v1/chat/completions' || !body) {
      return sendError(response, 404, 'Not Found');
    }
    this.busy++;
    this.mostBusy = Math.max(this.mostBusy, this.busy);
    try {
      await this.gate;
      await this.#chat(body, response);
    } finally {
      this.busy--;
    }
  }

  async #chat(body: ChatRequest, response: ServerResponse): Promise<void> {
    const fault = this.faults.shift();
    switch (fault?.kind) {
      case 'status':
        if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
        return sendError(response, fault.status, fault.message ?? 'planned');
      case 'hang':
        return new Promise((resolve) => response.once('close', resolve));
      case 'hang-up':
        response.destroy();
        return;
      case 'not-json':
        response.setHeader('content-type', 'application/json').end('{"choices": [{"mess');
        return;
    }
    if (!this.models.includes(body.model)) {
      return sendError(response, 404, `The model \`${body.model}\` does not exist.`, 'NotFoundError');
    }
    try {
      if (body.stream) await this.#stream(body, response, fault);
      else await this.#complete(body, response, fault);
    } catch (error) {
      if (!(error instanceof ChatReidError)) throw error;
      sendError(response, 400, error.message, 'BadRequestError');
    }
  }

  async #complete(
    body: ChatRequest,
    response: ServerResponse,
    fault: ServerFault | undefined,
  ): Promise<void> {
    const top = await this.#topTokens(body);
    const best = top[0] ?? { token: '', logprob: 0, bytes: [] };
    const wanted = body.logprobs === true && fault?.kind !== 'no-logprobs';
    sendJson(response, 200, {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: body.model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: best.token, tool_calls: [] },
          logprobs: wanted
            ? { content: [{ ...best, top_logprobs: top.slice(0, body.top_logprobs ?? 0) }] }
            : null,
          finish_reason: 'length',
        },
      ],
      usage: usage(body, 1),
    });
  }

  async #stream(body: ChatRequest, response: ServerResponse, fault: ServerFault | undefined): Promise<void> {
    const { engine } = this.#options;
    const abort = new AbortController();
    response.once('close', () => abort.abort());
    const send = (data: object): void => {
      response.write(
        `data: ${JSON.stringify({ id: 'chatcmpl-2', object: 'chat.completion.chunk', created: 1, model: body.model, ...data })}\n\n`,
      );
    };
    const choice = (delta: object, finish_reason: string | null = null) => ({
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    });
    const maxTokens = body.max_tokens ?? 128;
    const reply = engine.generate(toPrompt(body), {
      maxTokens,
      temperature: body.temperature ?? 1,
      topP: body.top_p ?? 1,
      seed: body.seed ?? 0,
      signal: abort.signal,
    });
    let pieces = 0;
    try {
      for await (const content of reply) {
        if (pieces === 0) {
          response.setHeader('content-type', 'text/event-stream; charset=utf-8');
          send(choice({ role: 'assistant', content: '' }));
        }
        send(choice({ content }));
        pieces++;
        if (fault && 'pieces' in fault && pieces === fault.pieces) {
          // What was written must arrive before the connection breaks.
          await new Promise((resolve) => setTimeout(resolve, 20));
          if (fault.kind === 'break-after') response.destroy();
          if (fault.kind === 'end-after') response.end();
          if (fault.kind === 'hang-after') await new Promise((resolve) => response.once('close', resolve));
          return;
        }
      }
    } catch (error) {
      if (abort.signal.aborted) return;
      throw error;
    }
    send(choice({}, pieces >= maxTokens ? 'length' : 'stop'));
    if (body.stream_options?.include_usage) send({ choices: [], usage: usage(body, pieces) });
    response.end('data: [DONE]\n\n');
  }

  /** Best first; natural logs of probabilities that add up to one over the vocabulary. */
  async #topTokens(body: ChatRequest): Promise<{ token: string; logprob: number; bytes: number[] }[]> {
    const { engine, tokens } = this.#options;
    const [row = []] = await engine.score([toPrompt(body)], tokens);
    const max = Math.max(...row);
    const total = max + Math.log(row.reduce((sum, value) => sum + Math.exp(value - max), 0));
    return tokens
      .map((token, i) => ({ token, logprob: (row[i] ?? 0) - total, bytes: [...Buffer.from(token)] }))
      .sort((a, b) => b.logprob - a.logprob);
  }
}

function toPrompt(body: ChatRequest): Prompt {
  const toPart = (part: ContentPart): Part => {
    if (part.type === 'text') return part;
    const [, base64] = /^data:image\/(?:png|jpeg);base64,(.*)$/s.exec(part.image_url.url) ?? [];
    if (base64 === undefined) throw new ChatReidError('PICTURE_UNSUPPORTED', 'not a data URL', 'Send one.');
    return { type: 'picture', picture: pictureFromBytes(Buffer.from(base64, 'base64')) };
  };
  return {
    version: 'served',
    turns: body.messages.map(({ role, content }) => ({
      role,
      parts: typeof content === 'string' ? [{ type: 'text', text: content }] : content.map(toPart),
    })),
  };
}

function usage(body: ChatRequest, completion: number) {
  const prompt = JSON.stringify(body.messages).split(' ').length;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendError(response: ServerResponse, status: number, message: string, type = 'Error'): void {
  // A hung-up client has no use for it.
  if (response.destroyed) return;
  sendJson(response, status, { error: { message, type, param: null, code: status } });
}
