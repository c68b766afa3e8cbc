/** The child process: hosts the models, answers its parent, and dies with it. */
import { Worker } from 'node:worker_threads';
import { asChatReidError } from '../../foundation/error.ts';
import type { EngineStats } from '../engine.ts';
import { PieceStore } from './picture-pieces.ts';
import type {
  FromChild,
  HostedEncoder,
  HostedEngine,
  HostModule,
  HostOptions,
  Kind,
  ToChild,
  Work,
  WorkResult,
} from './protocol.ts';

const pieces = new PieceStore();
const running = new Map<number, AbortController>();
let configured: { host: HostOptions; module: string | undefined } | undefined;
let engine: Promise<HostedEngine> | undefined;
let encoder: Promise<HostedEncoder> | undefined;

if (!process.send) throw new Error('This file is started by the program itself, not by hand.');

process.on('message', (message: ToChild) => {
  switch (message.type) {
    case 'configure':
      configured = { host: message.host, module: message.module };
      return;
    case 'piece':
      pieces.add(message);
      return;
    case 'work':
      void answer(message.id, pieces.join(message.id, message.work));
      return;
    case 'cancel':
      pieces.drop(message.id);
      running.get(message.id)?.abort();
      return;
    case 'close':
      void leave();
  }
});
process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole process group: the parent decides when its child goes.
process.on('SIGINT', () => {});
dieWithParent(process.ppid);

async function answer(id: number, work: Work): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const value = await perform(id, work, abort.signal);
    tell({ type: 'done', id, value, stats: await stats() });
  } catch (error) {
    const report = asChatReidError(error, 'running the model').report();
    tell({ type: 'failed', id, error: report, stats: await stats() });
  } finally {
    running.delete(id);
  }
}

async function perform(id: number, work: Work, signal: AbortSignal): Promise<WorkResult[Kind]> {
  switch (work.kind) {
    case 'describe':
      return (await theEngine()).describe();
    case 'describeEncoder':
      return (await theEncoder()).describeEncoder();
    case 'score':
      return (await theEngine()).score(work.prompts, work.answers, { signal, naive: work.naive });
    case 'generate':
      for await (const text of (await theEngine()).generate(work.prompt, { ...work.options, signal })) {
        tell({ type: 'chunk', id, text });
      }
      return null;
    case 'encodePictures': {
      const vectors = await (await theEncoder()).encodePictures(work.pictures, { signal });
      return vectors.map((vector) =>
        vector instanceof Error ? { error: asChatReidError(vector, 'encoding a picture').report() } : vector,
      );
    }
    case 'encodeTexts':
      return (await theEncoder()).encodeTexts(work.texts, { signal });
    case 'forget':
      await (await theEngine()).forget?.(work.pictureId);
      return null;
  }
}

function theEngine(): Promise<HostedEngine> {
  engine ??= host()
    .then(({ module, options }) => module.createEngine(options))
    .catch((error: unknown) => {
      engine = undefined;
      throw error;
    });
  return engine;
}

function theEncoder(): Promise<HostedEncoder> {
  encoder ??= host()
    .then(({ module, options }) => module.createEncoder(options))
    .catch((error: unknown) => {
      encoder = undefined;
      throw error;
    });
  return encoder;
}

async function host(): Promise<{ module: HostModule; options: HostOptions }> {
  if (!configured) throw new Error('work came before the configuration');
  const module = configured.module
    ? ((await import(configured.module)) as HostModule)
    : await import('./onnx-host.ts');
  return { module, options: configured.host };
}

/** Sent with every reply, so that the parent can answer `stats()` without asking. */
async function stats(): Promise<EngineStats | undefined> {
  try {
    return await (await engine)?.stats();
  } catch {
    return undefined;
  }
}

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

async function leave(): Promise<void> {
  try {
    await (await engine)?.close();
    await (await encoder)?.close?.();
  } finally {
    process.exit(0);
  }
}

/**
 * `disconnect` is only heard between two model runs. A parent that was killed must not leave a child behind that is in
 * the middle of a long one (or stuck), so a thread of its own looks once a second whether the parent has changed.
 */
function dieWithParent(parent: number): void {
  const watch = `
    const { workerData } = require('node:worker_threads');
    setInterval(() => {
      if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
    }, 1000);
  `;
  new Worker(watch, { eval: true, execArgv: [], env: {}, workerData: parent }).unref();
}
