/** Talks as they are kept: loaded, added to in one step, bounded in turns, replies and age. */
import { isDeepStrictEqual } from 'node:util';
import type { DialogueState, Turn } from '../dialogue-state.ts';
import { fold } from '../fold.ts';
import type { Reply } from '../reply.ts';
import type { SessionLimits } from '../session-parts.ts';
import type { Entry, Shelf } from './shelf.ts';
import { isHead, isReply, isState, isTurn, keys, newHead, type TalkHead } from './talk-record.ts';

const dayMs = 86_400_000;
/** Turns that are folded into the base at once: rarely, so that it costs nothing a turn. */
const foldedAtOnce = 50;

export interface LoadedTalk {
  readonly head: TalkHead;
  /** What could not be read, as sentences for the user. */
  readonly notes: readonly string[];
}

export class Talks {
  constructor(
    private readonly shelf: Shelf,
    private readonly limits: SessionLimits,
    private readonly gallery: string,
  ) {}

  async load(conversation: string): Promise<LoadedTalk> {
    const kept = await this.shelf.get(keys.head(conversation));
    if (kept === undefined) return { head: newHead(conversation, this.gallery), notes: [] };
    if (!isHead(kept)) return this.#putAside(conversation, kept);
    return isState(kept.state) ? { head: kept, notes: [] } : this.#foldedAnew(kept);
  }

  async known(conversation: string): Promise<TalkHead | undefined> {
    const kept = await this.shelf.get(keys.head(conversation));
    if (!isHead(kept)) return undefined;
    return isState(kept.state) ? kept : (await this.#foldedAnew(kept)).head;
  }

  async turns(head: TalkHead): Promise<readonly Turn[]> {
    return (await this.shelf.getMany(turnKeys(head))).filter(isTurn);
  }

  async replies({ conversation, replies }: TalkHead): Promise<readonly Reply[]> {
    const kept = await this.shelf.getMany(replies.map((number) => keys.reply(conversation, number)));
    return kept.filter(isReply);
  }

  async reply({ conversation }: TalkHead, number: number): Promise<Reply | undefined> {
    const kept = await this.shelf.get(keys.reply(conversation, number));
    return isReply(kept) ? kept : undefined;
  }

  /** Keeps an answered turn, and its reply as one that is still to be delivered: all of it or nothing. */
  async add(head: TalkHead, turn: Turn, state: DialogueState, reply: Reply): Promise<TalkHead> {
    const { conversation, nextTurn, nextReply } = head;
    const seen = [...head.seen, turn.messageId].slice(-this.limits.seen);
    const replies = [...head.replies, nextReply];
    const surplus = replies.splice(0, Math.max(0, replies.length - this.limits.replies));
    const grown: TalkHead = {
      ...head,
      state,
      nextTurn: nextTurn + 1,
      nextReply: nextReply + 1,
      replies,
      outbox: [...head.outbox.filter((number) => !surplus.includes(number)), nextReply],
      seen,
    };
    const added: Entry[] = [
      { key: keys.turn(conversation, nextTurn), value: turn },
      { key: keys.reply(conversation, nextReply), value: reply },
    ];
    const { head: bounded, gone } = await this.#bounded(grown, Date.parse(turn.at));
    await this.shelf.set([...added, { key: keys.head(conversation), value: bounded }]);
    await this.shelf.delete([...gone, ...surplus.map((number) => keys.reply(conversation, number))]);
    return bounded;
  }

  /** Marks a reply as delivered. Not synced: a power cut that takes the mark back has the reply delivered again, by its key. */
  async delivered(head: TalkHead, number: number): Promise<TalkHead> {
    const marked = { ...head, outbox: head.outbox.filter((one) => one !== number) };
    await (this.shelf.unsynced ?? this.shelf).set([{ key: keys.head(head.conversation), value: marked }]);
    return marked;
  }

  /** What is kept, as `change` leaves it; what it leaves as it was is not written, and so not kept for longer. */
  async rewrite(
    head: TalkHead,
    change: { readonly reply: (reply: Reply) => Reply; readonly turn: (turn: Turn) => Turn },
  ): Promise<void> {
    const replies = head.replies.map((number) => keys.reply(head.conversation, number));
    const all = [...replies, ...turnKeys(head)];
    const kept = await this.shelf.getMany(all);
    await this.shelf.set(
      all.flatMap((key, at): Entry[] => {
        const was = kept[at];
        const value = isReply(was) ? change.reply(was) : isTurn(was) ? change.turn(was) : was;
        return isDeepStrictEqual(value, was) ? [] : [{ key, value }];
      }),
    );
  }

  async remove(conversation: string): Promise<void> {
    const head = await this.known(conversation);
    await this.shelf.delete([
      keys.head(conversation),
      keys.aside(conversation),
      keys.shown(conversation),
      keys.cuts(conversation),
      ...(head ? turnKeys(head) : []),
      ...(head?.replies ?? []).map((number) => keys.reply(conversation, number)),
    ]);
  }

  /** Older turns become part of the base, many at once. */
  async #bounded(head: TalkHead, now: number): Promise<{ head: TalkHead; gone: string[] }> {
    const { conversation, firstTurn, nextTurn } = head;
    const surplus = nextTurn - firstTurn - this.limits.turns;
    const turn = surplus > 0 ? undefined : await this.#agedTurn(head, now);
    if (surplus <= 0 && turn === undefined) return { head, gone: [] };
    // The newest is not on the shelf yet, and is kept.
    const count = Math.min(Math.max(surplus, foldedAtOnce), nextTurn - firstTurn - 1);
    const names = Array.from({ length: count }, (_, at) => keys.turn(conversation, firstTurn + at));
    const oldest = (await this.shelf.getMany(names)).filter(isTurn);
    const base = fold(head.base, oldest);
    return { head: { ...head, base, firstTurn: firstTurn + count }, gone: names };
  }

  /** The oldest turn, where it is past its age; looked at now and then only. */
  async #agedTurn({ conversation, firstTurn, nextTurn }: TalkHead, now: number): Promise<Turn | undefined> {
    if (nextTurn - firstTurn <= foldedAtOnce || nextTurn % foldedAtOnce !== 0) return undefined;
    const turn = await this.shelf.get(keys.turn(conversation, firstTurn + foldedAtOnce));
    if (!isTurn(turn)) return undefined;
    return now - Date.parse(turn.at) > (this.limits.days - 1) * dayMs ? turn : undefined;
  }

  /** A state of an older layout: the turns are the truth. */
  async #foldedAnew(head: TalkHead): Promise<LoadedTalk> {
    const whole = isState(head.base);
    const base = whole ? head.base : newHead(head.conversation, this.gallery).base;
    const turns = await this.turns(head);
    const lost = !whole && head.firstTurn > 0;
    const unread = turns.length < head.nextTurn - head.firstTurn;
    return {
      head: { ...head, base, state: fold(base, turns) },
      notes:
        lost || unread ? ['The oldest part of this talk could not be read any more and was left out.'] : [],
    };
  }

  async #putAside(conversation: string, kept: unknown): Promise<LoadedTalk> {
    await this.shelf.set([{ key: keys.aside(conversation), value: kept }]);
    return {
      head: newHead(conversation, this.gallery),
      notes: [
        'What was said here before was kept by another version of this program and cannot be read. It was put aside; this talk begins anew.',
      ],
    };
  }
}

function turnKeys({ conversation, firstTurn, nextTurn }: TalkHead): string[] {
  return Array.from({ length: nextTurn - firstTurn }, (_, at) => keys.turn(conversation, firstTurn + at));
}
