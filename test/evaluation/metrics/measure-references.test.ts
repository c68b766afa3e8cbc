/** The measures that are not ranks agree with the reference implementations' own answers on 350 seeded random cases. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { dialogueMetrics } from '../../../src/evaluation/metrics/dialogue-metrics.ts';
import { PairScores, type PairScoresOptions } from '../../../src/evaluation/metrics/pair-scores.ts';
import { rankPositives } from '../../../src/evaluation/metrics/positive-ranks.ts';
import { reliability } from '../../../src/evaluation/metrics/reliability.ts';
import { type Roc, roc } from '../../../src/evaluation/metrics/roc.ts';
import { acrossCameras, anyCamera } from '../../../src/evaluation/protocol.ts';

interface RocCase {
  readonly queryPersons: number[];
  readonly queryCameras: number[];
  readonly galleryPersons: number[];
  readonly galleryCameras: number[];
  readonly distances: number[][];
  readonly genuine: number;
  readonly impostors: number;
  readonly fastreid: number[];
  readonly fnmr: number[];
  readonly eer: number;
  readonly auc: number;
}

interface DialogueCase {
  readonly queryPersons: number[];
  readonly galleryPersons: number[];
  /** [round, query, gallery] */
  readonly similarities: number[][][];
  /** [query, round] */
  readonly ranks: number[][];
  readonly llavaReid: number;
  readonly plugir: number;
  /** [k, cumulative hits], of dialogues with eleven rounds. */
  readonly chatir?: [number, number[]][];
}

interface References {
  readonly rates: number[];
  readonly roc: RocCase[];
  readonly dialogues: DialogueCase[];
  readonly reliability: { bins: number; confidences: number[]; correct: boolean[]; guo: number }[];
}

const file = new URL('../../fixtures/evaluation/measure-references.json.gz', import.meta.url);
const references = JSON.parse(gunzipSync(readFileSync(file)).toString()) as References;
const numbered = <T>(cases: readonly T[]): [number, T][] => cases.map((one, index) => [index, one]);

function measured(one: RocCase, scoreOf: (distance: number) => number, options?: PairScoresOptions): Roc {
  const gallery = one.galleryPersons.map((person, row) => ({
    personId: String(person),
    cameraId: String(one.galleryCameras[row]),
  }));
  const relevanceOf = acrossCameras.prepare(gallery);
  const pairs = new PairScores(options);
  for (const [row, person] of one.queryPersons.entries()) {
    const query = { personId: String(person), cameraId: String(one.queryCameras[row]) };
    pairs.add(Float64Array.from(one.distances[row]!, scoreOf), relevanceOf(query), row);
  }
  return roc(pairs, references.rates);
}

const apart = (ours: readonly number[], theirs: readonly number[]): number => {
  expect(ours).toHaveLength(theirs.length);
  return Math.max(...ours.map((value, at) => Math.abs(value - theirs[at]!)));
};

describe('verification', () => {
  it('has the cases that go wrong: ties, queries without an answer, same-camera junk', () => {
    const cases = references.roc;
    expect(cases).toHaveLength(100);
    const tied = cases.filter(
      ({ distances }) => new Set(distances.flat()).size < distances.length * distances[0]!.length,
    );
    const unanswered = cases.filter((one) => one.queryPersons.some((id) => !one.galleryPersons.includes(id)));
    const junk = cases.filter(
      (one) => one.genuine + one.impostors < one.queryPersons.length * one.galleryPersons.length,
    );
    for (const some of [tied, unanswered, junk]) expect(some.length).toBeGreaterThan(30);
  });

  it.each(numbered(references.roc))('case %i is as fast-reid and the definitions have it', (_, one) => {
    const ours = measured(one, (distance) => -distance);
    expect([ours.genuine, ours.impostors]).toEqual([one.genuine, one.impostors]);
    expect(ours.exactFrom).toBeUndefined();
    expect(
      apart(
        ours.fastReid.map(({ value }) => value),
        one.fastreid,
      ),
    ).toBeLessThanOrEqual(1e-12);
    expect(
      apart(
        ours.operatingPoints.map(({ falseNonMatchRate }) => falseNonMatchRate),
        one.fnmr,
      ),
    ).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(ours.equalErrorRate.value - one.eer)).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(ours.areaUnderCurve.value - one.auc)).toBeLessThanOrEqual(1e-12);
    const bounds = [...ours.operatingPoints, ours.equalErrorRate, ours.areaUnderCurve].map((a) => a.bound);
    expect(Math.max(...bounds)).toBe(0);
  });

  it.each(numbered(references.roc))('case %i is within its bounds where scores share bins', (_, one) => {
    // A range a million times too wide puts several distances into one bin, as a data set of millions of pairs does.
    const ours = measured(one, (distance) => -distance, { range: [-4e9, 4e9], held: 20 });
    const within = (bounded: { value: number; bound: number }, exact: number): void => {
      expect(Math.abs(bounded.value - exact)).toBeLessThanOrEqual(bounded.bound + 1e-12);
    };
    for (const [at, { falseNonMatchRate, falseMatchRate, bound, rate }] of ours.operatingPoints.entries()) {
      expect(falseMatchRate).toBeLessThanOrEqual(rate);
      expect(falseNonMatchRate).toBeGreaterThanOrEqual(one.fnmr[at]! - 1e-12);
      within({ value: falseNonMatchRate, bound }, one.fnmr[at]!);
    }
    within(ours.equalErrorRate, one.eer);
    within(ours.areaUnderCurve, one.auc);
  });
});

describe('dialogues', () => {
  it.each(numbered(references.dialogues))('case %i is as LLaVA-ReID, PlugIR and ChatIR have it', (_, one) => {
    const gallery = one.galleryPersons.map((person) => ({ personId: String(person) }));
    const relevanceOf = anyCamera.prepare(gallery);
    const ranks = one.queryPersons.map((person, query) => {
      const relevance = relevanceOf({ personId: String(person) });
      if (relevance.positives.length === 0) return undefined;
      return one.similarities.map(
        (round) => rankPositives(Float64Array.from(round[query]!), relevance, 0, query).ranks[0]!,
      );
    });
    const gallerySize = gallery.length;
    expect(ranks.map((row, query) => row ?? one.ranks[query]!.map(() => gallerySize + 1))).toEqual(one.ranks);
    const ours = dialogueMetrics(ranks, { gallerySize });
    expect(ours.evaluated).toBe(one.queryPersons.length);
    expect(Math.abs(ours.bestLogRankIntegral! - one.llavaReid)).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(ours.bestLogRankIntegral! - one.plugir)).toBeLessThanOrEqual(1e-12);
    for (const [k, hits] of one.chatir ?? []) {
      const { cumulative } = ours.hits.find((some) => some.k === k)!;
      expect(apart(cumulative, hits)).toBeLessThanOrEqual(1e-12);
    }
  });

  it('are a hundred with eleven rounds, as ChatIR knows them, and some of each kind', () => {
    const cases = references.dialogues;
    expect(cases.filter(({ chatir }) => chatir !== undefined)).toHaveLength(100);
    expect(
      cases.filter((one) => one.queryPersons.some((id) => !one.galleryPersons.includes(id))).length,
    ).toBeGreaterThan(30);
  });
});

describe('reliability', () => {
  it.each(numbered(references.reliability))('case %i is as Guo et al. have it', (_, one) => {
    const { ece } = reliability(one.confidences, one.correct, one.bins);
    expect(Math.abs(ece - one.guo)).toBeLessThanOrEqual(1e-12);
  });
});
