/** A model on another machine: any server with the OpenAI chat API and log-probabilities (vLLM, SGLang). */
import { createHash } from 'node:crypto';
import OpenAI from 'openai';
import { Turnstile } from '../../foundation/turnstile.ts';
import type { Engine, EngineDescription, EngineStats, GenerateOptions, RunOptions } from '../engine.ts';
import { cancellationError, closedError, LinkedAbort, throwIfAborted } from '../call/cancellation.ts';
import { noStats } from '../call/running-stats.ts';
import { TextPipe } from '../call/text-pipe.ts';
import type { Prompt } from '../prompt.ts';
import { answerLogprobs, checkAnswers, maxTopLogprobs, type TokenLogprob } from './answer-logprobs.ts';
import { chatMessages } from './chat-messages.ts';
import { firstTokens, replyPiece } from './chat-replies.ts';
import { PictureUrls } from './picture-url.ts';
import { type RemoteContext, unreachableError } from './remote-errors.ts';
import { type RetryRules, withRetries } from './retry.ts';
import { servedModel } from './served-model.ts';
import { serverAddress } from './server-address.ts';

export interface RemoteEngineOptions {
  /** e.g. `http://gpu-box:8000/v1`. A user name and password in it become Basic authorization. */
  readonly server: string;
  /** The model's id on the server. Default: the only one that it serves. */
  readonly model?: string;
  /** Sent as bearer token. Without it, none is sent, whatever the environment holds. */
  readonly key?: string;
  /** Requests under way at one time. Default 16: enough for a server to batch them. */
  readonly concurrency?: number;
  /** Longest wait for one answer, retries included, or between two pieces of a reply, in ms. Default 120,000. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryRules>;
}

/**
 * One request a prompt. `naive` changes nothing: which keys a server keeps is its own affair. Picture bytes travel in
 * the request; control tokens in words are made harmless (see control-tokens.ts); at most 20 answers a question
 * (see answer-logprobs.ts). Counters: `pictureTokens` and the caches stay 0, the server does not tell.
 */
export class RemoteEngine implements Engine {
  readonly #client: OpenAI;
  readonly #server: string;
  readonly #secrets: readonly string[];
  readonly #wished: string | undefined;
  readonly #retry: RetryRules;
  readonly #timeoutMs: number;
  readonly #limiter: Turnstile;
  readonly #urls = new PictureUrls();
  readonly #running = new Set<LinkedAbort>();
  #model: Promise<string> | undefined;
  #closed = false;
  #prompts = 0;
  #tokens = 0;

