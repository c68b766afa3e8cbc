/** Conversations of which nothing is shown before it is recorded: every platform's replies, pictures and sheets pass here. */
import { LRUCache } from 'lru-cache';
import type { Conversations, Deliver } from '../../conversation/conversations.ts';
import type { Message } from '../../conversation/message.ts';
import { replyTo } from '../../conversation/replies/reply-to.ts';
import type { Reply } from '../../conversation/reply.ts';
import { asChatReidError, type ChatReidError } from '../../foundation/error.ts';
import type { AuditEvent } from '../../trust/audit-event.ts';
import type { AuditTrail } from '../../trust/audit-trail.ts';
import type { Composition } from '../composition.ts';
import { modelChecksum } from './model-checksum.ts';
import { type Asked, platformOf, replyEvents } from './reply-events.ts';

type Handled = ReturnType<Conversations['handle']>;

interface RecordingParts {
  readonly its: Conversations;
  readonly trail: Pick<AuditTrail, 'record'>;
  /** Of talks that name none. */
  readonly gallery: string;
  /** Checksum of the model that answers. */
  model(): Promise<string>;
  readonly now: () => Date;
}

/** Of replies that were recorded in this process: one that is delivered again is not recorded again. */
const rememberedReplies = 10_000;

/** What the views of all platforms share. */
class Recording {
  readonly recorded = new LRUCache<string, true>({ max: rememberedReplies });
  /** Replies that could not be recorded and were not shown. */
  readonly withheld = new Map<string, Asked>();
  /** Since when nothing can be recorded, and how many messages were refused for it. */
  gap: { readonly since: string; refused: number } | undefined;

  constructor(readonly parts: RecordingParts) {}

  /** @throws ChatReidError AUDIT_UNAVAILABLE, AUDIT_DAMAGED: from then on nothing is looked up until recording works again */
  async record(...events: readonly AuditEvent[]): Promise<void> {
    const { trail, now } = this.parts;
    const { gap } = this;
    try {
      const until = now().toISOString();
      const closing: AuditEvent[] = gap ? [{ kind: 'gap', facts: { ...gap, until } }] : [];
      await trail.record(...closing, ...events);
      if (this.gap === gap) this.gap = undefined;
    } catch (error) {
      this.gap ??= { since: now().toISOString(), refused: 0 };
      throw error;
    }
  }
}

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

  state(conversation: string): ReturnType<Conversations['state']> {
    return this.#its.state(conversation);
  }

  turns(conversation: string): ReturnType<Conversations['turns']> {
    return this.#its.turns(conversation);
  }

  /** What was withheld is recorded now, or is withheld still. */
  async replies(conversation: string): Promise<readonly Reply[]> {
    const { withheld } = this.recording;
    const replies = await this.#its.replies(conversation);
    if (withheld.size === 0) return replies;
    const open: Reply[] = [];
    for (const reply of replies) {
      const asked = withheld.get(keyOf(reply));
      try {
        if (asked) await this.#record(reply, asked);
        open.push(reply);
      } catch (error) {
        open.push(refusal(reply, asChatReidError(error, 'recording a reply')));
      }
    }
    return open;
  }

  list(prefix: string): ReturnType<Conversations['list']> {
    return this.#its.list(prefix);
  }

  async sheet(reply: Reply): Promise<Buffer> {
    const sheet = await this.#its.sheet(reply);
    const pictures = reply.answer?.cards.map(({ pictureId }) => pictureId) ?? [];
    const { conversation, to } = reply;
    const facts = { what: 'sheet', conversation, message: to, pictures };
    await this.recording.record({ kind: 'view', platform: platformOf(conversation), facts });
    return sheet;
  }

  async picturePath(pictureId: string): Promise<string> {
    const path = await this.#its.picturePath(pictureId);
    await this.recording.record({
      kind: 'view',
      ...(this.platform === undefined ? {} : { platform: this.platform }),
      facts: { what: 'picture', pictures: [pictureId] },
    });
    return path;
  }

  async forget(conversation: string): Promise<void> {
    const facts = { what: 'conversation', conversation };
    await this.recording.record({ kind: 'forget', platform: platformOf(conversation), facts });
    await this.#its.forget(conversation);
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
    const { recorded, withheld, parts } = this.recording;
    const key = keyOf(reply);
    if (recorded.has(key)) return;
    const { conversation, to, stage } = reply;
    const [state, turns, model] = await Promise.all([
      this.#its.state(conversation),
      // Only an answered message has become a turn: what was understood is in it.
      stage === 'final' ? this.#its.turns(conversation) : [],
      parts.model(),
    ]);
    const turn = turns.findLast(({ messageId }) => messageId === to);
    const events = replyEvents(reply, turn ?? asked, state, parts.gallery, model);
    await this.recording.record(...events);
    recorded.set(key, true);
    withheld.delete(key);
  }
}

export function recordedConversations(
  parts: Composition,
  its: Conversations,
  trail: Pick<AuditTrail, 'record'>,
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
  return new RecordedConversations(new Recording({ its, trail, gallery, model, now: () => new Date() }));
}

/** Where there is no trail, they are as they are. */
export function asPlatform(conversations: Conversations, platform: string): Conversations {
  return conversations instanceof RecordedConversations ? conversations.as(platform) : conversations;
}

function keyOf({ conversation, key }: Reply): string {
  return `${conversation}\n${key}`;
}

function refusal(
  about: { readonly id: string; readonly conversation: string } | Reply,
  error: ChatReidError,
): Reply {
  const message = 'to' in about ? { id: about.to, conversation: about.conversation } : about;
  return replyTo(message, 'final', { error: error.report() });
}
