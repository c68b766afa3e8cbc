/** Talks as they are kept: documents of another version, or of a damaged disk, are read as a talk, left out, or put aside. */
import { emptyState } from '../../../src/conversation/dialogue-state.ts';
import { fold } from '../../../src/conversation/fold.ts';
import { sessionLimits } from '../../../src/conversation/session-parts.ts';
import { TalkList } from '../../../src/conversation/storage/talk-list.ts';
import { isMessage, keys, newHead } from '../../../src/conversation/storage/talk-record.ts';
import { Talks } from '../../../src/conversation/storage/talks.ts';
import { MemoryShelf } from '../../adapters/memory-shelf.ts';
import { hold, jsonOf, onlyOurs } from '../invariants.ts';

export const runs = 3000;

const conversation = 'test:talk';
const refused = /^CONVERSATION_/;
const at = '2026-11-24T12:00:00.000Z';

/** JSON: a head, a turn, a reply, a message. */
export async function seeds(): Promise<string[]> {
  const state = {
    ...emptyState('hall'),
    clues: [{ words: 'red cap', traits: [{ name: 'hat', value: 'cap', present: true }] }],
    shown: ['a'.repeat(64)],
  };
  const head = {
    ...newHead(conversation, 'hall'),
    state,
    nextTurn: 1,
    nextReply: 1,
    replies: [0],
    outbox: [0],
    seen: ['m1'],
    at,
    listed: at,
  };
  const turn = {
    messageId: 'm1',
    user: 'test:u',
    at,
    text: 'red cap',
    acts: [{ act: 'clue', words: 'red cap' }],
    outcome: { shown: ['a'.repeat(64)] },
  };
  const reply = {
    key: 'm1#final',
    conversation,
    to: 'm1',
    stage: 'final',
    text: ['x'],
    chips: [],
    buttons: [],
  };
  const message = {
    ...{ version: 1, id: 'm2', conversation, user: 'test:u', at, order: 1, text: 'not 1' },
    ...{ acts: [{ act: 'exclude', pictures: [{ rank: 1 }] }], attachments: [], notes: [], tries: 0 },
  };
  return [
    { head, turn, reply, message },
    { head: { ...head, state: { version: 2 } }, turn, reply, message },
    { head: { version: 1, replies: [] }, turn: { messageId: 'm', acts: [{ act: 'undo' }], outcome: {} } },
    { head: { ...head, base: null, state: null, firstTurn: 0, nextTurn: 1e9 }, turn },
    { head, turn: { ...turn, acts: [{ act: 'show' }] }, message: { ...message, acts: [{ act: 'show' }] } },
    { head: [], turn: null, reply: 1, message: { version: 1, conversation } },
  ].map((talk) => JSON.stringify(talk));
}

export async function fuzz(data: Buffer): Promise<void> {
  const value = jsonOf(data);
  if (typeof value !== 'object' || value === null) return;
  const { head, turn, reply, message } = value as Record<string, unknown>;
  const shelf = new MemoryShelf();
  await shelf.set(
    [
      { key: keys.head(conversation), value: head },
      { key: keys.turn(conversation, 0), value: turn },
      { key: keys.reply(conversation, 0), value: reply },
      { key: keys.list('test'), value: [conversation] },
    ].filter((entry) => entry.value !== undefined),
  );
  const talks = new Talks(shelf, sessionLimits, 'hall');
  await onlyOurs(() => new TalkList(shelf, 10).of('test:'), refused);
  const loaded = await onlyOurs(() => talks.load(conversation), refused);
  if (!loaded) return;
  const { state } = loaded.head;
  hold(Array.isArray(state.clues) && Array.isArray(state.shown), 'a talk has a state');
  const turns = await talks.turns(loaded.head);
  await talks.replies(loaded.head);
  fold(state, turns);
  isMessage(message);
}
