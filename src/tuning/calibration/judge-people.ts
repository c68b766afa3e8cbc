/** Searches for held-out people among themselves: the shortlists that the filter makes, and what the language model says. */
import type { Encoder } from '../../engine/encoder.ts';
import type { Engine } from '../../engine/engine.ts';
import type { QueryRow } from '../../evaluation/benchmark.ts';
import { embedBenchmark, type EvaluationProgress } from '../../evaluation/benchmark-embedding.ts';
import { languageJudge } from '../../evaluation/runs/language-judge.ts';
import { bestRows, scoreBlocks } from '../../evaluation/similarity.ts';
import type { Calibration } from '../../retrieval/calibration.ts';
import type { QueryKind } from '../../retrieval/query.ts';
import { Draws } from '../draws.ts';
import type { Roster, TuningPerson, TuningPicture } from '../roster.ts';
import type { ChosenFrom } from './choice-fit.ts';
import type { JudgedPair, JudgedPeople } from './fit-fusion.ts';

export interface JudgingOptions {
  readonly encoder: Encoder;
  readonly engine: Engine;
  readonly calibration: Calibration;
  readonly cacheFolder: string;
  /** Queries of each person, and candidates of each query. */
  readonly queriesEach: number;
  readonly shortlist: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

type HeldQuery = QueryRow & { readonly picture?: TuningPicture };

/**
 * As in a search: every other picture is the gallery, without those of the same person in the same camera; the likest
 * are asked about one by one and by best choice.
 *
 * @returns undefined where the people cannot be asked for in this way: words need captions
 * @throws ChatReidError as `embedBenchmark` and `languageJudge`
 */
export async function judgePeople(
  roster: Roster,
  kind: QueryKind,
  options: JudgingOptions,
): Promise<JudgedPeople | undefined> {
  const { engine, calibration, signal, onProgress } = options;
  const draws = Draws.of(options.seed, `calibrate ${kind}`);
  const queries = roster.people.flatMap((person) => queriesOf(person, kind, options.queriesEach, draws));
  if (queries.length === 0) return undefined;
  const gallery = roster.pictures.map((picture) => ({
    ...labels(picture),
    source: picture.path,
    path: picture.path,
  }));
  const embedded = await embedBenchmark(
    { queries: queries.map(({ picture: _, ...row }) => row), gallery },
    {
      encoder: options.encoder,
      description: await options.encoder.describeEncoder(),
      cacheFolder: options.cacheFolder,
      textWeight: calibration.textWeight,
      allowPartial: false,
      signal,
      onProgress,
    },
  );
  const byPair = languageJudge(engine, 'pairwise', embedded.gallery, signal);
  const byChoice = languageJudge(engine, 'best-choice', embedded.gallery, signal);
  const pairs: JudgedPair[] = [];
  const lists: ChosenFrom[] = [];
  const all = { same: 0, different: 0 };
  const asked = { same: 0, different: 0 };
  for await (const block of scoreBlocks(embedded.queryVectors, embedded.galleryVectors, { signal })) {
    for (const [at, scores] of block.rows.entries()) {
      const query = embedded.queries[block.first + at]!;
      const held = queries[block.first + at]!;
      const person = held.personId;
      const ignored = roster.pictures.flatMap((picture, row) => (isIgnored(held, picture) ? [row] : []));
      const same = (row: number): boolean => roster.pictures[row]!.person === person;
      const left = new Set(ignored);
      for (const row of roster.pictures.keys()) {
        if (!left.has(row)) all[same(row) ? 'same' : 'different']++;
      }
      const best = bestRows(scores, ignored, options.shortlist);
      if (best.length === 0) continue;
      const ratio = (row: number): number => calibration.logLikelihoodRatio(kind, scores[row]!);
      const compared = await byPair(query, best, (row) => scores[row]!);
      for (const [place, row] of compared.rows.entries()) {
        asked[same(row) ? 'same' : 'different']++;
        pairs.push({ person, ratio: ratio(row), logit: compared.logits[place]!, same: same(row) });
      }
      const chosen = await byChoice(query, best, (row) => scores[row]!);
      const candidates = Array.from(chosen.rows, (row, place) => ({
        ratio: ratio(row),
        strength: chosen.strengths[place]!,
        right: same(row),
      }));
      // As the fusion bounds them when it weighs them.
      lists.push({
        person,
        candidates: candidates.map((one) => ({ ...one, strength: Math.max(-50, one.strength) })),
      });
      onProgress?.({ phase: 'judging', done: block.first + at + 1, total: queries.length });
    }
  }
  return {
    pairs,
    lists,
    shortlisted: { same: asked.same / all.same, different: asked.different / all.different },
  };
}

function queriesOf(person: TuningPerson, kind: QueryKind, each: number, draws: Draws): HeldQuery[] {
  if (kind === 'text') {
    const words = [...new Set([...person.captions, ...person.pictures.flatMap(({ captions }) => captions)])];
    return draws
      .sample(words, each)
      .map((caption, at) => ({ source: `${person.id}#${at + 1}`, personId: person.id, caption }));
  }
  const pictures = person.pictures.filter(
    (picture) => kind === 'image' || picture.captions.length + person.captions.length > 0,
  );
  return draws.sample(pictures, each).map((picture, at) => ({
    ...labels(picture),
    source: `${picture.path}#${at + 1}`,
    path: picture.path,
    picture,
    ...(kind === 'mixed' ? { caption: draws.pick([...picture.captions, ...person.captions]) } : {}),
  }));
}

function labels({ person, camera }: TuningPicture) {
  return { personId: person, ...(camera === undefined ? {} : { cameraId: camera }) };
}

/** The query itself, and the same person in the same camera: it is too easy. */
function isIgnored({ picture, personId, cameraId }: HeldQuery, other: TuningPicture): boolean {
  if (picture === undefined) return false;
  if (other.path === picture.path) return true;
  return other.person === personId && cameraId !== undefined && other.camera === cameraId;
}
