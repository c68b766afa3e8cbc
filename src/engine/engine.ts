/** The Engine seam: one question to a Qwen2-VL-style model, answered with probabilities or with words. */
import type { Prompt } from './prompt.ts';

/**
 * Implementations: `OnnxEngine` (in this process), `EngineProcess` (the same in a supervised child), `RemoteEngine`
 * (an OpenAI-compatible server). All of them pass the one suite in test/engine/engine-contract.ts.
 */
export interface Engine {
  describe(): Promise<EngineDescription>;

  /**
   * Natural-log probabilities (up to one constant a prompt) of each answer's first token at the first position of the
   * reply. Row i belongs to prompts[i] and has answers.length numbers. A batch changes speed, never the result
   * (within 1e-3).
   *
   * @param answers e.g. ['Yes', 'No'] or the candidate labels ['A', 'B', ...]; each must start with a token of its own.
   * @throws ChatReidError PROMPT_TOO_LONG, OPTION_INVALID (answers share a first token), CANCELLED, ENGINE_* (ENGINE_CANNOT: the model's numbers overflow), REMOTE_*, PICTURE_*
   */
  score(prompts: readonly Prompt[], answers: readonly string[], options?: RunOptions): Promise<number[][]>;

  /** The reply in pieces as they are produced. Ends at the end-of-turn token or after `maxTokens`. */
  generate(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string>;

  /** Counters since start. Cheap: safe to call for every status line. */
  stats(): Promise<EngineStats>;

  /** Waits for nothing: running work ends with ENGINE_CLOSED. Safe to call twice. */
  close(): Promise<void>;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Leave every cache alone: what the benchmarks and the proof of correctness compare with. */
  readonly naive?: boolean;
}

export interface GenerateOptions extends RunOptions {
  /** Default 128. */
  readonly maxTokens?: number;
  /** 0 (default) is greedy. */
  readonly temperature?: number;
  /** Nucleus share, 0 < topP <= 1. Default 1. */
  readonly topP?: number;
  /** Sampling with the same seed gives the same words. Default 0. */
  readonly seed?: number;
}

export interface EngineDescription {
  readonly kind: 'onnx' | 'remote';
  readonly name: string;
  /** SHA-256 over the model's files: the stamp on everything computed with it. For a remote model, of its name. */
  readonly checksum: string;
  /** e.g. `cpu`, `cuda`, or the server's address. */
  readonly device: string;
  /** Said plainly when the wished device was not to be had, e.g. why cuda was not used. */
  readonly deviceNote?: string;
  readonly dtype: string;
  /** False where only its choice between given answers is worth reading, not what it would say in its own words. */
  readonly speaks?: boolean;
  /** Most candidates that one best-choice prompt may hold. */
  readonly maxChoices: number;
}

export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  readonly bytes: number;
  readonly limitBytes: number;
}

export interface EngineStats {
  readonly prompts: number;
  readonly tokens: number;
  /** Vision tokens that were computed, not taken from the cache. */
  readonly pictureTokens: number;
  readonly restarts: number;
  readonly caches: Readonly<Record<'features' | 'featuresOnDisk' | 'prefixes', CacheStats>>;
}
