/** The talks of one process: messages in, replies out, every turn kept. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatReidError } from '../foundation/error.ts';
import { steadyNow } from '../foundation/steady-clock.ts';
import type { Forgotten } from '../trust/forget/forgotten.ts';
import { Answering } from './answering.ts';
import type { Asker } from './asker.ts';
import { type EngineBudget, engineBudget } from './budgets.ts';
import type { Conversations, Deliver } from './conversations.ts';
import type { DialogueState, Turn } from './dialogue-state.ts';
import { Intake } from './intake.ts';
import { Looking } from './looking.ts';
import type { Message } from './message.ts';
import { MessageReader } from './reading-message.ts';
import { replyTo } from './replies/reply-to.ts';
import type { Reply } from './reply.ts';
import { Session } from './session.ts';
import { type SessionLimits, type SessionManagerParts, sessionLimits } from './session-parts.ts';
import { Sights } from './sights.ts';
import { Stopped } from './stopped.ts';
import type { TakenMessage } from './storage/talk-record.ts';
import { TalkList } from './storage/talk-list.ts';
import { Talks } from './storage/talks.ts';
import { TakingTurns } from './taking-turns.ts';
import { untilKept } from './until-kept.ts';

type Handled = ReturnType<Conversations['handle']>;

const dayMs = 86_400_000;

/**
 * A message is in the inbox before `accepted` resolves; its turn, the new state and the reply are kept in one step before the
 * reply is delivered; the reply is marked when it is. A process that is killed anywhere leaves a message that is answered by
 * {@link resume}, or a reply that is delivered by it, with the same key.
 */
