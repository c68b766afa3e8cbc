/** The local models in a supervised child process: a crash, a hang or a cancelled turn never reaches the caller's process. */
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import type { Picture } from '../../foundation/picture.ts';
import type { Encoder, EncoderDescription } from '../encoder.ts';
import type { Engine, EngineDescription, EngineStats, GenerateOptions, RunOptions } from '../engine.ts';
import type { Prompt } from '../prompt.ts';
import { LinkedAbort, throwIfAborted } from '../call/cancellation.ts';
import type { HostOptions } from './protocol.ts';
import { inSlices } from './slices.ts';
import { Supervisor } from './supervisor.ts';
import { TextPipe } from '../call/text-pipe.ts';

export interface EngineProcessOptions extends HostOptions {
  /** Longest wait for a model to be loaded, in ms. Default 180,000: a 2B model from a slow disk. */
  readonly startTimeoutMs?: number;
  /** Longest time for one call from asking to answer, waiting in line included, in ms. Default: none. */
  readonly requestTimeoutMs?: number;
  /**
   * How long cancelled work may go on before the child is killed for it, in ms. Default 5,000. While another's reply is
   * being produced the child has six times as long since its last sign of life.
   */
  readonly cancelGraceMs?: number;
  /** First pause before another start when children keep dying, in ms; it doubles up to 10 s. Default 250. */
  readonly backoffMs?: number;
  /** V8 heap of the child in megabytes. Tensors live outside of it. Default: V8's own. */
  readonly heapMb?: number;
  /**
   * Prompts, or pictures to encode, that go to the child at one time: the longest that one caller can hold up another.
   * A fixed number, so that the same question is always computed in the same batches. Default 32.
   */
  readonly slice?: number;
  /** Address (URL) of a module that exports a {@link HostModule}, in place of the ONNX models of `model`. */
  readonly module?: string;
}

/** Up to this many pictures are somebody's query, more are an import. */
const interactivePictures = 8;

/**
 * Starts with the first request. Work that a dying child had is done again once by the next one, then fails with
 * ENGINE_CRASHED. A reply in words that has already yielded something is never begun anew: it fails, so that no reader
 * sees two beginnings. A model that cannot be loaded is reported at once and tried again by the next request.
 *
 * Cancelled calls end at once for the caller. The child is asked to stop, which it hears between two model runs; if
 * it has not after `cancelGraceMs` it is killed and restarted, but not lightly in the middle of somebody else's reply.
 */
export class EngineProcess implements Engine, Encoder {
  readonly #supervisor: Supervisor;
  readonly #slice: number;
  readonly #timeoutMs: number | undefined;

  constructor(options: EngineProcessOptions) {
    const { startTimeoutMs, requestTimeoutMs, cancelGraceMs, backoffMs, heapMb, slice, module, ...host } =
      options;
    this.#slice = slice ?? 32;
    this.#timeoutMs = requestTimeoutMs;
    this.#supervisor = new Supervisor({
      host,
      module,
      heapMb,
      startTimeoutMs: startTimeoutMs ?? 180_000,
      cancelGraceMs: cancelGraceMs ?? 5000,
      backoffMs: backoffMs ?? 250,
    });
  }

  /** Process id of the child, while there is one. */
  get pid(): number | undefined {
    return this.#supervisor.pid;
  }

  describe(): Promise<EngineDescription> {
    return this.#supervisor.run<'describe'>({ kind: 'describe' }, { lane: 'interactive' });
  }

  describeEncoder(): Promise<EncoderDescription> {
    return this.#supervisor.run<'describeEncoder'>({ kind: 'describeEncoder' }, { lane: 'interactive' });
  }

  score(
    prompts: readonly Prompt[],
    answers: readonly string[],
    options: RunOptions = {},
  ): Promise<number[][]> {
    const naive = options.naive ?? false;
    return this.#inSlices(prompts, 1, options.signal, (slice, signal) =>
      this.#supervisor.run<'score'>(
        { kind: 'score', prompts: slice, answers, naive },
        { lane: 'interactive', signal },
      ),
    );
  }

  async *generate(prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<string> {
    const { signal, ...rest } = options;
    const abort = new LinkedAbort(signal, this.#timeoutMs);
    const pipe = new TextPipe();
    this.#supervisor
      .run<'generate'>(
        { kind: 'generate', prompt, options: rest },
        { lane: 'generate', signal: abort.signal, onChunk: (text) => pipe.push(text) },
      )
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
      // A reader who leaves early ends the work too.
      abort.abort();
      abort.release();
    }
  }

  async encodePictures(
    pictures: readonly Picture[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<(Float32Array | Error)[]> {
    const bulk = pictures.length > interactivePictures;
    const vectors = await this.#inSlices(pictures, bulk ? 2 : 1, options.signal, (slice, signal) =>
      this.#supervisor.run<'encodePictures'>(
        { kind: 'encodePictures', pictures: slice },
        { lane: bulk ? 'bulk' : 'interactive', signal },
      ),
    );
    return vectors.map((vector) => ('error' in vector ? ChatReidError.from(vector.error) : vector));
  }

  encodeTexts(
    texts: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Float32Array[]> {
    return this.#inSlices(texts, 1, options.signal, (slice, signal) =>
      this.#supervisor.run<'encodeTexts'>(
        { kind: 'encodeTexts', texts: slice },
        { lane: 'interactive', signal },
      ),
    );
  }

  /**
   * Drops everything that the language model has computed from the picture, in memory and on disk. A folder without one
   * has nothing to forget, nor has one that is not loaded: what lies on the disk is `forgetFeatures`' then.
   */
  async forget(pictureId: string): Promise<void> {
    if (!this.#supervisor.hasEngine) return;
    try {
      await this.#supervisor.run<'forget'>({ kind: 'forget', pictureId }, { lane: 'interactive' });
    } catch (error) {
      if (!(error instanceof ChatReidError && error.code === 'ENGINE_CANNOT')) throw error;
    }
  }

  /** Answered without asking the child: what its last reply said. */
  async stats(): Promise<EngineStats> {
    return this.#supervisor.stats();
  }

  close(): Promise<void> {
    return this.#supervisor.close();
  }

  async #inSlices<Item, Result>(
    items: readonly Item[],
    ahead: number,
    signal: AbortSignal | undefined,
    run: (slice: readonly Item[], signal: AbortSignal) => Promise<readonly Result[]>,
  ): Promise<Result[]> {
    const abort = new LinkedAbort(signal, this.#timeoutMs);
    try {
      return await inSlices(
        items,
        this.#slice,
        ahead,
        (slice) => run(slice, abort.signal),
        (error) => abort.abort(error),
      );
    } catch (error) {
      throw asChatReidError(error, 'asking the model');
    } finally {
      abort.release();
    }
  }
}
