/** What EngineProcess does when its child dies, hangs, starves or cannot load: planned faults, real processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EngineProcess, type EngineProcessOptions } from '../../../src/engine/process/engine-process.ts';
import { FakeEngine } from '../../support/fake-engine.ts';
import { callsOf, faultHostUrl, planFaults } from '../../support/fault-host.ts';
import { ask } from '../../support/prompts.ts';
import { collect } from '../engine-contract.ts';

const prompt = ask('Is it the same person?');
const answers = ['Yes', 'No'];

/** Starting a child is what takes time here, so the tests share one engine unless they need options of their own. */
let folder: string;
let engine: EngineProcess;
const others: EngineProcess[] = [];
let restartsBefore: number;

function open(options: Partial<EngineProcessOptions> = {}): EngineProcess {
  const opened = new EngineProcess({ model: folder, module: faultHostUrl, backoffMs: 20, ...options });
  others.push(opened);
  return opened;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chatreid-faults-'));
  engine = open({ cancelGraceMs: 50, heapMb: 48 });
});
afterAll(async () => {
  await Promise.all(others.map((other) => other.close()));
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  rmSync(join(folder, 'faults'), { recursive: true, force: true });
  // A healthy, loaded child to begin with.
  await engine.score([prompt], answers);
  rmSync(join(folder, 'calls.log'), { force: true });
  restartsBefore = (await engine.stats()).restarts;
});

async function restarts(): Promise<number> {
  return (await engine.stats()).restarts - restartsBefore;
}

async function died(): Promise<void> {
  process.kill(engine.pid ?? 0, 'SIGKILL');
  await until(() => engine.pid === undefined);
}

describe('a child that dies', () => {
  it('is replaced, and its question answered by the next one', async () => {
    const expected = await new FakeEngine().score([prompt], answers);
    planFaults(folder, [{ on: 'score', act: 'kill' }]);
    const { checksum } = await engine.describe();
    const first = engine.pid;
    expect(await engine.score([prompt], answers)).toEqual(expected);
    expect(engine.pid).not.toBe(first);
    expect(await restarts()).toBe(1);
    expect((await engine.describe()).checksum).toBe(checksum);
    expect(callsOf(folder).filter((call) => call.startsWith('score'))).toHaveLength(2);
  });

  it('by a kill from outside while it works is replaced too', async () => {
    const expected = await new FakeEngine().score([prompt], answers);
    planFaults(folder, [{ on: 'score', act: 'hang' }]);
    const work = engine.score([prompt], answers);
    await until(() => callsOf(folder).some((call) => call.startsWith('score')));
    process.kill(engine.pid ?? 0, 'SIGKILL');
    expect(await work).toEqual(expected);
    expect(await restarts()).toBe(1);
  });

  it('twice over one question is an error that says how; the next question works', async () => {
    planFaults(folder, [
      { on: 'score', act: 'exit' },
      { on: 'score', act: 'exit' },
    ]);
    const error = await engine.score([prompt], answers).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringContaining('exit code 3'),
      next: expect.stringMatching(/memory/),
      cause: expect.stringContaining('the last words of the child'),
    });
    expect(await engine.score([prompt], answers)).toHaveLength(1);
    expect(await restarts()).toBe(2);
  });

  it('by filling its memory is an error, and the caller lives', async () => {
    planFaults(folder, [
      { on: 'score', act: 'eat' },
      { on: 'score', act: 'eat' },
    ]);
    const error = await engine.score([prompt], answers).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ENGINE_CRASHED', cause: expect.stringMatching(/heap/i) });
    expect(await engine.score([prompt], answers)).toHaveLength(1);
  });

  it('takes only the guilty question with it', async () => {
    const other = ask('Had he a red cap?');
    const expected = await new FakeEngine().score([other], answers);
    planFaults(folder, [
      { on: 'generate', act: 'kill' },
      { on: 'generate', act: 'kill' },
    ]);
    const guilty = collect(engine, prompt);
    const innocent = [engine.score([other], answers), engine.score([other], answers)];
    await expect(guilty).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
    expect(await Promise.all(innocent)).toEqual([expected, expected]);
  });

  it('adds its counts to those of the next', async () => {
    const { prompts } = await engine.stats();
    await engine.score([prompt, prompt, prompt], answers);
    await died();
    await engine.score([prompt], answers);
    expect(await engine.stats()).toMatchObject({ prompts: prompts + 4, restarts: restartsBefore + 1 });
  });
});

