/** Found, unsure or not in this gallery, at a false-match rate that the operator sets. */
import { ChatReidError } from '../foundation/error.ts';
import type { Calibration } from './calibration.ts';
import type { QueryKind } from './query.ts';
import type { Decision, DecisionDetail } from './search-result.ts';

export const defaultFalseMatchRate = 0.01;

/**
 * `found` takes both: a likeness that chance does not reach in a gallery of this size, and a first candidate that is
 * more likely the person than not, which it is not when it resembles somebody ruled out or the language model says no.
 *
 * @param ranking best first
 * @param of pictures that were searched
 * @throws ChatReidError OPTION_INVALID
 */
export function decide(
  calibration: Calibration,
  kind: QueryKind,
  ranking: readonly { readonly filterScore: number; readonly confidence: number }[],
  of: number,
  falseMatchRate: number,
): { decision: Decision; decisionDetail: DecisionDetail } {
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

const count = (of: number): string => `${of.toLocaleString('en-US')} picture${of === 1 ? '' : 's'}`;
const percent = (rate: number): string => `${Number((rate * 100).toPrecision(3))} %`;
