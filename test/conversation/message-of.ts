/** Messages of the tests. */
import type { Act } from '../../src/conversation/act.ts';
import type { Message } from '../../src/conversation/message.ts';

export function messageOf(
  conversation: string,
  id: string,
  text: string,
  more: {
    readonly pictures?: readonly Buffer[];
    readonly acts?: readonly Act[];
    readonly user?: string;
    readonly marks?: readonly string[];
  } = {},
): Message {
  return {
    id,
    conversation,
    user: more.user ?? 'test:user',
    ...(more.marks ? { marks: more.marks } : {}),
    at: '2026-11-25T12:00:00.000Z',
    text,
    attachments: (more.pictures ?? []).map((bytes, at) => ({ name: `sent-${at}.png`, bytes })),
    ...(more.acts ? { acts: more.acts } : {}),
  };
}