  /** @throws ChatReidError OPTION_INVALID */
  constructor(options: RemoteEngineOptions) {
    const { url, authorization } = serverAddress(options.server);
    const { key, model, concurrency = 16, timeoutMs = 120_000, retry } = options;
    this.#server = url;
    this.#wished = model;
    this.#timeoutMs = timeoutMs;
    this.#retry = { retries: 4, delayMs: 500, maxWaitMs: 60_000, ...retry };
    this.#limiter = new Turnstile({ atOnce: concurrency });
    this.#secrets = [key ?? '', authorization ?? ''];
    // Everything that the library would take from the environment is set here: it may belong to another server.
    this.#client = new OpenAI({
      baseURL: url,
      apiKey: key ?? 'none',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      defaultHeaders: key ? {} : { Authorization: authorization ?? null },
      logLevel: 'off',
      maxRetries: 0,
      // Ours ends it first, and covers the body too.
      timeout: timeoutMs + 10_000,
      // Pictures of people go to the address that was given and to no other.
      fetchOptions: { redirect: 'error' },
    });
  }

  async describe(): Promise<EngineDescription> {
    this.#checkOpen();
    const model = await this.#chosenModel();
    return {
      kind: 'remote',
      name: model,
      checksum: createHash('sha256').update(`${this.#server}\n${model}`).digest('hex'),
      device: this.#server,
      dtype: 'as served',
      maxChoices: maxTopLogprobs,
    };
  }

  async score(
    prompts: readonly Prompt[],
    answers: readonly string[],
    options: RunOptions = {},
  ): Promise<number[][]> {
    this.#checkOpen();
    throwIfAborted(options.signal);
    checkAnswers(answers);
    if (prompts.length === 0) return [];
    const all = new LinkedAbort(options.signal);
    this.#running.add(all);
    try {
      const model = await this.#chosenModel(all.signal);
      return await Promise.all(
        prompts.map(async (prompt) =>
          answerLogprobs(await this.#firstTokens(model, prompt, all.signal), answers, this.#server),
        ),
      );
    } finally {
      // After the first error the other answers are of no use.
      all.abort();
      all.release();
      this.#running.delete(all);
    }
  }

  async *generate(prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<string> {
    this.#checkOpen();
    throwIfAborted(options.signal);
    const abort = new LinkedAbort(options.signal);
    this.#running.add(abort);
    const pipe = new TextPipe();
    this.#chosenModel(abort.signal)
      .then((model) => this.#stream(model, prompt, options, pipe, abort.signal))
      .then(
        () => pipe.end(),
        (error: unknown) => pipe.fail(error),
      );
    try {
      for await (const piece of pipe) {
        yield piece;
        // A reply may be complete here before the reader has cancelled it.
        throwIfAborted(abort.signal);
      }
    } finally {
      abort.abort();
      abort.release();
      this.#running.delete(abort);
    }
  }

  /** Drops what is kept here; the server has its own memory. */
  async forget(pictureId: string): Promise<void> {
    this.#urls.forget(pictureId);
  }

  async stats(): Promise<EngineStats> {
    return { ...noStats, prompts: this.#prompts, tokens: this.#tokens };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const work of this.#running) work.abort(closedError());
  }

  /** Asked of the server once; also the check that it is there and serves the model. */
  #chosenModel(signal?: AbortSignal): Promise<string> {
    this.#model ??= this.#chooseModel().catch((error: unknown) => {
      this.#model = undefined;
      throw error;
    });
    return signal ? untilAborted(this.#model, signal) : this.#model;
  }

  async #chooseModel(): Promise<string> {
    const wished = this.#wished;
    const abort = new LinkedAbort(undefined, this.#timeoutMs);
    this.#running.add(abort);
    try {
      return await withRetries(
        () => servedModel(this.#client, this.#server, wished, abort.signal),
        this.#retry,
        this.#context(wished ?? ''),
        abort.signal,
      );
    } finally {
      abort.release();
      this.#running.delete(abort);
    }
  }

  async #firstTokens(model: string, prompt: Prompt, signal: AbortSignal): Promise<TokenLogprob[]> {
    return this.#inTurn(signal, async (abort) => {
      const messages = await chatMessages(prompt, (picture) => this.#urls.of(picture));
      const reply = await withRetries(
        () =>
          this.#client.chat.completions.create(
            {
              model,
              messages,
              max_tokens: 1,
              temperature: 0,
              logprobs: true,
              top_logprobs: maxTopLogprobs,
              stream: false,
            },
            { signal: abort.signal },
          ),
        this.#retry,
        this.#context(model),
        abort.signal,
      );
      const { top, tokens } = firstTokens(reply, this.#server);
      this.#prompts++;
      this.#tokens += tokens;
      return top;
    });
  }

  async #stream(
    model: string,
    prompt: Prompt,
    options: GenerateOptions,
    pipe: TextPipe,
    signal: AbortSignal,
  ): Promise<void> {
    const { maxTokens = 128, temperature = 0, topP = 1, seed = 0 } = options;
    let pieces = 0;
    await this.#inTurn(signal, async (abort) => {
      const messages = await chatMessages(prompt, (picture) => this.#urls.of(picture));
      return withRetries(
        async () => {
          const stream = await this.#client.chat.completions.create(
            {
              model,
              messages,
              max_tokens: maxTokens,
              temperature,
              top_p: topP,
              seed,
              stream: true,
              stream_options: { include_usage: true },
            },
            { signal: abort.signal },
          );
          let finished = false;
          for await (const raw of stream) {
            abort.restartTimer(this.#timeoutMs);
            const { text, finished: last, tokens } = replyPiece(raw, this.#server);
            this.#tokens += tokens;
            finished ||= last;
            if (!text) continue;
            pieces++;
            pipe.push(text);
          }
          // The library ends a stream that was aborted as if it were complete.
          throwIfAborted(abort.signal);
          if (!finished)
            throw unreachableError(this.#server, 'the connection ended in the middle of the reply');
          this.#prompts++;
        },
        this.#retry,
        this.#context(model),
        abort.signal,
        () => pieces === 0,
      );
    });
  }

  /** One of `concurrency` places; the time limit begins when it is taken. */
  #inTurn<T>(signal: AbortSignal, work: (abort: LinkedAbort) => Promise<T>): Promise<T> {
    const turn = this.#limiter.run(async () => {
      throwIfAborted(signal);
      const abort = new LinkedAbort(signal, this.#timeoutMs);
      try {
        return await work(abort);
      } finally {
        abort.release();
      }
    });
    return untilAborted(turn, signal);
  }

  #context(model: string): RemoteContext {
    return { server: this.#server, model, secrets: this.#secrets };
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError();
  }
}

/** Ends the wait, not the work. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(cancellationError(signal.reason));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
