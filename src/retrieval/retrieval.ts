/** The search: filter by τ, multi-turn best choice, ranking by confidence, decision (paper section 4.1, "Evaluation strategy"). */
import type { Encoder } from '../engine/encoder.ts';
import type { Engine } from '../engine/engine.ts';
import { ChatReidError } from '../foundation/error.ts';
import type { Picture } from '../foundation/picture.ts';
import type { GalleryStore, PictureRecord, Scope, SearchOutcome } from '../gallery/gallery-store.ts';
import type { Calibration } from './calibration.ts';
import { Comparison } from './comparison.ts';
import { checkFalseMatchRate, decide, defaultFalseMatchRate } from './decision.ts';
import { type FusionMode, type FusionNumbers, fuse, pickingBy } from './fusion.ts';
import { rankByLanguage } from './language-ranking.ts';
import { cohortRanks } from './presence.ts';
import { checkWords, type Query, type QueryKind, queryKind } from './query.ts';
import { dot, encodeQuery } from './query-vector.ts';
import {
  defaultShortlist,
  type RankedCandidate,
  type SearchMode,
  type SearchResult,
} from './search-result.ts';
import type { AttributeProbes } from './traits/attribute-probes.ts';
import { SaidTraits, type VectorWeigher, weighedHits } from './traits/said-traits.ts';

export interface RetrievalParts {
  readonly store: GalleryStore;
  readonly encoder: Encoder;
  readonly calibration: Calibration;
  /** Absent where the model folder has no language model: the filter's order is the ranking then, and a note says so. */
  readonly engine?: Engine;
  /** How the language model's answers and the filter are weighed together; absent where it was not measured. */
  readonly fusion?: FusionNumbers;
  /** What the filter sees of a person's attributes; without it a query's traits count by their words alone. */
  readonly probes?: AttributeProbes;
}

export interface SearchOptions {
  readonly scope?: Scope;
  /** Length of the ranking, 1 or more. Default 10. */
  readonly top?: number;
  /** Most candidates the language model looks at. Default 100. */
  readonly shortlist?: number;
  /** Default `full` with a language model, `filter` without. */
  readonly mode?: SearchMode;
  /** Overrides the calibrated τ of the query's kind. */
  readonly tau?: number;
  /** Default `calibrated`: fused with the filter where the model folder has the numbers for this kind of query. */
  readonly fusion?: FusionMode;
  /** 0 < rate < 1, default 0.01. */
  readonly falseMatchRate?: number;
  readonly signal?: AbortSignal;
  /** Called with the filter's ranking as soon as it is known, before the language model has looked. */
  readonly onFirstPage?: (page: SearchResult) => void;
}

interface Candidate {
  readonly record: PictureRecord;
  readonly picture: Picture & { readonly path: string };
  readonly filterScore: number;
  /** Similarities to people who were ruled out. */
  readonly negatives: readonly number[];
  /** Natural-log likelihood ratio of what was said of the person; 0 where nothing was. */
  readonly evidence: number;
  readonly confidence: number;
}

/** What the filter found, and what its hits are weighed anew by. */
interface Found {
  readonly outcome: SearchOutcome;
  readonly space: string;
  /** Vectors of people who were ruled out. */
  readonly negatives: readonly Float32Array[];
  readonly said: VectorWeigher | undefined;
}

export class Retrieval {
  readonly #traits: SaidTraits | undefined;

  constructor(private readonly parts: RetrievalParts) {
    this.#traits = parts.probes && new SaidTraits(parts.store, parts.probes);
  }

  /** The same search over another store: a view of this one's that shows only what somebody may see. */
  within(store: GalleryStore): Retrieval {
    return new Retrieval({ ...this.parts, store });
  }

