/** Questions to a language model, drawn from a benchmark: pairs, choices and people, with what the filter makes of them. */
import { createHash } from 'node:crypto';
import type { EmbeddedBenchmark, EmbeddedPicture, EmbeddedQuery } from '../benchmark-embedding.ts';
import type { Protocol } from '../protocol.ts';
import { MersenneTwister } from '../random/mersenne-twister.ts';
import { bestRows, scoreBlocks } from '../similarity.ts';

/** Candidates in a question of best choice. */
export const choiceSizes = [5, 10, 20] as const;

export interface PairQuestion {
  readonly query: EmbeddedQuery;
  readonly candidate: EmbeddedPicture;
  readonly same: boolean;
  /** Similarity of the filter. */
  readonly score: number;
}

export interface ChoiceQuestion {
  readonly query: EmbeddedQuery;
  /** In the order in which they are shown: one right, the others the wrong ones that the filter likes best. */
  readonly candidates: readonly EmbeddedPicture[];
  readonly right: number;
  /** Similarities of the filter. */
  readonly scores: readonly number[];
}

export interface QuestionSet {
  /** One right and one wrong pair a query, the wrong one of anybody. */
  readonly balanced: readonly PairQuestion[];
  /** The same right pairs; the wrong one is the filter's best wrong answer. */
  readonly hard: readonly PairQuestion[];
  readonly choices: Readonly<Record<(typeof choiceSizes)[number], readonly ChoiceQuestion[]>>;
}

/**
 * The same rows, vectors and seed give the same questions. Queries without a right answer ask nothing.
 *
 * @param protocol says what is right and what is left out for a query
 */
export async function questionSet(
  { queries, gallery, queryVectors, galleryVectors }: EmbeddedBenchmark,
  protocol: Protocol,
  options: { readonly seed: number; readonly signal?: AbortSignal | undefined },
): Promise<QuestionSet> {
  const relevanceOf = protocol.prepare(gallery.map(({ row }) => row));
  const balanced: PairQuestion[] = [];
  const hard: PairQuestion[] = [];
  const choices: Record<(typeof choiceSizes)[number], ChoiceQuestion[]> = { 5: [], 10: [], 20: [] };
  for await (const { first, rows } of scoreBlocks(queryVectors, galleryVectors, { signal: options.signal })) {
    for (const [at, scores] of rows.entries()) {
      const query = queries[first + at]!;
      const { positives, ignored } = relevanceOf(query.row);
      const apart = new Set([...positives, ...ignored]);
      if (positives.length === 0 || gallery.length - apart.size < 1) continue;
      const draw = drawsOf(options.seed, query.row.source);
      const right = positives[draw(positives.length)]!;
      const wrong = bestRows(scores, [...apart], Math.max(...choiceSizes) - 1);
      let anybody = draw(gallery.length);
      while (apart.has(anybody)) anybody = draw(gallery.length);
      const pair = (row: number, same: boolean): PairQuestion => ({
        query,
        candidate: gallery[row]!,
        same,
        score: scores[row]!,
      });
      balanced.push(pair(right, true), pair(anybody, false));
      hard.push(pair(right, true), pair(wrong[0]!, false));
      for (const size of choiceSizes) {
        if (wrong.length < size - 1) continue;
        const shown = wrong.slice(0, size - 1);
        const place = draw(size);
        shown.splice(place, 0, right);
        choices[size].push({
          query,
          candidates: shown.map((row) => gallery[row]!),
          right: place,
          scores: shown.map((row) => scores[row]!),
        });
      }
    }
  }
  return { balanced, hard, choices };
}

/** A stream for each query: another slice of the queries asks each of them the same. @returns whole numbers under a limit */
function drawsOf(seed: number, source: string): (limit: number) => number {
  const digest = createHash('sha256').update(`${seed}\0${source}`).digest();
  const twister = MersenneTwister.ofWords(Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(4 * i)));
  return (limit) => Math.floor(twister.nextFraction() * limit);
}