describe('a reply in words', () => {
  it('is begun anew when the child dies before its first piece', async () => {
    const expected = await collect(new FakeEngine(), prompt);
    planFaults(folder, [{ on: 'generate', act: 'kill' }]);
    expect(await collect(engine, prompt)).toEqual(expected);
  });

  it('is never begun twice: it fails after the pieces that were read', async () => {
    const expected = await collect(new FakeEngine(), prompt);
    planFaults(folder, [{ on: 'generate', act: 'kill', afterPieces: 3 }]);
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of engine.generate(prompt)) pieces.push(piece);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringMatching(/characters of the reply/),
    });
    expect(pieces.length).toBeGreaterThanOrEqual(3);
    expect(pieces).toEqual(expected.slice(0, pieces.length));
    expect(await collect(engine, prompt)).toEqual(expected);
    expect(callsOf(folder).filter((call) => call === 'generate')).toHaveLength(2);
  });
});

describe('a reply in words beside a question that is cancelled', () => {
  const cancelBeside = async (act: 'nap' | 'hang', cancelGraceMs: number, ms: number) => {
    const busy = open({ cancelGraceMs });
    await busy.score([prompt], answers);
    rmSync(join(folder, 'calls.log'), { force: true });
    planFaults(folder, [
      { on: 'score', act, ms },
      { on: 'generate', act: 'wait', afterPieces: 1, ms: 1000 },
    ]);
    const pieces: string[] = [];
    let begun = (): void => {};
    const first = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const reading = (async () => {
      for await (const piece of busy.generate(prompt)) {
        pieces.push(piece);
        begun();
      }
    })();
    const outcome = reading.then(
      () => 'whole',
      (error: unknown) => error,
    );
    await first;
    const abort = new AbortController();
    const cancelled = busy.score([prompt], answers, { signal: abort.signal });
    await until(() => callsOf(folder).some((call) => call.startsWith('score')));
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    return { busy, pieces, outcome: await outcome };
  };

  it('goes on when the question ends after its grace', async () => {
    const { busy, pieces, outcome } = await cancelBeside('nap', 300, 700);
    expect(outcome).toBe('whole');
    expect(pieces).toEqual(await collect(new FakeEngine(), prompt));
    expect((await busy.stats()).restarts).toBe(0);
  });

  it('ends with a reason of its own when the question never does, and the next is answered', async () => {
    const { busy, pieces, outcome } = await cancelBeside('hang', 20, 0);
    expect(outcome).toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringMatching(/stopped after \d+ characters of the reply: it hung over another/),
    });
    expect(pieces.length).toBeGreaterThan(0);
    expect(await busy.score([prompt], answers)).toHaveLength(1);
  });
});

