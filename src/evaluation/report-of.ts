/** From what a pass measured to the report. */
import type { EncoderDescription } from '../engine/encoder.ts';
import type { EngineDescription } from '../engine/engine.ts';
import type { QueryKind } from '../retrieval/query.ts';
import type { Benchmark } from './benchmark.ts';
import type { EmbeddedBenchmark, EmbeddedQuery } from './benchmark-embedding.ts';
import type { EvaluationReport, LanguageReport } from './evaluation-report.ts';
import { type Reliability, reliability } from './metrics/reliability.ts';
import { meanOfTrials, type QueryOutcome, type RetrievalSummary } from './metrics/retrieval-metrics.ts';
import type { Protocol } from './protocol.ts';
import type { Draw } from './runs/draw.ts';
import type { FilterMeasures } from './runs/filter-measures.ts';
import type { RunIdentity } from './runs/run-identity.ts';
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
  readonly run: string;
  /** Milliseconds, of the monotonic clock. */
  readonly start: number;
  readonly embeddedAt: number;
}

/** @throws ChatReidError DATASET_INVALID where nothing was to be measured */
export function reportOf(pass: FinishedPass): EvaluationReport {
  const { identity, benchmark, protocol, description, engine, embedded, draws, scored } = pass;
  const { slice, filter: thresholds, language } = identity;
  const filter = summaryOf(pass, (draw) => draw.filterOutcomes);
  const final = language ? summaryOf(pass, (draw) => draw.finalOutcomes) : filter;
  const queryKinds = countKinds(embedded.queries);
  const missing = [
    ...pass.differences,
    ...embedded.leftOut,
    ...(slice ? [`Only ${slice.asked} of the ${slice.of} queries were asked, evenly spread.`] : []),
  ];
  const measured = pass.measures?.report() ?? {};
  const measures = pass.measures?.spent ?? 0;
  const end = performance.now();
  const { judging, metrics } = scored;
  const similarity = end - pass.embeddedAt - metrics - judging - measures;
  return {
    benchmark: benchmark.name,
    setting: identity.setting,
    corrected: identity.corrected,
    protocol: protocol.rule,
    mode: identity.mode,
    partial: missing.length > 0,
    notes: [...missing, ...pass.remarks],
    queries: embedded.queries.length,
    queryKinds,
    ...(slice ? { slice } : {}),
    gallery: embedded.gallery.length,
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

/** A slice may leave a draw without anything to measure: it is passed over then. */
function summaryOf(
  { draws, identity: { slice } }: FinishedPass,
  outcomes: (draw: Draw) => readonly QueryOutcome[],
): RetrievalSummary {
  const asked = slice ? draws.filter((draw) => outcomes(draw).length > 0) : draws;
  return meanOfTrials((asked.length > 0 ? asked : draws).map((draw) => draw.summary(outcomes(draw))));
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
