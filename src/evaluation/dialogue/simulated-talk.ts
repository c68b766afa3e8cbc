/** One simulated talk: a clue or a photo, then questions and answers, and where the right person stands after each. */
import type { Trait } from '../../foundation/person-attributes.ts';
import type { Calibration } from '../../retrieval/calibration.ts';
import type { QueryKind } from '../../retrieval/query.ts';
import {
  type AskedTrait,
  bestQuestion,
  openQuestions,
  payingGain,
} from '../../retrieval/traits/question-choice.ts';
import { rightShares } from '../../retrieval/traits/question-gain.ts';
import { weighedHits } from '../../retrieval/traits/said-traits.ts';
import { tellableTraits, traitWeigher } from '../../retrieval/traits/trait-evidence.ts';
import type { MersenneTwister } from '../random/mersenne-twister.ts';
import { bestRows } from '../similarity.ts';
import type { SoughtGallery } from './sought-gallery.ts';
import type { SimulatedWitness } from './witness.ts';

/** Candidates that a question is chosen over. */
export const questionDepth = 50;

/**
 * `information`: the product's own; it asks nothing where no question pays. `random`: any open attribute, then any value of
 * it, whether it pays or not. `none`: no questions.
 */
export const policies = ['information', 'random', 'none'] as const;
export type Policy = (typeof policies)[number];

export interface TalkStart {
  readonly kind: QueryKind;
  /** Similarity of every gallery row. */
  readonly scores: Float32Array;
  /** Rows that are not in this search's gallery: the person in front of the photo's camera. */
  readonly ignored: readonly number[];
  /** Rows that show the person. */
  readonly right: ReadonlySet<number>;
  /** What the clue told. */
  readonly known: readonly Trait[];
}

export interface Talk {
  /** Place of the first right picture before the first question and after each round, from 1. */
  readonly ranks: readonly number[];
  /** Ids of what was asked. */
  readonly asked: readonly string[];
}

/** @param search of one start: several talks may share it. @param dice of the `random` policy */
export function simulatedTalk(
  search: TalkSearch,
  witness: SimulatedWitness,
  policy: Policy,
  rounds: number,
  dice: MersenneTwister,
): Talk {
  const { gallery } = search;
  const known = [...search.start.known];
  const asked: string[] = [];
  let page = search.ranked(known);
  const ranks = [page.rank];
  for (let round = 1; round <= rounds; round++) {
    const question = policy === 'none' ? undefined : choose(gallery, policy, page, asked, known, dice);
    if (question !== undefined) {
      asked.push(question.id);
      const answer = witness.answer(question);
      if (answer !== undefined) {
        known.push(answer);
        page = search.ranked(known);
      }
    }
    ranks.push(page.rank);
  }
  return { ranks, asked };
}

interface Page {
  readonly rank: number;
  /** The first {@link questionDepth} candidates: rows, and probabilities to be the person. */
  readonly rows: readonly number[];
  readonly confidences: readonly number[];
}

function choose(
  gallery: SoughtGallery,
  policy: 'information' | 'random',
  page: Page,
  asked: readonly string[],
  known: readonly Trait[],
  dice: MersenneTwister,
): AskedTrait | undefined {
  const open = openQuestions(gallery.probes, asked, known);
  if (policy === 'random') {
    const draw = <Item>(list: readonly Item[]): Item | undefined =>
      list[Math.floor(dice.nextFraction() * list.length)];
    const name = draw([...new Set(open.map((question) => question.name))]);
    return draw(open.filter((question) => question.name === name));
  }
  const best = bestQuestion(
    gallery.probes,
    rightShares(page.confidences),
    (candidate, name) => gallery.distribution(page.rows[candidate]!, name),
    open,
    known,
  );
  return best !== undefined && best.gain >= payingGain ? best : undefined;
}

/** As `Retrieval` ranks by the filter: its best hits are weighed by what is known, the others stay behind them. */
export class TalkSearch {
  readonly #hits: readonly number[];
  readonly #ratios: Float64Array;
  readonly #searched: number;
  /** Evidence of the hits by what was said of one attribute. */
  readonly #evidence = new Map<string, Float64Array>();

  constructor(
    readonly gallery: SoughtGallery,
    private readonly calibration: Calibration,
    readonly start: TalkStart,
  ) {
    const { scores, ignored, kind } = start;
    this.#searched = scores.length - ignored.length;
    this.#hits = bestRows(scores, ignored, this.#searched);
    this.#ratios = Float64Array.from(this.#hits.slice(0, weighedHits), (row) =>
      calibration.logLikelihoodRatio(kind, scores[row]!),
    );
  }

  ranked(known: readonly Trait[]): Page {
    const said = tellableTraits(this.gallery.probes, known);
    const worths = this.#ratios.slice();
    for (const name of new Set(said.map((trait) => trait.name))) {
      const ratios = this.evidenceOf(said.filter((trait) => trait.name === name));
      for (let place = 0; place < worths.length; place++) worths[place]! += ratios[place]!;
    }
    const first = bestRows(worths, [], questionDepth);
    return {
      rank: this.rankOf(worths),
      rows: first.map((place) => this.#hits[place]!),
      confidences: this.calibration.posteriors(
        first.map((place) => worths[place]!),
        first.map(() => ({})),
        this.#searched,
      ),
    };
  }

  /** Place of the first right picture, from 1. */
  private rankOf(worths: Float64Array): number {
    const right = this.#hits.flatMap((row, place) => (this.start.right.has(row) ? [place] : []));
    const among = right.filter((place) => place < worths.length);
    if (among.length === 0) return right[0]! + 1;
    const best = among.reduce((a, b) => (worths[b]! > worths[a]! ? b : a));
    let before = 0;
    for (const [place, worth] of worths.entries()) {
      if (worth > worths[best]! || (worth === worths[best]! && place < best)) before++;
    }
    return before + 1;
  }

  private evidenceOf(said: readonly Trait[]): Float64Array {
    const key = JSON.stringify(said);
    const before = this.#evidence.get(key);
    if (before !== undefined) return before;
    const { probes, priors } = this.gallery;
    const weigh = traitWeigher(probes, said, priors, probes.weight(this.start.kind));
    const ratios = Float64Array.from({ length: this.#ratios.length }, (_, place) => {
      const row = this.#hits[place]!;
      return weigh((name) => this.gallery.distribution(row, name));
    });
    this.#evidence.set(key, ratios);
    return ratios;
  }
}
