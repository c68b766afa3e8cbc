/** A run that nobody made: twelve queries over drawn pictures, for the pages that show it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { EvaluationReport } from '../../../src/evaluation/evaluation-report.ts';
import { reliability } from '../../../src/evaluation/metrics/reliability.ts';
import type { ReportInput } from '../../../src/evaluation/report/report-input.ts';
import type { QueryResult } from '../../../src/evaluation/runs/query-result.ts';

const people = 12;

export const drawnReport: EvaluationReport = {
  benchmark: 'market1501',
  setting: 'across-cameras',
  data: '/data/Market-1501-v15.09.15',
  corrected: false,
  protocol: 'gallery pictures of the same person in the same camera as the query are ignored',
  mode: 'filter',
  partial: false,
  notes: [],
  queries: people,
  queryKinds: { image: people, text: 0, mixed: 0 },
  gallery: people * 2,
  galleryContent: 'ab'.repeat(32),
  trials: 1,
  skipped: 0,
  mAP: 0.5321,
  mINP: 0.25,
  cmc: [0.5, 0.6, 0.7, 0.75, 0.8, 0.82, 0.84, 0.86, 0.88, 0.9],
  rank1: 0.5,
  rank5: 0.8,
  rank10: 0.9,
  filterCeiling: 0.95,
  filterCeilingRank1: 0.98,
  filterRecall: 0.97,
  keptShare: 0.071,
  evaluated: people,
  tau: 0.29,
  taus: { image: 0.29 },
  reliability: reliability([0.1, 0.95, 0.95, 0.5], [false, true, true, false]),
  encoder: { name: 'drawn', space: 'a901e11d88114fb461a3872d1f9c4422f287d9e9', device: 'cpu' },
  encoded: 0,
  seconds: 83.4,
  timings: { embedding: 80, similarity: 2.2, judging: 0, metrics: 1.2, measures: 0.7 },
  run: 'runs/market1501-across-cameras-filter-0123456789ab',
};

export const drawnMeasures = {
  histogram: [
    { from: -0.1, to: 0, genuine: 0, impostors: 60 },
    { from: 0, to: 0.1, genuine: 0, impostors: 120 },
    { from: 0.1, to: 0.2, genuine: 2, impostors: 20 },
    { from: 0.2, to: 0.3, genuine: 18, impostors: 0 },
  ],
  roc: {
    genuine: 20,
    impostors: 200,
    operatingPoints: [
      { rate: 0.01, threshold: 0.15, falseMatchRate: 0.01, falseNonMatchRate: 0.3, bound: 0 },
      { rate: 0.1, threshold: 0.05, falseMatchRate: 0.1, falseNonMatchRate: 0.05, bound: 0 },
    ],
    equalErrorRate: { value: 0.08, bound: 0 },
    areaUnderCurve: { value: 0.9876, bound: 0 },
    fastReid: [],
    curve: [
      { falseMatchRate: 0, falseNonMatchRate: 1, threshold: 1 },
      { falseMatchRate: 0.005, falseNonMatchRate: 0.4, threshold: 0.2 },
      { falseMatchRate: 0.1, falseNonMatchRate: 0.05, threshold: 0.05 },
      { falseMatchRate: 1, falseNonMatchRate: 0, threshold: -1 },
    ],
  },
  openSet: {
    present: 12,
    absent: 12,
    atRates: [
      {
        rate: 0.01,
        absent: { found: 0.0123, unsure: 0.2, notInGallery: 0.7877 },
        present: { found: 0.777, misidentified: 0.031, unsure: 0.15, notInGallery: 0.042 },
      },
      { rate: 0.1, absent: { found: 0.09, unsure: 0.1, notInGallery: 0.81 } },
    ],
    bestAtRates: [{ rate: 0.01, threshold: 0.5, falseAlarmRate: 0.01, detectionRate: 0.812 }],
    curve: [],
  },
} as const;

/** Query i has average precision i / 12, and only its second candidate is right. */
export function drawnResult(i: number): QueryResult {
  return {
    trial: 0,
    source: `query/${String(i).padStart(4, '0')}.jpg`,
    kind: 'image',
    content: '0123456789abcdef',
    personId: String(i),
    firstRank: 2,
    averagePrecision: i / people,
    inversePenalty: 0.1,
    correct: false,
    firstConfidence: 0.42,
    kept: 9,
    top: [0, 1].map((k) => ({
      source: `gallery/${String(i).padStart(4, '0')}_${k}.jpg`,
      correct: k === 1,
      score: 0.9 - k / 10,
    })),
  };
}

/** Draws 3 pictures a query under `folder`. */
export async function drawnInput(folder: string): Promise<ReportInput> {
  await Promise.all(['query', 'gallery'].map((name) => mkdir(join(folder, name), { recursive: true })));
  const results = Array.from({ length: people }, (_, i) => drawnResult(i));
  const draw = async (source: string, i: number): Promise<void> => {
    await sharp({
      create: { width: 32, height: 64, channels: 3, background: { r: i * 20, g: 90, b: 200 - i * 9 } },
    })
      .jpeg()
      .toFile(join(folder, source));
  };
  for (const [i, { source, top }] of results.entries()) {
    await draw(source, i);
    for (const candidate of top) await draw(candidate.source, i + 1);
  }
  return {
    benchmark: {
      name: 'market1501',
      title: 'Market-1501',
      settings: [{ name: 'across-cameras', title: 'across cameras', quirks: [] }],
    },
    report: drawnReport,
    results,
    queries: results.map(({ source, personId }) => ({ source, personId, path: join(folder, source) })),
    gallery: results.flatMap(({ top, personId }) =>
      top.map(({ source }) => ({ source, personId, path: join(folder, source) })),
    ),
    date: '2026-11-24T13:40:00Z',
    command: 'chatreid evaluate market1501 --data ./market --html report.html',
  };
}
