/** Which people were cut from which pictures that were sent, kept with their talk. */
import type { ChangingShelf } from './shelf.ts';
import { type CutPictures, isCutPictures, isReply, isTurn, keys } from './talk-record.ts';

const keptCuts = 500;

export async function keepCut(
  talks: ChangingShelf,
  conversation: string,
  frame: string,
  people: readonly string[],
): Promise<void> {
  if (people.length === 0) return;
  const key = keys.cuts(conversation);
  const added = (kept: CutPictures): CutPictures => ({
    ...kept,
    cuts: [...kept.cuts.filter((cut) => cut.frame !== frame), { frame, people }].slice(-keptCuts),
  });
  const changed = await talks.change(key, (kept) => (isCutPictures(kept) ? added(kept) : kept));
  if (!changed) await talks.set([{ key, value: added({ version: 1, cuts: [] }) }]);
}

/** Frames with the people that a document of a talk says were cut from them. */
export function cutsIn(value: unknown): CutPictures['cuts'] {
  if (isCutPictures(value)) return value.cuts;
  if (isTurn(value)) {
    const { frame, people } = value.outcome;
    return frame !== undefined && people ? [{ frame, people }] : [];
  }
  if (!isReply(value) || !value.people) return [];
  const { frameId, people } = value.people;
  return [{ frame: frameId, people: people.map(({ pictureId }) => pictureId) }];
}
