/** What is kept of one talk, in documents by key: its head, its turns, its replies. */
import { createHash } from 'node:crypto';
import type { ErrorReport } from '../../foundation/error.ts';
import type { Act } from '../act.ts';
import { type DialogueState, emptyState, type Turn } from '../dialogue-state.ts';
import type { Reply } from '../reply.ts';

/** The head is written last, whole, and decides: what it does not name has not happened. */
export interface TalkHead {
  readonly version: 1;
  readonly conversation: string;
  /** The fold of the turns that are not kept one by one any more. */
  readonly base: DialogueState;
  /** The fold of all. */
  readonly state: DialogueState;
  /** Numbers of the turns that are kept: from `firstTurn` to the one before `nextTurn`. */
  readonly firstTurn: number;
  readonly nextTurn: number;
  /** Number of the next reply, and of those that are kept. */
  readonly nextReply: number;
  readonly replies: readonly number[];
  /** Of these, the ones that nobody is known to have got. */
  readonly outbox: readonly number[];
  /** Ids of the latest messages that were answered. */
  readonly seen: readonly string[];
  /** What it is about, and when something was said last: ISO 8601 in UTC. */
  readonly line: string;
  readonly at: string;
  /** The first words of the search that goes on; '' where there were none. Heads of before have it not. */
  readonly asked?: string;
  /** When it was last put in front of the list of talks. */
  readonly listed: string;
}

/** A message that was taken in, as the inbox keeps it: pictures are files already, or could not be opened. */
export interface TakenMessage {
  readonly version: 1;
  readonly id: string;
  readonly conversation: string;
  readonly user: string;
  readonly at: string;
  /** Rises within a process: the order of messages. */
  readonly order: number;
  readonly text: string;
  readonly acts: readonly Act[];
  readonly attachments: readonly TakenPicture[];
  /** What was left out already, as sentences. */
  readonly notes: readonly string[];
  /** How often a process began to answer it and did not live to finish. */
  readonly tries: number;
}

export type TakenPicture =
  | { readonly name: string; readonly id: string; readonly time?: string }
  | { readonly name: string; readonly problem: ErrorReport };

export function newHead(conversation: string, gallery: string): TalkHead {
  const state = emptyState(gallery);
  return {
    version: 1,
    conversation,
    base: state,
    state,
    firstTurn: 0,
    nextTurn: 0,
    nextReply: 0,
    replies: [],
    outbox: [],
    seen: [],
    line: '',
    at: '',
    listed: '',
  };
}

/** Names of conversations may be long and hold anything; keys may not. */
function talkName(conversation: string): string {
  return createHash('sha256').update(conversation).digest('hex').slice(0, 32);
}

export const keys = {
  head: (conversation: string) => `head-${talkName(conversation)}`,
  aside: (conversation: string) => `aside-${talkName(conversation)}`,
  turn: (conversation: string, number: number) => `turn-${talkName(conversation)}-${number}`,
  reply: (conversation: string, number: number) => `reply-${talkName(conversation)}-${number}`,
  message: (conversation: string, id: string) => `message-${talkName(conversation)}-${talkName(id)}`,
  list: (platform: string) => `list-${talkName(platform)}`,
};

export function isHead(value: unknown): value is TalkHead {
  return hasVersion(value) && Array.isArray((value as Partial<TalkHead>).replies);
}

export function isState(value: unknown): value is DialogueState {
  if (!hasVersion(value)) return false;
  const state = value as Partial<DialogueState>;
  return [state.pictures, state.chosen, state.clues, state.answers, state.shown, state.askedBefore].every(
    Array.isArray,
  );
}

export function isTurn(value: unknown): value is Turn {
  const turn = value as Partial<Turn> | null | undefined;
  return (
    typeof turn?.messageId === 'string' &&
    Array.isArray(turn.acts) &&
    turn.acts.every((act) => typeof act?.act === 'string') &&
    typeof turn.outcome === 'object'
  );
}

export function isReply(value: unknown): value is Reply {
  const reply = value as Partial<Reply> | null | undefined;
  return typeof reply?.key === 'string' && Array.isArray(reply.text);
}

export function isMessage(value: unknown): value is TakenMessage {
  return hasVersion(value) && typeof (value as Partial<TakenMessage>).conversation === 'string';
}

function hasVersion(value: unknown): boolean {
  return (value as { version?: unknown } | null | undefined)?.version === 1;
}
