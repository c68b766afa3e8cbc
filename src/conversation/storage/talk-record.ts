/** What is kept of one talk, in documents by key: its head, its turns, its replies. */
import { createHash } from 'node:crypto';
import type { ErrorReport } from '../../foundation/error.ts';
import type { Act } from '../act.ts';
import { type DialogueState, emptyState, type Turn } from '../dialogue-state.ts';
import type { Reply } from '../reply.ts';
import { isKeptAct } from './kept-act.ts';
import { hasKeptSought, isKeptOutcome, isKeptState } from './kept-state.ts';

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
  /** Of the sender, as of then; what they allow is decided when it is answered. */
  readonly marks?: readonly string[];
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

/** Which pictures posts of a talk show: asked when one of them is forgotten. */
export interface ShownPosts {
  readonly version: 1;
  readonly conversation: string;
  /** By the message that a post answers, the latest last. */
  readonly posts: readonly { readonly message: string; readonly pictures: readonly string[] }[];
}

/** Which people were cut from which pictures that were sent: who forgets one forgets the other. */
export interface CutPictures {
  readonly version: 1;
  readonly cuts: readonly { readonly frame: string; readonly people: readonly string[] }[];
}

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
  shown: (conversation: string) => `shown-${talkName(conversation)}`,
  cuts: (conversation: string) => `cuts-${talkName(conversation)}`,
  list: (platform: string) => `list-${talkName(platform)}`,
};

/** Turns between two folds, many times over: a head that names more is damaged, and would be waited for. */
const mostTurns = 100_000;

export function isHead(value: unknown): value is TalkHead {
  if (!hasVersion(value)) return false;
  const { conversation, firstTurn, nextTurn, nextReply, replies, outbox, seen } = value as TalkHead;
  return (
    typeof conversation === 'string' &&
    [replies, outbox, seen].every(Array.isArray) &&
    [firstTurn, nextTurn, nextReply].every(Number.isSafeInteger) &&
    nextTurn >= firstTurn &&
    nextTurn - firstTurn <= mostTurns
  );
}

export function isState(value: unknown): value is DialogueState {
  return isKeptState(value);
}

export function isTurn(value: unknown): value is Turn {
  const turn = value as Partial<Turn> | null | undefined;
  return (
    typeof turn?.messageId === 'string' &&
    Array.isArray(turn.acts) &&
    turn.acts.every(isKeptAct) &&
    isKeptOutcome(turn.outcome) &&
    hasKeptSought(turn)
  );
}

export function isReply(value: unknown): value is Reply {
  const reply = value as Partial<Reply> | null | undefined;
  return typeof reply?.key === 'string' && Array.isArray(reply.text);
}

export function isMessage(value: unknown): value is TakenMessage {
  const { conversation, attachments } = (value ?? {}) as Partial<TakenMessage>;
  return hasVersion(value) && typeof conversation === 'string' && Array.isArray(attachments);
}

export function isShownPosts(value: unknown): value is ShownPosts {
  return hasVersion(value) && Array.isArray((value as Partial<ShownPosts>).posts);
}

export function isCutPictures(value: unknown): value is CutPictures {
  return hasVersion(value) && Array.isArray((value as Partial<CutPictures>).cuts);
}

function hasVersion(value: unknown): boolean {
  return (value as { version?: unknown } | null | undefined)?.version === 1;
}
