/** From judged pairs and shortlists of held-out people to the weights of the fusion, and what they are worth. */
import type { KindFusion } from '../../retrieval/fusion.ts';
import { type ChoiceWeights, type ChosenFrom, choiceAccuracy, fitChoice } from './choice-fit.ts';
import { areaUnderCurve, fitLogistic, type Logistic, logLoss, logOdds, type Sample } from './logistic.ts';

export interface JudgedPair {
  readonly person: string;
  /** Natural-log likelihood ratio of the filter's similarity. */
  readonly ratio: number;
  /** Logit of p(yes). */
  readonly logit: number;
  readonly same: boolean;
}

export interface JudgedPeople {
  readonly pairs: readonly JudgedPair[];
  readonly lists: readonly ChosenFrom[];
  /** Of all pairs of the same person, and of different ones, the share that came into a shortlist. */
  readonly shortlisted: { readonly same: number; readonly different: number };
}

export interface Worth {
  /** Each measured on people that its weights were not fitted on; on the pairs of the shortlists, the hard ones. */
  readonly auc: number;
  readonly logLoss: number;
}

export interface FitReport {
  readonly numbers: KindFusion;
  readonly filter: Worth;
  readonly language: Worth;
  readonly both: Worth;
  /** Share of shortlists whose first is right: by the filter, by the best choice, by both. */
  readonly choice: { readonly filter: number; readonly language: number; readonly both: number };
}

const folds = 5;
/** Of fewer people weights are as much luck as measurement: 25 captioned ones once made text worse and far too sure. */
const enoughToWeigh = 60;

/** @param judged of at least {@link folds} people, with pairs of the same person and of different ones */
export function fitFusion({ pairs, lists, shortlisted }: JudgedPeople): FitReport {
  const people = [...new Set([...pairs, ...lists].map(({ person }) => person))].sort();
  const fold = new Map(people.map((person, at) => [person, at % folds]));
  const same = pairs.map((pair) => pair.same);
  const worth = (features: (pair: JudgedPair) => number[]): Worth => {
    const odds = new Array<number>(pairs.length).fill(0);
    for (let held = 0; held < folds; held++) {
      const samples = samplesOf(
        pairs.filter(({ person }) => fold.get(person) !== held),
        features,
      );
      if (!samples.some((one) => one.positive) || samples.every((one) => one.positive)) continue;
      const fit = fitLogistic(samples);
      for (const [at, pair] of pairs.entries()) {
        if (fold.get(pair.person) === held) odds[at] = logOdds(fit, features(pair));
      }
    }
    return { auc: areaUnderCurve(odds, same), logLoss: logLoss(odds, same) };
  };
  const everything = (pair: JudgedPair): number[] => [pair.ratio, pair.logit];
  const [filterWorth, bothWorth] = [worth(({ ratio }) => [ratio]), worth(everything)];
  // On people that neither was fitted on: what does not help there does not help in a search.
  const enough = people.length >= enoughToWeigh;
  const fit = enough && bothWorth.logLoss < filterWorth.logLoss ? fitPair(pairs) : undefined;
  // Only what the filter finds alike was asked about. Among those, likeness says less than it does among all.
  const selection = Math.log(shortlisted.same / shortlisted.different);
  const rounded = (value: number): number => Number(value.toPrecision(6));
  const { filter, language } = enough ? fitChoice(lists) : { filter: 1, language: 0 };
  return {
    numbers: {
      pair: fit
        ? {
            filter: rounded(fit.weights[0]!),
            language: rounded(fit.weights[1]!),
            bias: rounded(fit.bias + selection),
          }
        : filterAsItIs,
      choice: { filter: rounded(filter), language: rounded(language) },
      pairs: pairs.length,
      people: people.length,
    },
    filter: filterWorth,
    language: worth(({ logit }) => [logit]),
    both: bothWorth,
    choice: {
      filter: choiceAccuracy(lists, { filter: 1, language: 0 }),
      language: choiceAccuracy(lists, { filter: 0, language: 1 }),
      both: acrossFolds(lists, fold),
    },
  };
}

/** Where the language model does not help, the filter's own calibration stands: it was measured on more than shortlists. */
const filterAsItIs = { filter: 1, language: 0, bias: 0 };

/** With weights of at least 0: a judge that is worse than chance is left out, not turned round. */
function fitPair(pairs: readonly JudgedPair[]): Logistic | undefined {
  const both = fitLogistic(samplesOf(pairs, ({ ratio, logit }) => [ratio, logit]));
  if (both.weights[1]! < 0) return undefined;
  if (both.weights[0]! < 0) {
    const { weights, bias } = fitLogistic(samplesOf(pairs, ({ logit }) => [logit]));
    return { weights: [0, Math.max(0, weights[0]!)], bias };
  }
  return both;
}

function acrossFolds(lists: readonly ChosenFrom[], fold: ReadonlyMap<string, number>): number {
  let [hits, all] = [0, 0];
  for (let held = 0; held < folds; held++) {
    const weights: ChoiceWeights = fitChoice(lists.filter(({ person }) => fold.get(person) !== held));
    const tested = lists.filter(
      ({ person, candidates }) =>
        fold.get(person) === held && new Set(candidates.map(({ right }) => right)).size === 2,
    );
    if (tested.length === 0) continue;
    hits += choiceAccuracy(tested, weights) * tested.length;
    all += tested.length;
  }
  return hits / all;
}

function samplesOf(pairs: readonly JudgedPair[], features: (pair: JudgedPair) => number[]): Sample[] {
  return pairs.map((pair) => ({ features: features(pair), positive: pair.same }));
}
