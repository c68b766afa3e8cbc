/** What somebody said or pressed, as the page shows it: from a message that came in now, and from a turn that is kept. */
import type { Act } from '../../src/conversation/act.ts';
import type { Turn } from '../../src/conversation/dialogue-state.ts';
import type { Message } from '../../src/conversation/message.ts';
import { pictureId } from '../../src/foundation/picture.ts';

export interface PageMessage {
  readonly id: string;
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

export function messageForPage(message: Message, notes: readonly string[]): PageMessage {
  const { id, at, text, attachments, acts = [] } = message;
  return { id, at, text, pictures: attachments.map(({ bytes }) => pictureId(bytes)), acts, notes };
}

export function turnForPage({ messageId, at, text, acts }: Turn): PageMessage {
  // Pictures that a button names are shown with the button; without text and buttons there are only attachments.
  const shown = acts.flatMap((act) => (act.act === 'show' ? act.pictures : []));
  const pictures = shown.flatMap((picture) => ('pictureId' in picture ? [picture.pictureId] : []));
  return {
    id: messageId,
    at,
    text,
    pictures,
    acts: text === '' ? acts.filter(({ act }) => act !== 'show') : [],
    notes: [],
  };
}
