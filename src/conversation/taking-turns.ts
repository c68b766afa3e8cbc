/** A taken message becomes a turn: read, folded, answered, kept, delivered, marked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatReidError } from '../foundation/error.ts';
import type { Act } from './act.ts';
import type { Answering } from './answering.ts';
import type { Deliver } from './conversations.ts';
import { type CutActs, cutPeople } from './cut-people.ts';
import type { DialogueState, Turn } from './dialogue-state.ts';
import { changesSearch, isUndo, type Said, taken, unsought, withOutcome } from './fold.ts';
import { resolveRefs } from './picture-refs.ts';
import { type Denial, roleDenial } from './act-gate.ts';
import type { Intake } from './intake.ts';
import { wantsSearch } from './leave-to-search.ts';
import type { MessageReader } from './reading-message.ts';
import { replyTo } from './replies/reply-to.ts';
import { withoutPictures } from './replies/search-answer.ts';
import { sentences } from './replies/sentences.ts';
import { undoneSentence } from './replies/undone.ts';
import type { Reply } from './reply.ts';
import type { Job, Running, Session } from './session.ts';
import type { SessionLimits, SessionManagerParts } from './session-parts.ts';
import type { Sights, View } from './sights.ts';
import { Stopped, stopReason } from './stopped.ts';
import type { TalkList } from './storage/talk-list.ts';
import type { TakenMessage, TalkHead } from './storage/talk-record.ts';
import type { Talks } from './storage/talks.ts';

export interface TakingTurnsParts {
  readonly parts: SessionManagerParts;
  readonly limits: SessionLimits;
  readonly reader: MessageReader;
  readonly sights: Sights;
  readonly answering: Answering;
  readonly intake: Intake;
  readonly talks: Talks;
  readonly list: TalkList;
}

/** Characters of a message that its turn keeps: as many as a description may have. */
const keptText = 4000;

/** A message that was begun so often without an end is answered with an error. */
const mostTries = 3;

/** Acts that have done something, or cost something, by the time a newer message comes. */
const slow: ReadonlySet<Act['act']> = new Set<Act['act']>([
  'verify',
  'compare',
  'describe',
  'why',
  'ask',
  'register',
]);

export class TakingTurns {
  readonly #closing = new AbortController();

  constructor(private readonly its: TakingTurnsParts) {}

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Delivering is not tried again from now on; what is not marked is left for the next process. */
  close(): void {
    this.#closing.abort();
  }

  /** @throws ChatReidError STORAGE_* and the like, or what the platform refused: the message stays in the inbox then */
  async take(job: Job, session: Session): Promise<void> {
    const { talks, intake } = this.its;
    const { message, deliver } = job;
    // What waits behind one that was ended is left in the inbox with it: answered without it, it would mean something else.
    if (this.#closing.signal.aborted) throw new Stopped('closing');
    if (session.forgetting) return this.#forgotten(job);
    const loaded = await talks.load(message.conversation);
    const head = await this.#deliverLeft(loaded.head, deliver);
    if (head.seen.includes(message.id)) {
      if (head.outbox.length > 0) throw notDelivered();
      return intake.done(message);
    }
    try {
      await this.#takeNew(job, session, { ...loaded, head });
    } catch (error) {
      if (!(error instanceof Stopped) || error.reason !== 'forgotten') throw error;
      await this.#forgotten(job);
    }
  }

  /** Nothing of it is kept; who sent it is told. */
  async #forgotten({ message, deliver }: Job): Promise<void> {
    await this.its.intake.done(message);
    const error = new ChatReidError('CANCELLED', sentences.forgotten, 'Send it again to begin a new talk.');
    await this.#deliver(replyTo(message, 'final', { error: error.report() }), deliver);
  }

  /** Stops what runs where a message behind it changes the search. */
  async overtake(session: Session): Promise<void> {
    const { running } = session;
    if (!running?.overtakable || !running.planned) return;
    if (await this.#isOvertaken(session, running.planned, running.seen)) {
      if (session.running === running) running.controller.abort(new Stopped('overtaken'));
    }
  }

