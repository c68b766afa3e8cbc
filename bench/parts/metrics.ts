/** CMC, mAP and mINP of a whole benchmark from its score matrix, against one pass over the matrix and against sorting rows. */
import { type QueryScorer, queryScorer } from '../../src/evaluation/metrics/query-scorer.ts';
import { summarise } from '../../src/evaluation/metrics/retrieval-metrics.ts';
import { acrossCameras, type Labelled } from '../../src/evaluation/protocol.ts';
import type { Figure, Target } from '../figure.ts';
import type { PartFigures, PartOptions } from '../part.ts';
import { fillNormal, uniform } from '../seeded-random.ts';

/** Market-1501's. */
const queries = 3368;
const galleryRows = 15_913;
const distractors = 2798;
const persons = 750;
const cameras = 6;
const target: Target = { kind: 'under', value: 1 };
/** Rows sorted in a round; the time is scaled to all of them. */
const sorted = 12;
/** Of the scores of the wrong answers, whose mean is 0. */
const deviation = 0.12;
/** How far the right answers lead: where they are lost among the rest, no row can be passed over. */
const filters = { 'good filter': 0.4, chance: 0 } as const;

const countings = {
  pictures: acrossCameras,
  persons: { ...acrossCameras, cmc: 'persons' },
} as const;

type Timed = Readonly<Record<'floor' | 'pictures' | 'persons' | 'sort', number[]>>;

export async function run({ quick, say }: PartOptions): Promise<PartFigures> {
  const rows = quick ? Math.ceil(queries / 8) : queries;
  const figures: Figure[] = [];
  for (const [name, lead] of Object.entries(filters)) {
    say(`${rows} x ${galleryRows}, ${name}`);
    const timed = timeScoring(market(rows, lead), quick ? 3 : 7);
    figures.push(...figuresOf(`${rows.toLocaleString('en')} queries, ${name}`, timed, quick));
  }
  return { figures };
}

/** @throws Error when counting and sorting do not agree: a wrong answer has no speed */
function timeScoring({ matrix, query, gallery }: Market, rounds: number): Timed {
  const timed: Timed = { floor: [], pictures: [], persons: [], sort: [] };
  const score = (counting: keyof typeof countings): number[] => {
    const scorer = queryScorer(countings[counting], gallery, { tau: 0.2, seed: 0 });
    return precisions(scorer, matrix, query);
  };
  const expected = score('pictures');
  score('persons');
  for (let round = 1; round <= rounds; round++) {
    timed.floor.push(processorSeconds(() => highest(matrix)));
    for (const counting of ['pictures', 'persons'] as const) {
      timed[counting].push(processorSeconds(() => score(counting)));
    }
    const some = Array.from({ length: sorted }, (_, at) => (at * 131 + round * 17) % matrix.length);
    let found: number[] = [];
    const seconds = processorSeconds(() => {
      found = some.map((row) => precisionBySorting(matrix[row]!, query[row]!, gallery));
    });
    timed.sort.push((seconds * matrix.length) / sorted);
    for (const [at, precision] of found.entries()) {
      const counted = expected[some[at]!]!;
      if (Math.abs(precision - counted) > 1e-12) {
        throw new Error(`Query ${some[at]}: sorting says ${precision}, counting ${counted}.`);
      }
    }
  }
  return timed;
}

function figuresOf(name: string, timed: Timed, quick: boolean): Figure[] {
  const unit = 's';
  const times = (samples: readonly number[], to: 'floor' | 'pictures', called: string) => ({
    samples,
    ratio: { to: called, samples: samples.map((each, at) => each / timed[to][at]!) },
  });
  const slower = timed.pictures.map((each, at) => Math.max(each, timed.persons[at]!));
  return [
    { name: `${name}: floor`, unit, samples: timed.floor },
    { name: `${name}: places of pictures`, unit, ...times(timed.pictures, 'floor', 'floor') },
    { name: `${name}: places of persons`, unit, ...times(timed.persons, 'floor', 'floor') },
    { name: `${name}: sorting every row`, unit, ...times(timed.sort, 'pictures', 'counting') },
    ...(quick ? [] : [{ name: `${name}: the slower of the two on one core`, unit, samples: slower, target }]),
  ];
}

interface Market {
  readonly matrix: readonly Float32Array[];
  readonly query: readonly Labelled[];
  readonly gallery: readonly Labelled[];
}

function market(rows: number, lead: number): Market {
  const random = uniform(1);
  const camera = (): string => String(1 + Math.floor(random() * cameras));
  const gallery = Array.from({ length: galleryRows }, (_, row) => ({
    personId: String(row < distractors ? 0 : 1 + (row % persons)),
    cameraId: camera(),
  }));
  const query = Array.from({ length: rows }, (_, row) => ({
    personId: String(1 + (row % persons)),
    cameraId: camera(),
  }));
  const matrix = query.map(({ personId }, at) => {
    const scores = new Float32Array(galleryRows);
    fillNormal(scores, at, deviation);
    for (let row = 0; row < galleryRows; row++) if (gallery[row]!.personId === personId) scores[row]! += lead;
    return scores;
  });
  return { matrix, query, gallery };
}

function precisions(
  score: QueryScorer,
  matrix: readonly Float32Array[],
  query: readonly Labelled[],
): number[] {
  const outcomes = matrix.flatMap((scores, row) => score(query[row]!, row, scores) ?? []);
  summarise(outcomes, 50);
  const all = new Array<number>(matrix.length).fill(0);
  for (const outcome of outcomes) all[outcome.query] = outcome.averagePrecision;
  return all;
}

/** Average precision as a plain program has it; 0 where there is no right answer. */
function precisionBySorting(scores: Float32Array, query: Labelled, gallery: readonly Labelled[]): number {
  const order = Uint32Array.from(scores.keys());
  order.sort((a, b) => scores[b]! - scores[a]! || a - b);
  let place = 0;
  let hits = 0;
  let sum = 0;
  for (const row of order) {
    const { personId, cameraId } = gallery[row]!;
    if (personId === query.personId && cameraId === query.cameraId) continue;
    place++;
    if (personId === query.personId) sum += ++hits / place;
  }
  return hits === 0 ? 0 : sum / hits;
}

function highest(matrix: readonly Float32Array[]): number {
  let sum = 0;
  for (const scores of matrix) {
    let best = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < scores.length; row++) if (scores[row]! > best) best = scores[row]!;
    sum += best;
  }
  return sum;
}

/** All threads together: on one core it would take as long. */
function processorSeconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