  /**
   * @throws ChatReidError QUERY_EMPTY, QUERY_WORDS_UNSUPPORTED, OPTION_INVALID, ENGINE_CANNOT (a mode that needs a
   *   language model), GALLERY_*, PICTURE_* of a query picture, CANCELLED
   */
  async search(gallery: string, query: Query, options: SearchOptions = {}): Promise<SearchResult> {
    const { calibration, encoder, store } = this.parts;
    const { signal } = options;
    const started = performance.now();
    const kind = queryKind(query);
    if (!kind) {
      throw new ChatReidError(
        'QUERY_EMPTY',
        'There is nothing to look for yet.',
        'Give a picture, some words, or both.',
      );
    }
    checkWords(query.words);
    const mode = this.chooseMode(options.mode);
    const tau = options.tau ?? calibration.tau(kind);
    const top = whole(options.top ?? 10, 'The length of the ranking');
    const falseMatchRate = checkFalseMatchRate(options.falseMatchRate ?? defaultFalseMatchRate);
    const shortlist = whole(options.shortlist ?? defaultShortlist, 'The size of the shortlist');

    const { space } = await encoder.describeEncoder();
    const vectors = await encodeQuery(encoder, query, calibration.textWeight, signal);
    const encoded = performance.now();
    const length = Math.max(top, shortlist, cohortRanks);
    const said = await this.#traits?.of(gallery, space, kind, query.traits ?? []);

    const outcome = await store.search(gallery, {
      space,
      vector: vectors.query,
      tau,
      limit: Math.max(length, said ? weighedHits : 0),
      scope: withoutNegatives(options.scope, query),
      ...(signal ? { signal } : {}),
    });
    const found = { outcome, space, negatives: vectors.negatives, said };
    const candidates = await this.candidates(gallery, kind, found, length);
    const filtered = performance.now();

    const notes = await this.notes(gallery, space);
    if (!this.#traits && query.traits?.some(({ present }) => !present)) {
      notes.push('What the person did not have could not be weighed: this model folder knows no attributes.');
    }

    const answer = (ranking: readonly RankedCandidate[], done: SearchMode): SearchResult => {
      const now = performance.now();
      return {
        kind,
        mode: done,
        ...decide(calibration, kind, ranking, outcome.of, falseMatchRate),
        ranking: ranking.slice(0, top),
        filter: { kept: outcome.kept, of: outcome.of, tau },
        timings: {
          encode: encoded - started,
          filter: filtered - encoded,
          rank: now - filtered,
          total: now - started,
        },
        notes: [...notes],
      };
    };

    const firstPage = answer(candidates.map(byFilter), 'filter');
    if (mode === 'filter' || !this.parts.engine) return firstPage;
    options.onFirstPage?.(firstPage);

    const kept = candidates.filter(({ filterScore }) => filterScore >= tau).slice(0, shortlist);
    const comparison = await Comparison.of(kind, query);
    const fusion = options.fusion === 'none' ? undefined : this.parts.fusion?.[kind];
    const picking = fusion
      ? pickingBy<Candidate>(
          fusion,
          ({ filterScore }) => calibration.logLikelihoodRatio(kind, filterScore),
          ({ evidence }) => evidence,
        )
      : undefined;
    const judged = await rankByLanguage(this.parts.engine, comparison, kept, mode, signal, picking);
    const seen = new Set(kept);
    const rest = candidates.filter((candidate) => !seen.has(candidate));
    if (fusion) {
      const scored = judged.map((one) => ({ ...one, candidate: scoredOf(one.candidate) }));
      const fused = fuse(calibration, kind, fusion, scored, rest.map(scoredOf), outcome.of);
      notes.push(
        'Confidences weigh the language model and the filter together, as measured on known people.',
      );
      return answer(
        neverRising([
          ...fused.map(({ candidate, confidence }) => ({ ...candidate.of, confidence, compared: true })),
          ...rest.map((candidate) => ({ ...candidate, compared: false })),
        ]).map(ranked),
        mode,
      );
    }
    notes.push("Confidences are the language model's own where it compared, and not calibrated.");
    const ranking = [
      ...judged.map(({ candidate, confidence }) => ({
        ...candidate,
        confidence: confidence ?? candidate.confidence,
        compared: true,
      })),
      ...rest.map((candidate) => ({ ...candidate, compared: false })),
    ];
    return answer(neverRising(ranking).map(ranked), mode);
  }