  async #isOvertaken(session: Session, planned: DialogueState, seen: readonly string[]): Promise<boolean> {
    for (const message of session.behind) {
      // Delivered again by the platform: it was answered long ago.
      if (seen.includes(message.id)) continue;
      const { acts } = await this.its.reader.read(message, planned, this.#view(message));
      if (acts.some(changesSearch)) return true;
    }
    return false;
  }

  async #takeNew(
    { message: sent, deliver, resumed }: Job,
    session: Session,
    { head, notes }: { readonly head: TalkHead; readonly notes: readonly string[] },
  ): Promise<void> {
    const message = resumed ? await this.its.intake.begunAgain(sent) : sent;
    if (message.tries > mostTries) return this.#giveUp(message, head, deliver);
    const controller = new AbortController();
    const running: Running = {
      job: { message, deliver, resumed, settle: () => undefined },
      controller,
      overtakable: false,
      seen: [...head.seen, message.id],
    };
    session.running = running;
    if (this.#closing.signal.aborted) throw new Stopped('closing');
    if (session.forgetting) throw new Stopped('forgotten');
    const { signal } = controller;

    const view = this.#view(message);
    const read = await this.its.reader.read(message, head.state, view);
    // Cancelled while people are looked for: the answer says so, below.
    const cut = await cutPeople(this.its.parts, message, read.acts, signal).catch(
      (error: unknown): CutActs => {
        if (stopReason(signal) !== 'cancelled') throw error;
        return { acts: read.acts, notes: [] };
      },
    );
    const frame = cut.people ? { frame: cut.people.frameId } : {};
    const bare = {
      messageId: message.id,
      user: message.user,
      at: message.at,
      text: message.text.slice(0, keptText),
      acts: cut.acts,
    };
    const undo = cut.acts.filter(({ act }) => act === 'undo');
    const earlier = undo.length > 0 ? await this.its.talks.turns(head) : [];
    const { turn, state: planned, denied } = this.#planned(head, earlier, { ...bare, outcome: frame }, view);
    const undone = turn.acts.some(isUndo) && taken(head.state, earlier, { ...bare, acts: undo }).state;
    running.planned = planned;
    running.overtakable =
      wantsSearch(turn.acts, head.state, view) && !turn.acts.some(({ act }) => slow.has(act));
    await this.overtake(session);

    let first: Promise<void> = Promise.resolve();
    const { reply, outcome } = await this.its.answering.answer({
      message,
      view,
      acts: turn.acts,
      problems: [
        ...(undone ? [undoneSentence(head.state, undone, this.its.parts.timeZone)] : []),
        ...read.problems,
      ],
      denied: [...read.denied, ...denied],
      notes: [...notes, ...message.notes, ...cut.notes],
      before: head.state,
      state: planned,
      ...(cut.people ? { people: cut.people } : {}),
      confidence: (pictureId) => this.#confidence(head, pictureId),
      // What an earlier process may have delivered is not delivered again, and a page that fails is followed by the answer.
      first: (page) => {
        if (!resumed && !signal.aborted) first = deliver(page).catch(() => undefined);
      },
      signal,
    });
    const state = withOutcome(planned, outcome);
    // At once, so that a storage with transactions needs one.
    const [added] = await Promise.all([
      this.its.talks.add(this.#about(head, message, turn.acts, reply), { ...turn, outcome }, state, reply),
      this.its.list.isDue(head, message.at) ? this.its.list.put(message.conversation) : undefined,
    ]);
    await this.#scrub(added, turn.acts, head.state);
    await first;
    await this.#deliver(reply, deliver);
    await this.#marked(added, message);
  }

  /** By the policy of now, also for what an earlier process took in. */
  #view(message: TakenMessage): View {
    return this.its.sights.of(message, message.conversation);
  }

  /** What an `undo` goes back to may be a search in another gallery, where its sender may do less, or nothing. */
  #planned<T extends Said>(head: TalkHead, earlier: readonly Turn[], said: T, view: View) {
    const plan = { ...taken(head.state, earlier, said), denied: [] as readonly Denial[] };
    if (!said.acts.some(isUndo)) return plan;
    const verdicts = said.acts.map((act) => roleDenial(act, plan.state.gallery, view.permit));
    const mayUndo = said.acts.every((act, at) => !isUndo(act) || verdicts[at] === undefined);
    const isDenied = (act: Act, at: number) => (mayUndo ? verdicts[at] !== undefined : isUndo(act));
    const acts = said.acts.filter((act, at) => !isDenied(act, at));
    const denied = verdicts.flatMap((denial, at) => (denial && isDenied(said.acts[at]!, at) ? [denial] : []));
    return { ...taken(head.state, earlier, { ...said, acts }), denied };
  }

  async #marked(head: TalkHead, message: TakenMessage): Promise<void> {
    await Promise.all([this.its.talks.delivered(head, head.nextReply - 1), this.its.intake.done(message)]);
  }

  async #giveUp(message: TakenMessage, head: TalkHead, deliver: Deliver): Promise<void> {
    const error = new ChatReidError(
      'INTERNAL',
      'This message could not be answered: each time the program ended before it was done.',
      'Say it in another way; if that fails too, report it with the picture or the words.',
    );
    const reply = replyTo(message, 'final', { error: error.report() });
    const { id: messageId, user, at } = message;
    const text = message.text.slice(0, keptText);
    const turn: Turn = { messageId, user, at, text, acts: [], outcome: {} };
    const added = await this.its.talks.add(head, turn, head.state, reply);
    await this.#deliver(reply, deliver);
    await this.#marked(added, message);
  }

  /** Replies of before that nobody is known to have got; one that fails again waits for the next message. */
  async #deliverLeft(head: TalkHead, deliver: Deliver): Promise<TalkHead> {
    let left = head;
    for (const number of head.outbox) {
      const reply = await this.its.talks.reply(head, number);
      try {
        if (reply) await deliver(reply);
      } catch {
        continue;
      }
      left = await this.its.talks.delivered(left, number);
      if (reply) await this.its.intake.done({ conversation: head.conversation, id: reply.to });
    }
    return left;
  }

  async #deliver(reply: Reply, deliver: Deliver): Promise<void> {
    const { signal } = this.#closing;
    for (const wait of this.its.limits.retries) {
      try {
        return await deliver(reply);
      } catch {
        await sleep(wait, undefined, { signal });
      }
    }
    await deliver(reply);
  }

  /** What the list of talks says of it. */
  #about(head: TalkHead, { at, text }: TakenMessage, acts: readonly Act[], { line }: Reply): TalkHead {
    const words = text.replace(/\s+/g, ' ').trim().slice(0, 120);
    const { asked = words, ...rest } = head;
    const anew = acts.some(({ act }) => act === 'reset');
    return {
      ...rest,
      line: line ?? (head.line || words),
      // The first message's, were it a picture without words; after a new beginning the next one's.
      ...(anew ? {} : { asked }),
      at,
      ...(this.its.list.isDue(head, at) ? { listed: at } : {}),
    };
  }

  /** What was forgotten is not shown again when the talk is opened, and no `undo` brings it back. */
  async #scrub(head: TalkHead, acts: readonly Act[], state: DialogueState): Promise<void> {
    const gone = acts.flatMap((act) => (act.act === 'forget' ? resolveRefs(act.pictures, state) : []));
    if (gone.length === 0) return;
    const ids = new Set(gone);
    await this.its.talks.rewrite(head, {
      reply: (reply) => (reply.answer ? { ...reply, answer: withoutPictures(reply.answer, ids) } : reply),
      turn: ({ before, restored, ...turn }) => ({
        ...turn,
        ...(before ? { before: unsought(before, gone) } : {}),
        ...(restored ? { restored: unsought(restored, gone) } : {}),
      }),
    });
  }

  /** In the answer that was shown last with this picture. */
  async #confidence(head: TalkHead, pictureId: string): Promise<number | undefined> {
    for (const number of [...head.replies].reverse()) {
      const reply = await this.its.talks.reply(head, number);
      const card = reply?.answer?.cards.find((one) => one.pictureId === pictureId);
      if (card) return card.confidence;
    }
    return undefined;
  }
}

function notDelivered(): ChatReidError {
  return new ChatReidError(
    'INTERNAL',
    'The answer could not be delivered.',
    'It is delivered when the platform can be reached.',
  );
}
