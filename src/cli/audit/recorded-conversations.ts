/** Conversations of which nothing is shown before it is recorded: every platform's replies, pictures and sheets pass here. */
import type { Asker } from '../../conversation/asker.ts';
import type { Conversations, Deliver } from '../../conversation/conversations.ts';
import { emptyState } from '../../conversation/dialogue-state.ts';
import { fold } from '../../conversation/fold.ts';
import type { Message } from '../../conversation/message.ts';
import { replyTo } from '../../conversation/replies/reply-to.ts';
import type { Reply } from '../../conversation/reply.ts';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import type { AuditEvent, AuditKind } from '../../trust/audit-event.ts';
import { recentEvents } from '../../trust/audit-recent.ts';
import type { AuditTrail } from '../../trust/audit-trail.ts';
import type { Composition } from '../composition.ts';
import { modelChecksum } from './model-checksum.ts';
import { pictureFacts } from './recorded-command.ts';
import { keyOf, Recording } from './recording.ts';
import { type Asked, platformOf, replyEvents } from './reply-events.ts';

type Handled = ReturnType<Conversations['handle']>;

export class RecordedConversations implements Conversations {
  constructor(
    private readonly recording: Recording,
    /** Who looks at pictures, where the call does not say it. */
    private readonly platform?: string,
  ) {}

  /** The same talks, as one platform uses them. */
  as(platform: string): RecordedConversations {
    return new RecordedConversations(this.recording, platform);
  }

  /** Where nothing can be recorded, nothing is searched either: the answer says so. */
  handle(message: Message, deliver: Deliver): Handled {
    const handle = () => this.#its.handle(message, this.#recorded(deliver, message));
    if (!this.recording.gap) return handle();
    const handled = this.recording.record().then(handle, (error: unknown): Handled => {
      if (this.recording.gap) this.recording.gap.refused++;
      const refused = refusal(message, asChatReidError(error, 'recording a message'));
      return { accepted: Promise.resolve([]), done: deliver(refused) };
    });
    const accepted = handled.then((its) => its.accepted);
    const done = handled.then((its) => its.done);
    accepted.catch(() => undefined);
    return { accepted, done };
  }

  resume(prefix: string, deliver: Deliver): Promise<void> {
    return this.#its.resume(prefix, this.#recorded(deliver));
  }

  cancel(conversation: string): void {
    this.#its.cancel(conversation);
  }

  state(conversation: string, asker?: Asker): ReturnType<Conversations['state']> {
    return this.#its.state(conversation, asker);
  }

  turns(conversation: string): ReturnType<Conversations['turns']> {
    return this.#its.turns(conversation);
  }

