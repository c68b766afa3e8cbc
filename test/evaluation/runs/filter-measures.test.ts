/** The measures beside a ranking are those of their own rooms, whatever look they share with the scoring pass. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { evaluateBenchmark } from '../../../src/evaluation/evaluation.ts';
import { OpenSet } from '../../../src/evaluation/metrics/open-set.ts';
import { PairScores } from '../../../src/evaluation/metrics/pair-scores.ts';
import { roc } from '../../../src/evaluation/metrics/roc.ts';
import { ScoreHistogram } from '../../../src/evaluation/metrics/score-histogram.ts';
import { FilterMeasures } from '../../../src/evaluation/runs/filter-measures.ts';
import { bestRows } from '../../../src/evaluation/similarity.ts';
import { Calibration } from '../../../src/retrieval/calibration.ts';
import { defaultShortlist } from '../../../src/retrieval/search-result.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';
import { openSetQuery } from '../metrics/plain-open-set.ts';
import { drawBenchmark, drawnBenchmark, evaluationOptions } from './drawn-benchmark.ts';

const calibration = new Calibration(calibrationNumbers);

it.each([300, 14])('adds every query as the measures would themselves, to a gallery of %d', (size) => {
  const [openSet, pairs, histogram] = [new OpenSet(calibration), new PairScores(), new ScoreHistogram()];
  const measures = new FilterMeasures('image', calibration);
  for (let query = 0; query < 40; query++) {
    const scores = Float32Array.from(
      { length: size },
      (_, row) => Math.sin(row * 12.9898 + query * 78.233) * 0.9,
    );
    const at = (offset: number): number => (query + offset) % size;
    const positives = query % 7 === 0 ? [] : [at(0), at(50), at(200)];
    const relevance = { positives, ignored: query % 3 === 0 ? [at(1), at(3), at(5)] : [] };
    for (const row of positives) scores[row] = Math.min(1, scores[row]! + 0.4);
    openSet.add(openSetQuery(calibration, 'image', scores, relevance, query), query);
    pairs.add(scores, relevance, query);
    histogram.add(scores, relevance, query);

    const best = bestRows(scores, relevance.ignored, defaultShortlist + positives.length);
    const said = calibration.confidences(
      'image',
      best.slice(0, defaultShortlist).map((row) => ({ score: scores[row]! })),
      scores.length - relevance.ignored.length,
    );
    measures.add(scores, relevance, best, said, query);
  }
  expect(measures.report()).toEqual({
    roc: roc(pairs),
    openSet: openSet.report(),
    histogram: histogram.bins(),
  });
});

it('says nothing of what was never asked', () => {
  expect(new FilterMeasures('text', calibration).report()).toEqual({});
});

it('are of the commonest kind of query, over all draws, unless they are left out', async () => {
  const root = await mkdtemp(join(tmpdir(), 'chatreid-measures-'));
  try {
    await drawBenchmark(join(root, 'data'));
    const evaluate = async (measures: boolean) =>
      (
        await evaluateBenchmark(
          drawnBenchmark({ kinds: ['image', 'text', 'text'], trials: [{}, { gallery: [0, 1, 2, 3] }] }),
          evaluationOptions(join(root, 'data'), root, { measures }),
        )
      ).report;
    const report = await evaluate(true);
    expect(report.queryKinds).toEqual({ image: 6, text: 12, mixed: 0 });
    // Each of 12 queries with 2 right answers of 17; in the second draw only some have any, of 3 or 4.
    expect(report.openSet).toMatchObject({ absent: 24 });
    expect(report.roc!.genuine).toBeGreaterThan(24);
    const pairs = report.histogram!.reduce((sum, bin) => sum + bin.genuine + bin.impostors, 0);
    expect(pairs).toBe(report.roc!.genuine + report.roc!.impostors);
    expect(report.timings.measures).toBeGreaterThan(0);
    const plain = await evaluate(false);
    expect([plain.roc, plain.openSet, plain.histogram, plain.timings.measures]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
    ]);
    expect(plain.cmc).toEqual(report.cmc);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
