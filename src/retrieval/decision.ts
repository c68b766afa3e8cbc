/** Found, unsure or not in this gallery, at a false-match rate that the operator sets. */
import { ChatReidError } from '../foundation/error.ts';
import type { Calibration } from './calibration.ts';
import type { QueryKind } from './query.ts';
import type { Decision, DecisionDetail } from './search-result.ts';

export const defaultFalseMatchRate = 0.01;

/**
 * @param best filter similarity of the best candidate, undefined when there is none
 * @param of pictures that were searched
 * @throws ChatReidError OPTION_INVALID
 */
export function decide(
  calibration: Calibration,
  kind: QueryKind,
  best: number | undefined,
  of: number,
  falseMatchRate: number,
): { decision: Decision; detail: DecisionDetail } {
  if (!(falseMatchRate > 0 && falseMatchRate < 1)) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `A false-match rate of ${falseMatchRate} makes no sense.`,
      'Give a number between 0 and 1, such as 0.01.',
    );
  }
  const foundFrom = calibration.foundFrom(kind, falseMatchRate, of);
  const absentBelow = Math.min(foundFrom, calibration.absentBelow(kind));
  const decision: Decision =
    best === undefined || best < absentBelow ? 'not-in-gallery' : best < foundFrom ? 'unsure' : 'found';
  const sentence = sentences[decision](percent(falseMatchRate), of);
  return { decision, detail: { sentence, falseMatchRate, foundFrom, absentBelow } };
}

const sentences: Record<Decision, (rate: string, of: number) => string> = {
  found: (rate, of) =>
    `Found: a likeness this strong among ${count(of)} turns up by chance in at most ${rate} of searches for somebody who is not there.`,
  unsure: (rate, of) =>
    `Unsure: the best candidate is plausible, but among ${count(of)} chance alone gets this far in more than ${rate} of searches.`,
  'not-in-gallery': (_rate, of) =>
    of === 0
      ? 'Not in this gallery: no picture matches the given restrictions.'
      : `Probably not in this gallery: of people who are there, 95 % reach a stronger likeness than anything among ${count(of)}.`,
};

const count = (of: number): string => `${of.toLocaleString('en-US')} picture${of === 1 ? '' : 's'}`;
const percent = (rate: number): string => `${Number((rate * 100).toPrecision(3))} %`;
