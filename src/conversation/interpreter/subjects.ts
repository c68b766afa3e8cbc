/** Which picture a sentence is about: a number, what was sent, what is searched with. */
import type { PictureRef } from '../act.ts';
import { ranksIn } from './ranks.ts';
import type { Reading } from './reading.ts';

/** A camera's number is no candidate's. */
export function withoutCameras(text: string): string {
  return text.replace(
    /\b(?:cameras?|cams?)\s*(?:no\.?|number|#)?\s*\d+(?:\s*(?:,|and|or|&)\s*\d+)*/g,
    (found) => ' '.repeat(found.length),
  );
}

/** The pictures that a sentence names; without a number what was sent, then `otherwise`. */
export function subjectsOf(
  text: string,
  reading: Reading,
  otherwise: PictureRef | undefined,
): readonly PictureRef[] {
  const { attachments, searching, shown } = reading.context;
  const ranks = ranksIn(withoutCameras(text), shown);
  if (ranks.length > 0) return reading.candidates(ranks);
  if (attachments > 0) return reading.takeAttachments();
  if (
    searching &&
    /\b(?:query|original|the (?:photo|picture|image|pic)|my (?:photo|picture|image|pic))\b/.test(text)
  )
    return [{ query: true }];
  return otherwise === undefined ? [] : [otherwise];
}
