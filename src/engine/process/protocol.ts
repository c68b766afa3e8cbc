/** What parent and child say to each other: the messages, and the module from which the child takes its engine. */
import type { ErrorReport } from '../../foundation/error.ts';
import type { Picture } from '../../foundation/picture.ts';
import type { Encoder, EncoderDescription } from '../encoder.ts';
import type { Engine, EngineDescription, EngineStats, GenerateOptions } from '../engine.ts';
import type { Prompt } from '../prompt.ts';

/**
 * What the child opens. Everything but the folder is optional and passed on as it is; the meaning of each is that of
 * the engine in the child.
 */
export interface HostOptions {
  /** The model folder. */
  readonly model: string;
  /** `auto` tries cuda, then cpu. */
  readonly device?: 'auto' | 'cpu' | 'cuda';
  /** Which export to take where the folder has several, e.g. `fp32`, `fp16`, `q4`. */
  readonly dtype?: string;
  /** Where embeddings of gallery pictures are kept between runs. */
  readonly cacheFolder?: string;
  /** Bounds of the caches, in bytes. */
  readonly memory?: {
    readonly features?: number;
    readonly featuresOnDisk?: number;
    readonly prefixes?: number;
  };
  /** Threads of one model run. */
  readonly threads?: number;
}

/**
 * What a module named by `EngineProcessOptions.module` exports. Each is called at most once, when the first request
 * of its kind comes; a rejected call is made again for the next request.
 */
export interface HostModule {
  createEngine(options: HostOptions): Promise<HostedEngine>;
  createEncoder(options: HostOptions): Promise<HostedEncoder>;
}

export interface HostedEngine extends Engine {
  /** Drops everything that was computed from the picture, in memory and on disk. */
  forget?(pictureId: string): Promise<void>;
}

export interface HostedEncoder extends Encoder {
  close?(): Promise<void>;
}

/** The two models of a folder: each is loaded, and can fail to load, by itself. */
export type Side = 'engine' | 'encoder';

export type Work =
  | { readonly kind: 'describe' }
  | { readonly kind: 'describeEncoder' }
  | {
      readonly kind: 'score';
      readonly prompts: readonly Prompt[];
      readonly answers: readonly string[];
      readonly naive: boolean;
    }
  | {
      readonly kind: 'generate';
      readonly prompt: Prompt;
      readonly options: Omit<GenerateOptions, 'signal'>;
    }
  | { readonly kind: 'encodePictures'; readonly pictures: readonly Picture[] }
  | { readonly kind: 'encodeTexts'; readonly texts: readonly string[] }
  | { readonly kind: 'forget'; readonly pictureId: string };

export interface WorkResult {
  readonly describe: EngineDescription;
  readonly describeEncoder: EncoderDescription;
  readonly score: number[][];
  /** The pieces have gone ahead as `chunk` messages. */
  readonly generate: null;
  readonly encodePictures: (Float32Array | { readonly error: ErrorReport })[];
  readonly encodeTexts: Float32Array[];
  readonly forget: null;
}

export type Kind = Work['kind'];
export type WorkOf<K extends Kind> = Extract<Work, { readonly kind: K }>;

export function sideOf(kind: Kind): Side {
  return kind === 'describeEncoder' || kind === 'encodePictures' || kind === 'encodeTexts'
    ? 'encoder'
    : 'engine';
}

export type ToChild =
  | { readonly type: 'configure'; readonly host: HostOptions; readonly module: string | undefined }
  /** A piece of a large picture that the work with this id will name by `key`. */
  | {
      readonly type: 'piece';
      readonly id: number;
      readonly key: number;
      readonly total: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  | { readonly type: 'work'; readonly id: number; readonly work: Work }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'close' };

export type FromChild =
  | { readonly type: 'chunk'; readonly id: number; readonly text: string }
  | {
      readonly type: 'done';
      readonly id: number;
      readonly value: WorkResult[Kind];
      readonly stats: EngineStats | undefined;
    }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly error: ErrorReport;
      readonly stats: EngineStats | undefined;
    };
