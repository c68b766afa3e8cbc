/** Runs command lines for tests: in this process with a model of colours, or as the real program in a child. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PassThrough, Readable, Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type LocalModel, makers } from '../../src/cli/composition.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { decodeRgb, readPicture } from '../../src/foundation/picture.ts';
import { unitVector } from '../gallery/test-pictures.ts';
import { listener, plant } from '../support/heard-output.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** What is piped in; a terminal is pretended with `tty`. */
  readonly stdin?: Uint8Array | string;
  readonly tty?: boolean;
  readonly signal?: AbortSignal;
  readonly model?: Partial<LocalModel>;
  readonly now?: Date;
  /** Hears what is written to stdout, as it is written. */
  readonly onOutput?: (text: string) => void;
}

/** The model is {@link ColourModel}; the store, the importer and the search are the real ones. */
export async function chatreid(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const stderr = new PassThrough();
  const stdout = new Transform({
    transform(chunk, _encoding, done) {
      options.onOutput?.(String(chunk));
      done(null, chunk);
    },
  });
  const stdin = Object.assign(Readable.from(options.stdin === undefined ? [] : [options.stdin]), {
    isTTY: options.tty ?? false,
  });
  if (options.tty) Object.assign(stderr, { isTTY: true });
  const told = Promise.all([text(stdout), text(stderr)]);
  const { now } = options;
  plant({ ...options.env });
  const exitCode = await runCommandLine(argv, {
    stdin,
    stdout,
    stderr,
    env: { NO_COLOR: '1', CHATREID_TIME_ZONE: 'Europe/Berlin', ...options.env },
    signal: options.signal ?? new AbortController().signal,
    makers: { ...makers, localModel: async () => ({ ...colourModel(), ...options.model }) },
    ...(now ? { now: () => now } : {}),
  });
  stdout.end();
  stderr.end();
  const [out, error] = await told;
  for (const said of [out, error]) listener()(said);
  return { exitCode, stdout: out, stderr: error };
}

const colours: Readonly<Record<string, readonly [number, number, number]>> = {
  red: [1, 0, 0],
  green: [0, 1, 0],
  blue: [0, 0, 1],
};

/** A picture is its mean colour around grey, and so is a word: near enough to a filter to be searched with. */
export function colourModel(): LocalModel {
  const unused = async (): Promise<never> => {
    throw new ChatReidError('ENGINE_CANNOT', 'A model of colours has no words.', 'Ask it for colours.');
  };
  return {
    describeEncoder: async () => ({
      name: 'colours',
      space: 'colours',
      dimension: 3,
      text: true,
      device: 'cpu',
      deviceNote: 'cuda was not looked for.',
    }),
    encodePictures: (pictures, { signal } = {}) =>
      Promise.all(
        pictures.map(async (picture) => {
          signal?.throwIfAborted();
          try {
            const { data } = await decodeRgb(await readPicture(picture));
            const sums = [0, 0, 0];
            data.forEach((value, i) => {
              sums[i % 3] = (sums[i % 3] ?? 0) + value;
            });
            return unit(sums.map((sum) => (sum * 3) / data.length / 255 - 0.33));
          } catch (error) {
            return error as Error;
          }
        }),
      ),
    encodeTexts: async (texts) =>
      texts.map((words) => {
        const named = Object.entries(colours).find(([name]) => words.includes(name));
        return named ? unit(named[1].map((value) => value - 0.33)) : unitVector(7, 3);
      }),
    describe: unused,
    score: unused,
    // biome-ignore lint/correctness/useYield: it has nothing to say
    generate: async function* () {
      await unused();
    },
    stats: unused,
    close: async () => {},
  };
}

function unit(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
}

/** The program itself, as `npm run chatreid` starts it. */
export function startChild(argv: readonly string[], env: NodeJS.ProcessEnv) {
  return spawn(process.execPath, ['--import', 'tsx', join(packageRoot(), 'src/cli/main.ts'), ...argv], {
    cwd: packageRoot(),
    env: { ...process.env, NO_COLOR: '1', CHATREID_TIME_ZONE: 'Europe/Berlin', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

export async function child(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  stdin?: Uint8Array,
): Promise<Ran> {
  const started = startChild(argv, env);
  started.stdin.end(stdin);
  const [stdout, stderr, exitCode] = await Promise.all([
    text(started.stdout),
    text(started.stderr),
    new Promise<number>((resolve) => started.on('close', (code) => resolve(code ?? -1))),
  ]);
  return { exitCode, stdout, stderr };
}
