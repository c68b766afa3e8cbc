/** Found, unsure or not in this gallery, at a false-match rate that the operator sets. */
import { ChatReidError } from '../foundation/error.ts';
import { type Calibration, sigmoid } from './calibration.ts';
import { percentOf } from './confidence-text.ts';
import type { QueryKind } from './query.ts';
import type { Decision, DecisionDetail } from './search-result.ts';

export const defaultFalseMatchRate = 0.01;

type Ranked = { readonly filterScore: number; readonly confidence: number };
type Decided = { decision: Decision; decisionDetail: DecisionDetail };

/**
 * `found` takes both: a search that chance does not bring about for somebody who is not there, and a first candidate that
 * is more likely the person than not, which it is not when it resembles somebody ruled out or the language model says no.
 *
 * @param ranking best first; the best 100 by the filter must be in it for the search to be held against its strangers
 * @param of pictures that were searched
 * @throws ChatReidError OPTION_INVALID
 */
export function decide(
  calibration: Calibration,
  kind: QueryKind,
  ranking: readonly Ranked[],
  of: number,
  falseMatchRate: number,
): Decided {
  const scores = ranking.map(({ filterScore }) => filterScore).sort((a, b) => b - a);
  const presence = calibration.presence(kind, scores, of, falseMatchRate);
  if (!presence) return decideBySimilarity(calibration, kind, ranking, of, falseMatchRate);
  const { logOdds, foundFrom, absentBelow, missRate } = presence;
  const likely = ranking[0]!.confidence >= 0.5;
  const strong = logOdds >= foundFrom;
  // The language model may believe in a candidate against the filter: such a list is not called empty.
  const decision: Decision =
    likely && strong ? 'found' : logOdds < absentBelow && !likely ? 'not-in-gallery' : 'unsure';
  const here = sigmoid(logOdds);
  const sentence = hereSentence(decision, strong, percent(falseMatchRate), percent(1 - missRate), here, of);
  const thresholds = { foundFrom: sigmoid(foundFrom), absentBelow: sigmoid(absentBelow) };
  return { decision, decisionDetail: { sentence, falseMatchRate, here, ...thresholds } };
}

/** With a calibration of before searches were held against their own strangers. */
function decideBySimilarity(
  calibration: Calibration,
  kind: QueryKind,
  ranking: readonly Ranked[],
  of: number,
  falseMatchRate: number,
): Decided {
  const foundFrom = calibration.foundFrom(kind, falseMatchRate, of);
  const absentBelow = Math.min(foundFrom, calibration.absentBelow(kind));
  const [first] = ranking;
  const strongest = ranking.reduce((best, { filterScore }) => Math.max(best, filterScore), -1);
  const likely = first !== undefined && first.confidence >= 0.5;
  const strong = first !== undefined && first.filterScore >= foundFrom;
  // The two numbers come from different tables; a list that begins with a likely candidate is never called empty.
  const decision: Decision =
    likely && strong ? 'found' : strongest < absentBelow && !likely ? 'not-in-gallery' : 'unsure';
  const sentence = sentenceOf(decision, strong, percent(falseMatchRate), of);
  return { decision, decisionDetail: { sentence, falseMatchRate, foundFrom, absentBelow } };
}

/** @throws ChatReidError OPTION_INVALID */
export function checkFalseMatchRate(rate: number): number {
  if (rate > 0 && rate < 1) return rate;
  throw new ChatReidError(
    'OPTION_INVALID',
    `A false-match rate of ${rate} makes no sense.`,
    'Give a number between 0 and 1, such as 0.01.',
  );
}

function sentenceOf(decision: Decision, strong: boolean, rate: string, of: number): string {
  if (of === 0) return 'Not in this gallery: no picture matches the given restrictions.';
  const among = `among ${count(of)}`;
  switch (decision) {
    case 'found':
      return `Found: a likeness this strong ${among} turns up by chance in at most ${rate} of searches for somebody who is not there.`;
    case 'not-in-gallery':
      return `Probably not in this gallery: of people who are there, 95 % reach a stronger likeness than anything ${among}.`;
    case 'unsure':
      return strong
        ? `Unsure: the likeness is strong, but the first candidate is less likely the person than not.`
        : `Unsure: ${among}, chance alone reaches this likeness in more than ${rate} of searches for somebody who is not there.`;
  }
}

function hereSentence(
  decision: Decision,
  strong: boolean,
  rate: string,
  kept: string,
  here: number,
  of: number,
): string {
  const among = `among ${count(of)}`;
  const chance = percentOf(here);
  switch (decision) {
    case 'found':
      return `Found: ${among}, about ${rate} of searches for somebody who is not there, or fewer, stand out from their strangers like this, as measured on people held out for it.`;
    case 'not-in-gallery':
      return `Probably not in this gallery: the chance that the person is ${among} at all is ${chance}${before}; ${kept} of searches for people who are there look better than this. ${candidates}`;
    case 'unsure':
      return strong
        ? `Unsure: this search stands out from its strangers, but the first candidate is less likely the person than not.`
        : `Unsure: the chance that the person is ${among} at all is ${chance}${before}; more than about ${rate} of searches for somebody who is not there look like this. ${candidates}`;
  }
}

/** Two numbers of one answer that mean different things must say so. */
const before = ' (50 % before the search)';
const candidates = 'The number of a candidate is the chance that it is the person if the person is there.';
const count = (of: number): string => `${of.toLocaleString('en-US')} picture${of === 1 ? '' : 's'}`;
const percent = (rate: number): string => `${Number((rate * 100).toPrecision(3))} %`;
