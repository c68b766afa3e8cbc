/** Both rankings from the same answers: the language model's own, and fused with the filter. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { evaluateBenchmark } from '../../../src/evaluation/evaluation.ts';
import { loadRun } from '../../../src/evaluation/runs/stored-runs.ts';
import type { FusionNumbers } from '../../../src/retrieval/fusion.ts';
import { FakeEngine } from '../../support/fake-engine.ts';
import { drawnBenchmark, evaluationOptions } from './drawn-benchmark.ts';
import { DrawnWorkplace } from './drawn-workplace.ts';

const workplace = new DrawnWorkplace();
const { evaluate } = workplace;

const weights = (filter: number, language: number): FusionNumbers => {
  const pair = { filter, language, bias: 0 };
  const kind = { pair, choice: { filter, language }, pairs: 1, people: 1 };
  return { image: kind, text: kind, mixed: kind };
};

class CountingEngine extends FakeEngine {
  asked = 0;

  override score(...args: Parameters<FakeEngine['score']>) {
    this.asked += args[0].length;
    return super.score(...args);
  }
}

it.each(['pairwise', 'best-choice'] as const)(
  '%s: one run measures both, and asks no more than one',
  async (mode) => {
    const [plainEngine, fusedEngine] = [new CountingEngine(), new CountingEngine()];
    const shortlist = 7;
    const plain = await evaluate({ mode, shortlist, engine: plainEngine });
    const fused = await evaluate({ mode, shortlist, engine: fusedEngine, fusion: weights(0.7, 0.6) });
    expect(fusedEngine.asked).toBe(plainEngine.asked);
    expect(fused.report.run).not.toBe(plain.report.run);
    const { mAP, rank1, mINP, reliability } = plain.report;
    expect(fused.report.pure).toMatchObject({ mAP, rank1, mINP, reliability });
    expect(plain.report.pure).toBeUndefined();
    expect(fused.report.filter!.mAP).toBe(plain.report.filter!.mAP);
  },
);

it.each(['pairwise', 'best-choice', 'full'] as const)('%s: the weights decide', async (mode) => {
  const byFilter = await evaluate({ mode, shortlist: 7, engine: new FakeEngine(), fusion: weights(1, 0) });
  expect(byFilter.report.mAP).toBeCloseTo(byFilter.report.filter!.mAP, 12);
  const byModel = await evaluate({ mode, shortlist: 7, engine: new FakeEngine(), fusion: weights(0, 1) });
  expect(byModel.report.mAP).toBeCloseTo(byModel.report.pure!.mAP, 12);
});

it('goes on from its own answers, and a kind without weights keeps the answers as they are', async () => {
  const engine = new CountingEngine();
  const { image } = weights(0.3, 0.9);
  const options = { mode: 'full', shortlist: 7, engine, fusion: { image } } as const;
  const home = await mkdtemp(join(tmpdir(), 'chatreid-fusion-run-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const measure = () => evaluateBenchmark(drawnBenchmark(), evaluationOptions(workplace.data, home, options));
  const first = await measure();
  const asked = engine.asked;
  const again = await measure();
  expect(engine.asked).toBe(asked);
  expect(again.report.mAP).toBe(first.report.mAP);
  const plain = await evaluate({ mode: 'full', shortlist: 7, engine: new FakeEngine() });
  const [{ queries: mine }, { queries: theirs }] = await Promise.all([
    loadRun(first.report.run),
    loadRun(plain.report.run),
  ]);
  for (const [at, result] of mine.entries()) {
    if (result.kind !== 'image') expect(result.top).toEqual(theirs[at]!.top);
  }
});