  /** What was withheld is recorded now, or is withheld still; somebody who opens a talk looks at what it found. */
  async replies(conversation: string, asker?: Asker): Promise<readonly Reply[]> {
    const { recording } = this;
    const replies = await this.#its.replies(conversation, asker);
    const refused = new Map<Reply, ChatReidError>();
    for (const reply of replies) {
      const asked = recording.withheld.get(keyOf(reply));
      if (asked === undefined) continue;
      await this.#record(reply, asked).catch((error: unknown) =>
        refused.set(reply, asChatReidError(error, 'recording a reply')),
      );
    }
    const anew = replies.filter(
      (reply) =>
        !refused.has(reply) && (reply.answer || reply.people) && !recording.hasSeen(asker?.user, reply),
    );
    if (asker && anew.length > 0) {
      await this.#viewed(conversation, asker, anew).catch((error: unknown) => {
        for (const reply of anew) refused.set(reply, asChatReidError(error, 'recording a reply'));
      });
    }
    return replies.map((reply) => {
      const error = refused.get(reply);
      return error ? refusal(reply, error) : reply;
    });
  }

  list(prefix: string): ReturnType<Conversations['list']> {
    return this.#its.list(prefix);
  }

  async sheet(reply: Reply, asker?: Asker): Promise<Buffer> {
    const { conversation, to } = reply;
    const pictures = reply.answer?.cards.map(({ pictureId }) => pictureId) ?? [];
    const who = { platform: platformOf(conversation), ...userOf(asker) };
    const facts = { what: 'sheet', conversation, message: to, pictures };
    const sheet = await this.#unlessDenied(who, 'view', facts, () => this.#its.sheet(reply, asker));
    await this.recording.record({ ...who, kind: 'view', facts });
    return sheet;
  }

  async picturePath(pictureId: string, asker?: Asker): Promise<string> {
    const { platform } = this;
    const who = { ...(platform === undefined ? {} : { platform }), ...userOf(asker) };
    const facts = { what: 'picture', conversation: asker?.conversation, pictures: [pictureId] };
    const look = () => this.#its.picturePath(pictureId, asker);
    const path = await this.#unlessDenied(who, 'view', facts, look);
    await this.recording.record({ ...who, kind: 'view', facts });
    return path;
  }

  /** Recorded before it is begun, and when it is done. */
  async forget(conversation: string, asker?: Asker): Promise<void> {
    const who = { platform: platformOf(conversation), ...userOf(asker) };
    const facts = { what: 'conversation', conversation };
    await this.recording.record({ ...who, kind: 'forget', facts: { ...facts, stage: 'begun' } });
    await this.#unlessDenied(who, 'forget', facts, () => this.#its.forget(conversation, asker));
    await this.recording.record({ ...who, kind: 'forget', facts: { ...facts, stage: 'done' } });
  }

  close(graceMs?: number): Promise<void> {
    return this.#its.close(graceMs);
  }

  get #its(): Conversations {
    return this.recording.parts.its;
  }

  /** @param message absent where an earlier process took it in */
  #recorded(deliver: Deliver, message?: Message): Deliver {
    return async (reply) => {
      const asked = message?.id === reply.to ? message : {};
      try {
        await this.#record(reply, asked);
      } catch (error) {
        // A page that comes before its answer can be left out; the answer says why there is none.
        if (reply.stage === 'first') throw error;
        this.recording.withheld.set(keyOf(reply), asked);
        if (this.recording.gap) this.recording.gap.refused++;
        return deliver(refusal(reply, asChatReidError(error, 'recording a reply')));
      }
      await deliver(reply);
    };
  }

  async #record(reply: Reply, asked: Asked): Promise<void> {
    const { recorded, parts } = this.recording;
    if (recorded.has(keyOf(reply))) return;
    const { conversation, to, stage } = reply;
    const [state, turns, model] = await Promise.all([
      this.#its.state(conversation),
      // Only an answered message has become a turn: what was understood is in it.
      stage === 'final' ? this.#its.turns(conversation) : [],
      parts.model(),
    ]);
    const at = turns.findLastIndex(({ messageId }) => messageId === to);
    const gallery = state?.gallery ?? parts.gallery;
    const before = fold(emptyState(gallery), turns.slice(0, Math.max(at, 0)));
    const known: Asked = at < 0 ? asked : { ...turns[at], before };
    const events = replyEvents(reply, known, { state, gallery, model });
    await this.recording.recordReply(reply, events, model, known.user);
  }

  /** What the access policy refuses outside of messages is recorded too; it is refused, whether it could be recorded or not. */
  async #unlessDenied<Result>(
    who: Pick<AuditEvent, 'platform' | 'user'>,
    of: AuditKind,
    facts: AuditEvent['facts'],
    run: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ChatReidError && error.code === 'ACCESS_DENIED') {
        const denial = { ...who, kind: 'denial' as const, facts: { ...facts, of, code: error.code } };
        await this.recording.record(denial).catch(() => undefined);
      }
      throw error;
    }
  }

  async #viewed(conversation: string, asker: Asker, replies: readonly Reply[]): Promise<void> {
    const pictures = new Set(
      replies.flatMap(({ answer, people }) =>
        [...(answer?.cards ?? []), ...(people?.people ?? [])].map(({ pictureId }) => pictureId),
      ),
    );
    const facts = { what: 'talk', conversation, ...pictureFacts([...pictures]) };
    await this.recording.record({
      kind: 'view',
      platform: platformOf(conversation),
      ...userOf(asker),
      facts,
    });
    this.recording.see(asker.user, replies);
  }
}

export function recordedConversations(
  parts: Composition,
  its: Conversations,
  trail: Pick<AuditTrail, 'record' | 'folder'>,
  gallery: string,
): RecordedConversations {
  let known: Promise<string> | undefined;
  const model = () => {
    known ??= modelChecksum(parts);
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
  return new RecordedConversations(
    new Recording({
      its,
      trail,
      recent: () => recentEvents(trail.folder),
      gallery,
      model,
      now: () => new Date(),
    }),
  );
}

/** Where there is no trail, they are as they are. */
export function asPlatform(conversations: Conversations, platform: string): Conversations {
  return conversations instanceof RecordedConversations ? conversations.as(platform) : conversations;
}

function userOf(asker: Asker | undefined): Pick<AuditEvent, 'user'> {
  return asker === undefined ? {} : { user: asker.user };
}

function refusal(
  about: { readonly id: string; readonly conversation: string } | Reply,
  error: ChatReidError,
): Reply {
  const message = 'to' in about ? { id: about.to, conversation: about.conversation } : about;
  return replyTo(message, 'final', { error: error.report() });
}
