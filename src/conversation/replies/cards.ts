/** A ranked candidate as a card with its buttons. */
import { formatTime } from '../../foundation/site-time.ts';
import { percentOf } from '../../retrieval/confidence-text.ts';
import type { RankedCandidate } from '../../retrieval/search-result.ts';
import type { CandidateCard } from '../reply.ts';

export function cardOf(
  { rank, record, confidence, compared }: RankedCandidate,
  timeZone: string,
): CandidateCard {
  const { pictureId, cameraId, place, time, source } = record;
  // By id and not by rank: a button on an older answer still means the picture that it stands under.
  const picture = { pictureId };
  return {
    rank,
    pictureId,
    confidence,
    confidenceText: percentOf(confidence),
    compared,
    ...(cameraId === undefined ? {} : { camera: cameraId }),
    ...(place === undefined ? {} : { place }),
    ...(time === undefined ? {} : { time: formatTime(time, timeZone) }),
    source,
    buttons: [
      { label: 'Use as query', act: { act: 'choose', picture } },
      { label: 'Not this person', act: { act: 'exclude', pictures: [picture] } },
      { label: 'Why?', act: { act: 'why', picture } },
    ],
  };
}
