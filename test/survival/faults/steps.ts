/** Every change below a folder as a numbered step that a test may go between: Node's file system, handles of files, and SQLite. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { patchSqlite } from './sqlite-steps.ts';

export interface Step {
  /** From 1. */
  readonly number: number;
  /** `rename pictures/…`, `COMMIT gallery.db`. */
  readonly what: string;
  /** Needs room on the disk. */
  readonly grows: boolean;
  readonly of: 'files' | 'sqlite';
  /** Nothing else is under way: the folder is as it would be if the process ended now. */
  readonly quiet: boolean;
}

/** Called before the step is done; what it throws, the step throws. */
export type BeforeStep = (step: Step) => void;

interface Watch {
  readonly root: string;
  readonly before: BeforeStep;
  steps: number;
}

let watch: Watch | undefined;
/** One at a time, so that the same operation has the same steps every time. */
let line: Promise<unknown> = Promise.resolve();
let underWay = 0;
const pathOf = new WeakMap<object, string>();
/** Handles whose last write was half of what was asked: what a disk that is nearly full may do. */
const wroteHalf = new WeakSet<object>();

/** @returns how many steps there were */
export async function watched(
  root: string,
  before: BeforeStep,
  work: () => Promise<unknown>,
): Promise<number> {
  install();
  const mine: Watch = { root, before, steps: 0 };
  watch = mine;
  try {
    await work();
  } finally {
    if (watch === mine) watch = undefined;
  }
  return mine.steps;
}

/** @param path the file or folder that is changed */
function passStep(what: string, path: string, grows: boolean, of: Step['of']): void {
  if (!watch || !isWatched(path)) return;
  const step = { number: ++watch.steps, what: `${what} ${path.slice(watch.root.length + 1)}`, grows, of };
  watch.before({ ...step, quiet: underWay === 0 });
}

function isWatched(path: unknown): path is string {
  return watch !== undefined && typeof path === 'string' && path.startsWith(`${watch.root}/`);
}

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = line.then(work, work);
  line = result.catch(() => undefined);
  return result;
}

async function doing<Result>(work: () => Promise<Result>): Promise<Result> {
  underWay++;
  try {
    return await work();
  } finally {
    underWay--;
  }
}

type Anything = (...given: unknown[]) => Promise<unknown>;

/** Which of its arguments is what it changes, and whether that needs room. */
const changes = {
  mkdir: [0, true],
  rename: [1, false],
  rm: [0, false],
  rmdir: [0, false],
  unlink: [0, false],
  link: [1, true],
  symlink: [1, true],
  utimes: [0, false],
  chmod: [0, false],
  truncate: [0, false],
} as const;
const handleChanges = ['sync', 'datasync', 'truncate', 'utimes', 'chmod'] as const;
const syncChanges = ['unlinkSync', 'truncateSync', 'mkdirSync', 'rmSync', 'renameSync'] as const;

let installed = false;

function install(): void {
  if (installed) return;
  installed = true;
  const promises = fs.promises as unknown as Record<string, Anything>;
  const open = promises.open!;
  for (const [name, [at, grows]] of Object.entries(changes)) {
    const original = promises[name]!;
    promises[name] = (...given) =>
      isWatched(given[at])
        ? inTurn(() => {
            passStep(name, String(given[at]), grows, 'files');
            return doing(() => original(...given));
          })
        : original(...given);
  }
  promises.open = (...given) => openStep(open, given);
  for (const [name, flag] of [
    ['writeFile', 'w'],
    ['appendFile', 'a'],
  ] as const) {
    const original = promises[name]!;
    promises[name] = (...given) =>
      isWatched(given[0]) ? writeInSteps(promises, flag, given) : original(...given);
  }
  const copyFile = promises.copyFile!;
  promises.copyFile = (...given) =>
    isWatched(given[1])
      ? inTurn(async () => {
          passStep('copyFile', String(given[1]), true, 'files');
          await doing(() => half(String(given[0]), String(given[1])));
          passStep('copyFile whole', String(given[1]), true, 'files');
          return doing(() => copyFile(...given));
        })
      : copyFile(...given);
  const functions = fs as unknown as Record<string, (...given: unknown[]) => unknown>;
  for (const name of syncChanges) {
    const original = functions[name]!;
    functions[name] = (...given) => {
      passStep(name, String(given[0]), name === 'mkdirSync', 'files');
      return original(...given);
    };
  }
  syncBuiltinESMExports();
  patchSqlite(passStep);
}

async function openStep(open: Anything, given: readonly unknown[]): Promise<unknown> {
  const flags = given[1];
  if (!isWatched(given[0]) || flags === undefined || flags === 'r') return open(...given);
  const handle = (await inTurn(() => {
    passStep(`open ${flags}`, String(given[0]), true, 'files');
    return doing(() => open(...given));
  })) as object;
  patchHandles(Object.getPrototypeOf(handle) as Record<string, Anything>);
  pathOf.set(handle, String(given[0]));
  return handle;
}

/** As Node does it, with a moment between the opening, the halves of the bytes, and the end. */
async function writeInSteps(
  promises: Record<string, Anything>,
  flag: string,
  [path, data, options]: readonly unknown[],
): Promise<void> {
  const {
    mode,
    flush,
    flag: asked = flag,
  } = (typeof options === 'object' ? options : {}) as {
    mode?: number;
    flush?: boolean;
    flag?: string;
  };
  const handle = (await promises.open!(path, asked, mode)) as fs.promises.FileHandle;
  try {
    await handle.writeFile(data as string);
    if (flush) await handle.sync();
  } finally {
    await handle.close();
  }
}

function half(from: string, to: string): Promise<void> {
  const bytes = fs.readFileSync(from);
  fs.writeFileSync(to, bytes.subarray(0, bytes.length >> 1));
  return Promise.resolve();
}

let handlesPatched = false;

function patchHandles(prototype: Record<string, Anything>): void {
  if (handlesPatched) return;
  handlesPatched = true;
  for (const name of handleChanges) {
    const original = prototype[name]!;
    prototype[name] = function (this: object, ...given) {
      return step(this, name, () => original.apply(this, given));
    };
  }
  const write = prototype.write!;
  prototype.write = function (this: object, ...given) {
    const [bytes, offset = 0, length, position] = given;
    const path = pathOf.get(this);
    if (!(bytes instanceof Uint8Array) || typeof offset !== 'number' || !isWatched(path))
      return write.apply(this, given);
    const all = typeof length === 'number' ? length : bytes.byteLength - offset;
    const short = all > 1 && !wroteHalf.has(this);
    if (short) wroteHalf.add(this);
    else wroteHalf.delete(this);
    const count = short ? all >> 1 : all;
    return step(this, short ? 'write half' : 'write', () =>
      write.call(this, bytes, offset, count, position ?? null),
    );
  };
  for (const name of ['writeFile', 'appendFile']) {
    const original = prototype[name]!;
    prototype[name] = async function (this: object, ...given) {
      const data = given[0];
      if (!isWatched(pathOf.get(this)) || !(typeof data === 'string' || data instanceof Uint8Array))
        return original.apply(this, given);
      const bytes = Buffer.from(data as string);
      for (const piece of [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)]) {
        await step(this, name, () => original.call(this, piece));
      }
      return undefined;
    };
  }
}

function step(handle: object, what: string, work: () => Promise<unknown>): Promise<unknown> {
  const path = pathOf.get(handle);
  if (!isWatched(path)) return work();
  return inTurn(() => {
    passStep(what, path, /write|append/.test(what), 'files');
    return doing(work);
  });
}
