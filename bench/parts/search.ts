/** Exact search through the gallery's index, against reading the same memory once. */
import { availableParallelism } from 'node:os';
import { SimilarityIndex } from '../../src/gallery/similarity-index.ts';
import type { Figure, Target } from '../figure.ts';
import type { PartFigures, PartOptions } from '../part.ts';
import { dimension, grow, randomQuery, SwitchedScorer } from '../random-index.ts';
import { MemoryReader } from '../read-floor.ts';

const limit = 100;
/** Times the floor of the same threads. */
const target: Target = { kind: 'at most', value: 1.5 };
const targetRows = 1_000_000;
const megaRow = 1e6;

interface Timed {
  readonly ms: number[];
  readonly floors: number[];
}

export async function run({ quick, say }: PartOptions): Promise<PartFigures> {
  const sizes = quick ? [20_000, 100_000] : [20_000, 100_000, targetRows];
  const scorer = new SwitchedScorer();
  const index = new SimilarityIndex(dimension, scorer);
  // As many as RowScorer takes.
  const all = Math.min(4, availableParallelism());
  const figures: Figure[] = [];
  for (const rows of sizes) {
    say(`${rows} x ${dimension}`);
    grow(index, rows);
    for (const threads of all > 1 ? [all, 1] : [1]) {
      scorer.threads = threads === all ? 'all' : 'one';
      figures.push(...(await timeSearches(index, scorer, threads, quick ? 3 : rows < targetRows ? 15 : 7)));
    }
  }
  await scorer.close();
  return { figures };
}

async function timeSearches(
  index: SimilarityIndex,
  scorer: SwitchedScorer,
  threads: number,
  rounds: number,
): Promise<Figure[]> {
  const reader = await MemoryReader.open(threads);
  const search = (seed: number, cameras: readonly string[] | undefined) =>
    index.search({
      vector: randomQuery(seed),
      tau: 0.18,
      limit,
      ...(cameras ? { scope: { cameras } } : {}),
    });
  const segments = await scorer.segmentsOf(() => search(0, undefined));
  const scopes = [undefined, ['c3']];
  const results = scopes.map((): Timed => ({ ms: [], floors: [] }));
  const ways = new Map<string, number>();
  const floorMs: number[] = [];
  await reader.read(segments, dimension);
  for (const cameras of scopes) await search(0, cameras);
  for (let round = 1; round <= rounds; round++) {
    const floor = await reader.read(segments, dimension);
    ways.set(floor.way, (ways.get(floor.way) ?? 0) + 1);
    floorMs.push(floor.seconds * 1000);
    for (const [at, cameras] of scopes.entries()) {
      const start = performance.now();
      await search(round, cameras);
      results[at]?.ms.push(performance.now() - start);
    }
  }
  await reader.close();
  const name = `${index.size.toLocaleString('en')} rows, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const gigabytes = (index.size * dimension * 4) / 1e9;
  const way = [...ways].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
  const best = Math.min(...floorMs);
  return [
    {
      name: `${name}: floor`,
      unit: 'ms',
      samples: floorMs,
      note: `reading every byte once, ${way}; at best ${(gigabytes / (best / 1000)).toFixed(1)} GB/s`,
    },
    ...results.map(({ ms }, at): Figure => {
      const judged = index.size >= megaRow ? { target } : {};
      return {
        name: `${name}: top ${limit}${at === 0 ? '' : ', one camera of six'}`,
        unit: 'ms',
        samples: ms,
        ratio: { to: 'floor', samples: ms.map((each, round) => each / (floorMs[round] as number)) },
        ...judged,
      };
    }),
  ];
}