describe('a child that hangs', () => {
  it('is killed for a cancelled question; those who wait get their answer', async () => {
    const expected = await new FakeEngine().score([prompt], answers);
    const hung = engine.pid;
    planFaults(folder, [{ on: 'score', act: 'hang' }]);
    const abort = new AbortController();
    const cancelled = engine.score([prompt], answers, { signal: abort.signal });
    await until(() => callsOf(folder).some((call) => call.startsWith('score')));
    const waiting = engine.score([prompt], answers);
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await waiting).toEqual(expected);
    expect(engine.pid).not.toBe(hung);
    expect(await restarts()).toBe(1);
  });

  it('is no reason to kill for a question that only waited behind it', async () => {
    const busy = engine.pid;
    planFaults(folder, [{ on: 'score', act: 'nap', ms: 300 }]);
    const long = engine.score([prompt], answers);
    await until(() => callsOf(folder).some((call) => call.startsWith('score')));
    const abort = new AbortController();
    const behind = engine.score([prompt], answers, { signal: abort.signal });
    abort.abort();
    await expect(behind).rejects.toMatchObject({ code: 'CANCELLED' });
    await long;
    expect(engine.pid).toBe(busy);
  });

  it('is ENGINE_TIMEOUT where there is a time limit, of the engine or of the call', async () => {
    planFaults(folder, [{ on: 'score', act: 'hang', stays: true }]);
    const limited = open({ cancelGraceMs: 10, requestTimeoutMs: 100 });
    await limited.describe();
    await expect(limited.score([prompt], answers)).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
    const signal = AbortSignal.timeout(100);
    await expect(engine.score([prompt], answers, { signal })).rejects.toMatchObject({
      code: 'ENGINE_TIMEOUT',
    });
  });

  it('does not hold up closing', async () => {
    planFaults(folder, [{ on: 'score', act: 'hang' }]);
    const closing = open();
    const work = closing.score([prompt], answers);
    const ended = expect(work).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
    await until(() => callsOf(folder).some((call) => call.startsWith('score')));
    const { pid } = closing;
    await closing.close();
    await ended;
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
  });
});

describe('a model that cannot be opened', () => {
  it('is reported at once to all who asked, and tried again only when asked again', async () => {
    await died();
    planFaults(folder, [{ on: 'openEngine', act: 'refuse', code: 'MODEL_DAMAGED' }]);
    const asked = [engine.score([prompt], answers), collect(engine, prompt), engine.score([prompt], answers)];
    for (const outcome of await Promise.allSettled(asked)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'MODEL_DAMAGED' } });
    }
    expect(callsOf(folder)).toEqual(['openEngine']);
    const { pid } = engine;
    expect(await engine.score([prompt], answers)).toHaveLength(1);
    expect(engine.pid).toBe(pid);
  });

  it('does not take the other model of the folder with it', async () => {
    await died();
    planFaults(folder, [{ on: 'openEngine', act: 'refuse', code: 'ENGINE_CANNOT', stays: true }]);
    await expect(engine.score([prompt], answers)).rejects.toMatchObject({ code: 'ENGINE_CANNOT' });
    expect(await engine.encodeTexts(['a red cap'])).toHaveLength(1);
    expect(await engine.describeEncoder()).toMatchObject({ space: 'f4ce-space' });
    // What was found out before stays known.
    expect(await engine.describe()).toMatchObject({ checksum: 'f4ce' });
  });

  it('is an error when the child dies over it twice', async () => {
    await died();
    planFaults(folder, [
      { on: 'openEngine', act: 'kill' },
      { on: 'openEngine', act: 'kill' },
    ]);
    await expect(engine.score([prompt], answers)).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringContaining('opened the model'),
    });
    expect(await engine.score([prompt], answers)).toHaveLength(1);
  });

  it('is ENGINE_TIMEOUT when it takes too long', async () => {
    planFaults(folder, [{ on: 'openEngine', act: 'hang' }]);
    await expect(open({ startTimeoutMs: 1500 }).describe()).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
  });

  it('is refused when another model has taken its place', async () => {
    await died();
    planFaults(folder, [{ on: 'openEngine', act: 'change' }]);
    await expect(engine.score([prompt], answers)).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
      message: expect.stringContaining('changed'),
    });
  });

  it('is a clear error when its folder is missing', async () => {
    const nowhere = new EngineProcess({ model: join(folder, 'none') });
    others.push(nowhere);
    await expect(nowhere.describe()).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    await expect(nowhere.describeEncoder()).rejects.toMatchObject({ code: 'MODEL_MISSING' });
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
