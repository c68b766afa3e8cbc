/** SIGKILL at any moment of an evaluation, then again until it is done: as if nothing had happened. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EvaluationReport, evaluateBenchmark } from '../../../src/evaluation/evaluation.ts';
import type { ErrorReport } from '../../../src/foundation/error.ts';
import { drawBenchmark, drawnBenchmark, evaluationOptions, SlowEngine } from './drawn-benchmark.ts';

interface ChildMessage {
  readonly phase?: string;
  readonly done?: number;
  readonly report?: EvaluationReport;
  readonly error?: ErrorReport;
}

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-killed-'));
  data = join(root, 'data');
  await drawBenchmark(data);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const script = fileURLToPath(new URL('./evaluate-process.ts', import.meta.url));

function startChild(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', script, data, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The first message that passes; fails when the process ends without it. */
function message(child: ChildProcess, wanted: (sent: ChildMessage) => boolean): Promise<ChildMessage> {
  return new Promise((resolve, reject) => {
    child.on('message', (sent: ChildMessage) => {
      if (wanted(sent)) resolve(sent);
    });
    child.on('exit', (code, signal) => reject(new Error(`The child ended (${code ?? signal}) too early.`)));
  });
}

function judgedAtLeast(count: number, { phase, done = 0 }: ChildMessage): boolean {
  return phase === 'judging' && done >= count;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** All of a report but what a clock and a folder say of it. */
function timeless({ seconds: _, timings: __, run: ___, encoded: ____, language, ...rest }: EvaluationReport) {
  const { engineSeconds: _____, judgedNow: ______, ...judging } = language!;
  return { ...rest, language: judging };
}

async function lines(folder: string, name: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(folder, name), 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));
}

async function runFolder(home: string): Promise<string> {
  const [name] = await readdir(join(home, 'evaluations'));
  return join(home, 'evaluations', name!);
}

describe('an evaluation that is killed', () => {
  it.each(['pairwise', 'full'] as const)(
    'goes on where it was and ends with the same result (%s)',
    async (mode) => {
      const straight = join(root, `straight-${mode}`);
      const undisturbed = await evaluateBenchmark(
        drawnBenchmark(),
        evaluationOptions(data, straight, { mode, engine: new SlowEngine() }),
      );
      const home = join(root, `killed-${mode}`);
      // Once while it embeds or begins, then at random moments of its judging.
      for (const done of [0, 1, 2, 3]) {
        const child = startChild(home, mode, '25');
        await message(child, (sent) => (done === 0 ? sent.phase === 'encoding' : judgedAtLeast(done, sent)));
        await sleep(Math.random() * 100);
        await kill(child);
      }
      const text = await readFile(join(await runFolder(home), 'judged.jsonl'), 'utf8');
      const kept = text.split('\n').length - 1;
      expect(kept).toBeGreaterThan(2);
      expect(kept).toBeLessThan(undisturbed.report.language!.judged);
      await expect(readFile(join(await runFolder(home), 'report.json'))).rejects.toMatchObject({
        code: 'ENOENT',
      });

      const engine = new SlowEngine();
      const { report, outcomes } = await evaluateBenchmark(
        drawnBenchmark(),
        evaluationOptions(data, home, { mode, engine }),
      );
      expect(timeless(report)).toEqual(timeless(undisturbed.report));
      expect(outcomes).toEqual(undisturbed.outcomes);
      expect(report.language!.judgedNow).toBe(report.language!.judged - kept);
      expect(engine.asked).toBeLessThan(report.language!.enginePrompts);
      const [mine, theirs] = [await runFolder(home), await runFolder(straight)];
      expect(await lines(mine, 'judged.jsonl')).toEqual(await lines(theirs, 'judged.jsonl'));
      expect(await lines(mine, 'queries.jsonl')).toEqual(await lines(theirs, 'queries.jsonl'));
      expect((await readdir(mine)).sort()).toEqual([
        'judged.jsonl',
        'queries.jsonl',
        'report.json',
        'run.json',
        'run.lock',
      ]);
    },
  );

  it('judges again what was torn or damaged, and nothing else', async () => {
    const home = join(root, 'torn');
    const options = evaluationOptions(data, home, { mode: 'pairwise' });
    const first = await evaluateBenchmark(drawnBenchmark(), { ...options, engine: new SlowEngine() });
    const path = join(first.report.run, 'judged.jsonl');
    const text = await readFile(path, 'utf8');
    await truncate(path, Buffer.byteLength(text) - 30);
    const torn = await evaluateBenchmark(drawnBenchmark(), { ...options, engine: new SlowEngine() });
    expect(torn.report.language!.judgedNow).toBe(1);
    expect(timeless(torn.report)).toEqual(timeless(first.report));
    expect(await lines(first.report.run, 'judged.jsonl')).toHaveLength(first.report.language!.judged);

    const [line] = text.split('\n');
    const other = { ...(JSON.parse(line!) as { candidates: string[] }) };
    other.candidates = other.candidates.toReversed().slice(1);
    await appendFile(path, `no line\n${JSON.stringify(other)}\n{"trial":0}\n`);
    const damaged = await evaluateBenchmark(drawnBenchmark(), { ...options, engine: new SlowEngine() });
    expect(damaged.report.language!.judgedNow).toBe(0);
    expect(timeless(damaged.report)).toEqual(timeless(first.report));

    // A whole line, but of another shortlist.
    const whole = JSON.parse(line!) as Record<string, unknown>;
    const shorter = Object.fromEntries(
      Object.entries(whole).map(([key, value]) => [key, Array.isArray(value) ? value.slice(0, -1) : value]),
    );
    await appendFile(path, `${JSON.stringify(shorter)}\n`);
    const foreign = await evaluateBenchmark(drawnBenchmark(), { ...options, engine: new SlowEngine() });
    expect(foreign.report.language!.judgedNow).toBe(1);
    expect(timeless(foreign.report)).toEqual(timeless(first.report));
  });

  it('keeps an order without probabilities as it is', async () => {
    const home = join(root, 'order');
    const run = async () =>
      (
        await evaluateBenchmark(
          drawnBenchmark(),
          evaluationOptions(data, home, { mode: 'best-choice', engine: new SlowEngine() }),
        )
      ).report;
    const first = await run();
    const before = await lines(first.run, 'queries.jsonl');
    const again = await run();
    expect(again.language!.judgedNow).toBe(0);
    expect(timeless(again)).toEqual(timeless(first));
    expect(await lines(first.run, 'queries.jsonl')).toEqual(before);
  });

  it('is refused to a second process while the first is at it, and free after its death', async () => {
    const home = join(root, 'two');
    const child = startChild(home, 'pairwise', '60');
    await message(child, ({ phase, done }) => phase === 'judging' && done! > 0);
    const second = () =>
      evaluateBenchmark(
        drawnBenchmark(),
        evaluationOptions(data, home, { mode: 'pairwise', engine: new SlowEngine() }),
      );
    await expect(second()).rejects.toMatchObject({ code: 'EVALUATION_BUSY' });
    // Another evaluation is another folder.
    await evaluateBenchmark(drawnBenchmark(), evaluationOptions(data, home));
    await kill(child);
    expect((await second()).report.language!.judgedNow).toBeGreaterThan(0);
  });
});