export class SessionManager implements Conversations {
  readonly #sessions = new Map<string, Session>();
  readonly #handled = new Map<string, Handled>();
  readonly #limits: SessionLimits;
  readonly #budget: EngineBudget;
  readonly #intake: Intake;
  readonly #talks: Talks;
  readonly #list: TalkList;
  readonly #looking: Looking;
  readonly #turns: TakingTurns;
  /** What an earlier process left is being put in front. */
  #resuming: Promise<unknown> = Promise.resolve();
  #tidied = 0;
  #tidying: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly parts: SessionManagerParts) {
    const { storage, uploads } = parts;
    const now = parts.now ?? (() => new Date());
    const limits = { ...sessionLimits, ...parts.limits };
    this.#limits = limits;
    this.#budget =
      parts.budget ?? engineBudget(storage.redisUrl === undefined ? {} : { redisUrl: storage.redisUrl });
    const sights = new Sights(parts);
    const mayBring = (message: Message) => sights.of(message).permit.has('viewer');
    this.#intake = new Intake(storage.inbox, uploads, limits, mayBring);
    this.#talks = new Talks(storage.talks, limits, parts.gallery);
    this.#list = new TalkList(storage.talks, limits.listed);
    this.#looking = new Looking(parts, sights);
    this.#turns = new TakingTurns({
      parts,
      limits,
      sights,
      reader: new MessageReader({ ...parts, now }),
      answering: new Answering(parts, sights, this.#budget),
      intake: this.#intake,
      talks: this.#talks,
      list: this.#list,
    });
  }

  handle(message: Message, deliver: Deliver): Handled {
    const key = `${message.conversation}\n${message.id}`;
    const known = this.#handled.get(key);
    if (known) return known;
    return this.#remember(key, this.#handle(message, deliver));
  }

  /** Until it is done: a message that comes again meanwhile has the same promises. */
  #remember(key: string, handled: Handled): Handled {
    this.#handled.set(key, handled);
    const drop = () => {
      this.#handled.delete(key);
    };
    handled.done.then(drop, drop);
    handled.accepted.catch(() => undefined);
    return handled;
  }

  #handle(message: Message, deliver: Deliver): Handled {
    if (this.#closed) {
      const refused = Promise.reject(stopping());
      refused.catch(() => undefined);
      return { accepted: refused, done: refused };
    }
    const { conversation } = message;
    const session = this.#session(conversation);
    const taken = session.arrive(async () => {
      await this.#resuming;
      if (session.waiting >= this.#limits.waiting) {
        const reply = this.#tooMany(message);
        return { pictures: [], done: deliver(reply) };
      }
      const kept = await this.#intake.take(message);
      return {
        pictures: keptIds(kept),
        done: this.#enqueue(session, { message: kept, deliver, resumed: false }),
      };
    });
    const accepted = taken.then(({ pictures }) => pictures);
    const done = taken.then(({ done }) => done).finally(() => this.#leave(conversation));
    this.#tidyNowAndThen();
    return { accepted, done };
  }

  #enqueue(
    session: Session,
    job: { message: Awaited<ReturnType<Intake['take']>>; deliver: Deliver; resumed: boolean },
  ): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      session.enqueue({
        ...job,
        settle: (error) => (error === undefined ? resolve() : reject(error)),
      });
    });
    // It may make what runs obsolete; a failure to tell is told when its turn comes.
    this.#turns.overtake(session).catch(() => undefined);
    return done;
  }

  cancel(conversation: string): void {
    this.#sessions.get(conversation)?.stop(new Stopped('cancelled'));
  }

  async resume(prefix: string, deliver: Deliver): Promise<void> {
    const queued = this.#queueLeft(prefix, deliver);
    // What comes from now on waits behind it, so that each talk keeps its order.
    const before = this.#resuming;
    this.#resuming = Promise.allSettled([before, queued]);
    await Promise.allSettled(await queued);
  }

  /** @returns when each of them is answered */
  async #queueLeft(prefix: string, deliver: Deliver): Promise<readonly Promise<void>[]> {
    const jobs: Promise<void>[] = [];
    for (const left of await this.#intake.left(prefix)) {
      if (this.#closed) break;
      const key = `${left.conversation}\n${left.id}`;
      if (this.#handled.has(key)) continue;
      const session = this.#session(left.conversation);
      const done = this.#enqueue(session, { message: left, deliver, resumed: true });
      jobs.push(done.finally(() => this.#leave(left.conversation)));
      this.#remember(key, { accepted: Promise.resolve(keptIds(left)), done });
    }
    return jobs;
  }

  async state(conversation: string, asker?: Asker): Promise<DialogueState | undefined> {
    return this.#looking.state(conversation, (await this.#talks.known(conversation))?.state, asker);
  }

  async turns(conversation: string): Promise<readonly Turn[]> {
    const head = await this.#talks.known(conversation);
    return head ? this.#talks.turns(head) : [];
  }

  async replies(conversation: string, asker?: Asker): Promise<readonly Reply[]> {
    const head = await this.#talks.known(conversation);
    return head
      ? this.#looking.replies(conversation, head.state, await this.#talks.replies(head), asker)
      : [];
  }

  async list(prefix: string) {
    return this.#list.of(prefix);
  }

  async sheet(reply: Reply, asker?: Asker): Promise<Buffer> {
    return this.#looking.sheet(reply, asker);
  }

  async picturePath(pictureId: string, asker?: Asker): Promise<string> {
    return this.#looking.picturePath(pictureId, asker);
  }

  async forget(conversation: string, asker?: Asker): Promise<void> {
    // Without one at once: what comes in after this call is a talk of its own.
    if (asker) this.#looking.demandForgetting((await this.#talks.known(conversation))?.state, asker);
    await this.#session(conversation)
      .forget(async () => {
        for (const left of await this.#intake.left(conversation)) {
          if (left.conversation === conversation) await this.#intake.done(left);
        }
        await this.#talks.remove(conversation);
        await this.#list.remove(conversation);
        await this.parts.uploads.forget(conversation);
      })
      .finally(() => this.#leave(conversation));
    await this.parts.storage.tidy();
  }

  /** Nothing of these pictures is worked on any more. @param except the talk that asked for it */
  forgetPictures(forgotten: Forgotten, except?: string): void {
    for (const [conversation, session] of this.#sessions) {
      if (conversation !== except) session.forgetPictures(forgotten);
    }
  }

  /** When every message that is under way now has come to its end. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#handled.values()].map(({ done }) => done));
  }

  async close(graceMs = 10_000): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const grace = new AbortController();
    const all = Promise.allSettled([...this.#handled.values()].map(({ done }) => done));
    await Promise.race([
      all,
      sleep(graceMs, undefined, { signal: grace.signal, ref: false }).catch(() => undefined),
    ]);
    grace.abort();
    this.#turns.close();
    for (const session of this.#sessions.values()) session.stop(new Stopped('closing'));
    await all;
    await this.#tidying;
    await this.#budget.close();
    await this.parts.storage.close();
  }

  #session(conversation: string): Session {
    const known = this.#sessions.get(conversation);
    if (known) return known;
    const { away } = this.#limits;
    const session = new Session((job, one) =>
      untilKept(job, one, () => this.#turns.take(job, one), away, this.#turns.closing),
    );
    this.#sessions.set(conversation, session);
    return session;
  }

  /** Nothing of a talk stays in memory while nobody says anything in it. */
  #leave(conversation: string): void {
    // The session notices after its last job that there is no other.
    setImmediate(() => {
      if (this.#sessions.get(conversation)?.idle) this.#sessions.delete(conversation);
    });
  }

  #tooMany(message: Message): Reply {
    const error = new ChatReidError(
      'CONVERSATION_BUSY',
      `${this.#limits.waiting} messages of this talk are waiting for an answer already; this one was not taken in.`,
      'Wait for an answer, then send it again.',
    );
    return replyTo(message, 'final', { error: error.report() });
  }

  #tidyNowAndThen(): void {
    const now = steadyNow();
    if (now - this.#tidied < dayMs || this.#tidying) return;
    this.#tidied = now;
    const { storage, uploads } = this.parts;
    this.#tidying = Promise.all([storage.tidy(), uploads.expire(now)])
      // Tomorrow again; nobody who is talking can do anything about it.
      .catch(() => undefined)
      .then(() => {
        this.#tidying = undefined;
      });
  }
}

function keptIds({ attachments }: TakenMessage): string[] {
  return attachments.flatMap((picture) => ('id' in picture ? [picture.id] : []));
}

function stopping(): ChatReidError {
  return new ChatReidError('CANCELLED', 'The bot is stopping.', 'Send the message again when it is back.');
}
