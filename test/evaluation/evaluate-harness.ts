/** `chatreid evaluate` for tests: the whole command line over a model whose likenesses are known by heart. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterAll, beforeAll } from 'vitest';
import { type LocalModel, makers } from '../../src/cli/composition.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import type { Engine, RunOptions } from '../../src/engine/engine.ts';
import type { Prompt } from '../../src/engine/prompt.ts';
import { calibrationNumbers } from '../support/calibration-numbers.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { ColourEncoder } from './datasets/drawn-market.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** How often the model was closed. */
  readonly closed: number;
}

export interface EvaluateOptions {
  /** The language model, as a server is; none where absent. */
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  readonly model?: Partial<LocalModel>;
  /** A terminal shows progress at once, in a bar. */
  readonly tty?: boolean;
}

/** A model folder that names a filter; the encoder behind it is the colours. */
const manifest = {
  filter: {
    ...calibrationNumbers,
    dimension: 3,
    image: { file: 'onnx/filter_image.onnx', width: 8, height: 16 },
    text: { file: 'onnx/filter_text.onnx', tokenizer: 'filter_tokenizer.json', maxTokens: 6 },
    tau: { image: 0.97, text: 0.96, mixed: 0.95 },
  },
};

/** A folder for the tests of one file, removed behind them: its `home` keeps what the commands keep. */
export class EvaluateFolder {
  path = '';

  constructor() {
    beforeAll(async () => {
      this.path = await mkdtemp(join(tmpdir(), 'chatreid-evaluate-'));
      await mkdir(join(this.path, 'model'));
      await writeFile(join(this.path, 'model/chatreid.json'), JSON.stringify(manifest));
    });
    afterAll(() => rm(this.path, { recursive: true, force: true }));
  }

  readonly at = (...names: readonly string[]): string => join(this.path, ...names);

  readonly write = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(this.at(name), content);
    return this.at(name);
  };

  /** Behind `chatreid evaluate`. */
  readonly evaluate = async (argv: readonly string[], options: EvaluateOptions = {}): Promise<Ran> => {
    let closed = 0;
    const colours = new DegreeEncoder();
    const unused = async (): Promise<never> => {
      throw new Error('Not part of this test.');
    };
    const model: LocalModel = {
      describeEncoder: () => colours.describeEncoder(),
      encodePictures: (pictures, { signal } = {}) => {
        signal?.throwIfAborted();
        return colours.encodePictures(pictures);
      },
      encodeTexts: (texts) => colours.encodeTexts(texts),
      describe: unused,
      score: unused,
      // biome-ignore lint/correctness/useYield: it has nothing to say here
      generate: async function* () {
        await unused();
      },
      stats: unused,
      close: async () => {
        closed++;
      },
      ...options.model,
    };
    const { engine } = options;
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    if (options.tty) Object.assign(stderr, { isTTY: true });
    const told = Promise.all([text(stdout), text(stderr)]);
    const exitCode = await runCommandLine(['evaluate', ...argv], {
      stdin: Readable.from([]),
      stdout,
      stderr,
      env: {
        NO_COLOR: '1',
        CHATREID_HOME: this.at('home'),
        CHATREID_MODEL: this.at('model'),
        ...(engine ? { CHATREID_ENGINE_URL: 'http://someone:secret@engine.test/v1' } : {}),
        ...options.env,
      },
      signal: options.signal ?? new AbortController().signal,
      now: () => new Date('2026-11-24T12:00:00Z'),
      umask: 0o022,
      makers: {
        ...makers,
        localModel: async () => model,
        ...(engine ? { remoteEngine: async () => engine } : {}),
      },
    });
    stdout.end();
    stderr.end();
    const [out, error] = await told;
    return { exitCode, stdout: out, stderr: error, closed };
  };

  /** @returns the one document that --json prints; fails where there is more or less than one */
  readonly json = async <Document = Record<string, unknown>>(
    argv: readonly string[],
    options?: EvaluateOptions,
  ): Promise<Document & { exitCode: number }> => {
    const { stdout, exitCode } = await this.evaluate([...argv, '--json'], options);
    const document = JSON.parse(stdout) as Document;
    return Array.isArray(document) ? Object.assign(document, { exitCode }) : { ...document, exitCode };
  };

  /** A picture whose vector points there: `person.png` at 0 is red, at 90 green. */
  readonly draw = async (name: string, degrees: number): Promise<string> => {
    const [r, g] = direction(degrees).map((part) => Math.round(255 * part));
    const path = this.at(name);
    await sharp({ create: { width: 8, height: 16, channels: 3, background: { r: r!, g: g!, b: 0 } } })
      .png()
      .toFile(path);
    return path;
  };
}

export interface Failed {
  readonly error: { readonly code: string; readonly message: string; readonly next: string };
}

/** Pictures are their colours; words say where they point: `a coat at 47 degrees`. */
class DegreeEncoder extends ColourEncoder {
  override async describeEncoder() {
    return { ...(await super.describeEncoder()), text: true };
  }

  override async encodeTexts(texts: readonly string[] = []): Promise<Float32Array[]> {
    return texts.map((words) => Float32Array.from([...direction(Number(/\d+/.exec(words)?.[0] ?? 90)), 0]));
  }
}

function direction(degrees: number): [number, number] {
  const radians = (degrees * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

/** Counts what it is asked, and tells it. */
export class CountingEngine extends FakeEngine {
  asked = 0;

  constructor(private readonly onAsked: (asked: number) => void = () => {}) {
    super();
  }

  override async score(
    prompts: readonly Prompt[],
    answers: readonly string[],
    options?: RunOptions,
  ): Promise<number[][]> {
    const rows = await super.score(prompts, answers, options);
    this.asked += prompts.length;
    this.onAsked(this.asked);
    return rows;
  }
}