  private chooseMode(wished: SearchMode | undefined): SearchMode {
    if (!this.parts.engine && wished !== undefined && wished !== 'filter') {
      throw new ChatReidError(
        'ENGINE_CANNOT',
        `Mode "${wished}" needs a language model, and this model folder has none.`,
        'Ask with --mode filter, or point CHATREID_MODEL at Qwen2-VL weights, or CHATREID_ENGINE_URL at a server.',
      );
    }
    return wished ?? (this.parts.engine ? 'full' : 'filter');
  }

  /** The hits with what is known of them, by confidence when people were ruled out or traits told, else by the filter. */
  private async candidates(
    gallery: string,
    kind: QueryKind,
    { outcome, space, negatives, said }: Found,
    length: number,
  ): Promise<Candidate[]> {
    const { calibration, store } = this.parts;
    const ids = outcome.hits.map(({ pictureId }) => pictureId);
    const reordered = negatives.length > 0 || said !== undefined;
    const vectors = reordered ? await store.vectors(space, ids) : [];
    const evidence = await said?.(vectors);
    const scored = outcome.hits.map(({ score }, i) => {
      const vector = vectors[i];
      return {
        score,
        negatives: vector ? negatives.map((negative) => dot(negative, vector)) : [],
        evidence: evidence?.[i] ?? 0,
      };
    });
    const confidences = calibration.confidences(kind, scored, outcome.of);
    const order = [...ids.keys()];
    if (reordered) order.sort((a, b) => confidences[b]! - confidences[a]!);
    // The filter's best stay whatever was said: the decision holds the search against its strangers by them.
    const kept = order.filter((hit, place) => place < length || hit < cohortRanks);
    const records = await store.records(
      gallery,
      kept.map((hit) => ids[hit]!),
    );
    const candidates: Candidate[] = [];
    for (const [place, hit] of kept.entries()) {
      const record = records[place];
      // Removed by somebody else between the search and this line: it is not a result any more.
      if (!record) continue;
      const picture = { id: ids[hit]!, path: await store.path(ids[hit]!) };
      const { score, ...others } = scored[hit]!;
      candidates.push({ record, picture, filterScore: score, ...others, confidence: confidences[hit]! });
    }
    return candidates;
  }

  private async notes(gallery: string, space: string): Promise<string[]> {
    const notes: string[] = [];
    const { pictures, indexed } = await this.parts.store.indexed(gallery, space);
    const waiting = pictures - indexed;
    if (waiting > 0)
      notes.push(`${waiting} of ${pictures} pictures are not indexed yet and were not searched.`);
    if (!this.parts.engine) {
      notes.push('Ranked by the base filter alone: this model folder has no language model.');
    }
    return notes;
  }
}

function whole(value: number, what: string): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new ChatReidError(
    'OPTION_INVALID',
    `${what} cannot be ${value}.`,
    'Give a whole number of at least 1.',
  );
}

function withoutNegatives(scope: Scope | undefined, query: Query): Scope {
  return { ...scope, exclude: [...(scope?.exclude ?? []), ...query.negatives.map(({ id }) => id)] };
}

/**
 * Best choice knows an order and no probabilities, and the filter's tail was never compared: their confidences are the
 * filter's, held under those ranked above, because a list whose numbers rise as one reads down is read as broken.
 */
function neverRising<T extends { readonly confidence: number }>(ranking: readonly T[]): T[] {
  let ceiling = 1;
  return ranking.map((entry) => {
    ceiling = Math.min(ceiling, entry.confidence);
    return { ...entry, confidence: ceiling };
  });
}

function scoredOf(candidate: Candidate) {
  const { picture, filterScore, negatives, evidence } = candidate;
  return { of: candidate, picture, score: filterScore, negatives, evidence };
}

function byFilter(candidate: Candidate, index: number): RankedCandidate {
  return ranked({ ...candidate, compared: false }, index);
}

function ranked(candidate: Candidate & { readonly compared: boolean }, index: number): RankedCandidate {
  const { record, picture, filterScore, confidence, compared } = candidate;
  return { rank: index + 1, record, path: picture.path, filterScore, confidence, compared };
}
