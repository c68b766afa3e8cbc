/** What the recorded conversations of all platforms share: what is recorded already, what is withheld, since when nothing can be. */
import { LRUCache } from 'lru-cache';
import type { Conversations } from '../../conversation/conversations.ts';
import type { Reply } from '../../conversation/reply.ts';
import type { AuditEntry, AuditEvent } from '../../trust/audit-event.ts';
import type { AuditTrail } from '../../trust/audit-trail.ts';
import { canonicalJson } from '../../trust/canonical-json.ts';
import { modelChange } from './model-change.ts';
import type { Asked } from './reply-events.ts';

export interface RecordingParts {
  readonly its: Conversations;
  readonly trail: Pick<AuditTrail, 'record'>;
  /** What was recorded just now, also by earlier processes; the last one first. */
  recent(): Iterable<AuditEntry['event']>;
  /** Of talks that name none. */
  readonly gallery: string;
  /** Checksum of the model that answers. */
  model(): Promise<string>;
  readonly now: () => Date;
}

/** Of replies that were recorded or looked at in this process. */
const remembered = 10_000;

export class Recording {
  /** Replies that were recorded in this process: one that is delivered again is not recorded again. */
  readonly recorded = new LRUCache<string, true>({ max: remembered });
  /** Who was shown which reply, and it is in the trail. */
  readonly #shown = new LRUCache<string, true>({ max: remembered });
  /** Replies that could not be recorded and were not shown. */
  readonly withheld = new Map<string, Asked>();
  /** Since when nothing can be recorded, and how many messages were refused for it. */
  gap: { readonly since: string; refused: number } | undefined;
  /** What the end of the trail held when this process began to answer. */
  #before: ReadonlySet<string> | undefined;
  #lastModel: string | undefined;

  constructor(readonly parts: RecordingParts) {}

  /** @throws ChatReidError AUDIT_UNAVAILABLE, AUDIT_DAMAGED: from then on nothing is looked up until recording works again */
  async record(...events: readonly AuditEvent[]): Promise<void> {
    const { trail, now } = this.parts;
    const { gap } = this;
    try {
      const until = now().toISOString();
      const closing: AuditEvent[] = gap ? [{ kind: 'gap', facts: { ...gap, until } }] : [];
      if (closing.length + events.length === 0) return;
      await trail.record(...closing, ...events);
      if (this.gap === gap) this.gap = undefined;
    } catch (error) {
      this.gap ??= { since: now().toISOString(), refused: 0 };
      throw error;
    }
  }

  /**
   * What a reply shows. A process that ended between recording and delivering leaves the delivery to the next one: what the
   * trail ends with is not recorded again.
   *
   * @throws as {@link record}
   */
  async recordReply(
    reply: Reply,
    events: readonly AuditEvent[],
    model: string,
    user: string | undefined,
  ): Promise<void> {
    this.#before ??= new Set([...this.parts.recent()].map((event) => canonicalJson(event)));
    const before = this.#before;
    const isNew = ({ facts = {}, kind, platform, user: by }: AuditEvent) =>
      !before.has(canonicalJson({ ...facts, kind, platform, user: by }));
    const anew = events.filter(isNew);
    const changed = this.#lastModel === model ? [] : modelChange(this.#modelsBefore(), model);
    if (anew.length > 0) await this.record(...changed, ...anew);
    this.#lastModel = model;
    const key = keyOf(reply);
    this.recorded.set(key, true);
    this.withheld.delete(key);
    this.see(user, [reply]);
  }

  hasSeen(user: string | undefined, reply: Reply): boolean {
    return this.#shown.has(`${user ?? ''}\n${keyOf(reply)}`);
  }

  see(user: string | undefined, replies: readonly Reply[]): void {
    for (const reply of replies) this.#shown.set(`${user ?? ''}\n${keyOf(reply)}`, true);
  }

  #modelsBefore(): Iterable<AuditEntry['event']> {
    const last = this.#lastModel;
    return last === undefined ? this.parts.recent() : [{ kind: 'lookup', model: last }];
  }
}

export function keyOf({ conversation, key }: Reply): string {
  return `${conversation}\n${key}`;
}
