/** What somebody said or pressed, as the page shows it: from a message that came in now, and from a turn that is kept. */
import type { Act } from '../../src/conversation/act.ts';
import type { Turn } from '../../src/conversation/dialogue-state.ts';
import type { Message } from '../../src/conversation/message.ts';
import { refsOf } from '../../src/conversation/picture-refs.ts';

export interface PageMessage {
  readonly id: string;
  /** Who said it: `web:alice`. */
  readonly user: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly text: string;
  /** Picture ids that came with it. */
  readonly pictures: readonly string[];
  /** Buttons that were pressed; of a kept turn also what was read from the text. */
  readonly acts: readonly Act[];
  /** What was to be said about its pictures. */
  readonly notes: readonly string[];
}

/** @param pictures ids under which its pictures are kept: those of the bytes that were sent may be others */
export function messageForPage(
  message: Message,
  pictures: readonly string[],
  notes: readonly string[],
): PageMessage {
  const { id, user, at, text, acts = [] } = message;
  return { id, user, at, text, pictures, acts, notes };
}

export function turnForPage({ messageId, user, at, text, acts, outcome }: Turn): PageMessage {
  // Words name candidates by their rank, so ids in them are attachments; pictures that a button names are shown with it.
  const named = acts.filter(({ act }) => text !== '' || act === 'show').flatMap(refsOf);
  const ids = named.flatMap((picture) => ('pictureId' in picture ? [picture.pictureId] : []));
  const pictures = [...new Set([...(outcome.frame === undefined ? [] : [outcome.frame]), ...ids])];
  return {
    id: messageId,
    user,
    at,
    text,
    pictures,
    acts: text === '' ? acts.filter(({ act }) => act !== 'show') : [],
    notes: [],
  };
}
