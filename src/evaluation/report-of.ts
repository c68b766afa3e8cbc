/** From what a pass measured to the report. */
import type { EncoderDescription } from '../engine/encoder.ts';
import type { EngineDescription } from '../engine/engine.ts';
import type { QueryKind } from '../retrieval/query.ts';
import type { Benchmark } from './benchmark.ts';
import type { EmbeddedBenchmark, EmbeddedQuery } from './benchmark-embedding.ts';
import type { EvaluationReport, LanguageReport } from './evaluation-report.ts';
import { type Reliability, reliability } from './metrics/reliability.ts';
import { meanOfTrials, type RetrievalSummary } from './metrics/retrieval-metrics.ts';
import type { Protocol } from './protocol.ts';
import type { Draw } from './runs/draw.ts';
import type { FilterMeasures } from './runs/filter-measures.ts';
import { galleryFingerprint, type RunIdentity } from './runs/run-identity.ts';
import type { Said, Scored } from './runs/scoring-pass.ts';

export interface FinishedPass {
  readonly identity: RunIdentity;
  readonly benchmark: Benchmark;
  readonly protocol: Protocol;
  readonly description: EncoderDescription;
  readonly engine: EngineDescription | undefined;
  readonly embedded: EmbeddedBenchmark;
  readonly draws: readonly Draw[];
  readonly scored: Scored;
  readonly measures: FilterMeasures | undefined;
  readonly differences: readonly string[];
  readonly remarks: readonly string[];
  /** Absolute path of the data set. */
  readonly data: string;
  readonly run: string;
  /** Milliseconds, of the monotonic clock. */
  readonly start: number;
  readonly embeddedAt: number;
}

/** @throws ChatReidError DATASET_INVALID where nothing was to be measured */
export function reportOf(pass: FinishedPass): EvaluationReport {
  const { identity, benchmark, protocol, description, engine, embedded, scored } = pass;
  const { slice, filter: thresholds, language } = identity;
  const queryKinds = countKinds(embedded.queries);
  const missing = [
    ...pass.differences,
    ...firstOf(embedded.leftOut),
    ...(slice ? [`Only ${slice.asked} of the ${slice.of} queries were asked, evenly spread.`] : []),
  ];
  const draws = measuredDraws(pass.draws, missing.length > 0);
  const filter = meanOfTrials(draws.map((draw) => draw.summary(draw.filterOutcomes)));
  const final = language ? meanOfTrials(draws.map((draw) => draw.summary(draw.finalOutcomes))) : filter;
  const measured = pass.measures?.report() ?? {};
  const measures = pass.measures?.spent ?? 0;
  const end = performance.now();
  const { judging, metrics } = scored;
  const similarity = end - pass.embeddedAt - metrics - judging - measures;
  return {
    benchmark: benchmark.name,
    setting: identity.setting,
    data: pass.data,
    corrected: identity.corrected,
    protocol: protocol.rule,
    mode: identity.mode,
    partial: missing.length > 0,
    notes: [...missing, ...pass.remarks],
    queries: embedded.queries.length,
    queryKinds,
    ...(slice ? { slice } : {}),
    gallery: embedded.gallery.length,
    galleryContent: galleryFingerprint(embedded.gallery),
    trials: draws.length,
    skipped: scored.skipped,
    ...final,
    // What the filter left is the same for every mode.
    filterCeiling: filter.filterCeiling,
    filterCeilingRank1: filter.filterCeilingRank1,
    filterRecall: filter.filterRecall,
    keptShare: filter.keptShare,
    ...ranks(final),
    tau: thresholds.taus[commonestKind(embedded.queries)]!,
    taus: thresholds.taus,
    reliability: reliabilityOf(language ? scored.final : scored.filter),
    ...(language && engine ? { language: languageReport(language, engine, scored, final) } : {}),
    ...(language
      ? {
          filter: {
            ...filter,
            ...ranks(filter),
            reliability: reliabilityOf(scored.filter),
          },
        }
      : {}),
    ...(language?.fusion
      ? {
          pure: {
            ...pureOf(draws),
            reliability: reliabilityOf(scored.pure),
          },
        }
      : {}),
    ...measured,
    encoder: { name: description.name, space: description.space, device: description.device },
    encoded: embedded.encoded,
    seconds: (end - pass.start) / 1000,
    timings: {
      embedding: (pass.embeddedAt - pass.start) / 1000,
      similarity: similarity / 1000,
      judging: judging / 1000,
      metrics: metrics / 1000,
      measures: measures / 1000,
    },
    run: pass.run,
  };
}

/** A part of the data set may leave a draw without anything to measure: it is passed over then. */
function measuredDraws(draws: readonly Draw[], partial: boolean): readonly Draw[] {
  const measured = draws.filter((draw) => draw.filterOutcomes.length > 0);
  return partial && measured.length > 0 ? measured : draws;
}

/** A data set without its pictures must not bury its report. */
const toldRows = 20;

function firstOf(leftOut: readonly string[]): readonly string[] {
  const more = leftOut.length - toldRows;
  if (more <= 0) return leftOut;
  return [...leftOut.slice(0, toldRows), `${more} more pictures or queries were left out.`];
}

/** @param final whose ceiling is that of the judged candidates: see the scoring pass */
function languageReport(
  { shortlist, prompts }: NonNullable<RunIdentity['language']>,
  { name, checksum, kind, device, dtype }: EngineDescription,
  { language }: Scored,
  final: RetrievalSummary,
): LanguageReport {
  return {
    engine: { name, checksum, kind, device, dtype },
    prompts: Object.keys(prompts),
    shortlist,
    judged: language.judged,
    judgedNow: language.judgedNow,
    emptyShortlists: language.empty,
    candidates: language.judged === 0 ? 0 : language.candidates / language.judged,
    enginePrompts: language.prompts,
    engineSeconds: language.seconds,
    shortlistCeiling: { mAP: final.filterCeiling, rank1: final.filterCeilingRank1 },
  };
}

function reliabilityOf({ confidences, correct }: Said): Reliability {
  return reliability(confidences, correct);
}

/** The language model's own ranking, from the answers that the final one was fused of. */
function pureOf(draws: readonly Draw[]) {
  const summary = meanOfTrials(draws.map((draw) => draw.summary(draw.pureOutcomes)));
  return { ...summary, ...ranks(summary) };
}

function ranks({ cmc }: RetrievalSummary): { rank1: number; rank5: number; rank10: number } {
  const at = (k: number): number => cmc[Math.min(k, cmc.length) - 1]!;
  return { rank1: at(1), rank5: at(5), rank10: at(10) };
}

function countKinds(queries: readonly EmbeddedQuery[]): Record<QueryKind, number> {
  const counts = { image: 0, text: 0, mixed: 0 };
  for (const { kind } of queries) counts[kind]++;
  return counts;
}

export function commonestKind(queries: readonly EmbeddedQuery[]): QueryKind {
  const counts = countKinds(queries);
  return (['image', 'text', 'mixed'] as const).reduce((a, b) => (counts[b] > counts[a] ? b : a));
}
