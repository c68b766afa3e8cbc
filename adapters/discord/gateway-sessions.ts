/** Where each connection to the gateway stood, kept so that a later process goes on there: what was said meanwhile is told again. */
import type { SessionInfo } from '@discordjs/ws';
import { z } from 'zod';
import type { Journal } from '../journal.ts';

const sessionSchema = z.object({
  resumeURL: z.string(),
  sequence: z.number(),
  sessionId: z.string(),
  shardId: z.number(),
  shardCount: z.number(),
});

/** An older place in the stream costs nothing but events that are told again, and those are known. */
const writeEveryMs = 1000;

/** A session began anew, and what was said between it and the one before is not known yet. */
export interface Gap {
  /** When something was heard last before it: milliseconds since 1970. */
  readonly since: number;
}

const heardSchema = z.object({ at: z.number(), since: z.number().optional() });

interface Shard {
  info: SessionInfo | null;
  /** When something was heard last: milliseconds since 1970; absent: never. */
  heard?: number | undefined;
  gap?: Gap | undefined;
  /** Numbers of events that came and are not in the journal yet. */
  readonly open: Set<number>;
}

export class GatewaySessions {
  readonly #shards = new Map<number, Shard>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #frozen = false;

  constructor(
    private readonly journal: Journal,
    private readonly onTrouble: (error: unknown) => void,
  ) {}

  /** Of this connection: what the others heard meanwhile says nothing about it. It stays until {@link filled}, in later processes too. */
  gap(shardId: number): Gap | undefined {
    return this.#shards.get(shardId)?.gap;
  }

  /** What was missed is taken in. Another gap may have come up meanwhile. */
  filled(shardId: number, gap: Gap): void {
    const shard = this.#shards.get(shardId);
    if (shard?.gap !== gap) return;
    shard.gap = undefined;
    this.#writeSoon();
  }

  async retrieve(shardId: number): Promise<SessionInfo | null> {
    const known = this.#shards.get(shardId);
    if (known) return known.info;
    const heard = heardSchema.safeParse(await this.journal.recall(`heard/${shardId}`)).data;
    const info = sessionSchema.safeParse(await this.journal.recall(`session/${shardId}`)).data ?? null;
    const gap = heard?.since === undefined ? undefined : { since: heard.since };
    this.#shards.set(shardId, { info, heard: heard?.at, gap, open: new Set() });
    return info;
  }

  /** Called before the event with the new number is handed on: it is open until {@link taken}. */
  update(shardId: number, info: SessionInfo | null): void {
    if (this.#frozen) return;
    const shard: Shard = this.#shards.get(shardId) ?? { info: null, open: new Set() };
    const anew = info?.sessionId !== shard.info?.sessionId;
    if (anew) shard.open.clear();
    if (info !== null) {
      shard.open.add(info.sequence);
      const since = shard.gap?.since ?? shard.heard;
      if (anew && since !== undefined) shard.gap = { since };
      shard.heard = Date.now();
    }
    shard.info = info;
    this.#shards.set(shardId, shard);
    // A session that nobody kept is lost with its process.
    if (anew) void this.#write();
    else this.#writeSoon();
  }

  /** The event is in the journal, or is none of ours. */
  taken(shardId: number, sequence: number): void {
    this.#shards.get(shardId)?.open.delete(sequence);
    this.#writeSoon();
  }

  /** What the client says while it is being shut down does not count: the session goes on in the next process. */
  async freeze(): Promise<void> {
    this.#frozen = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#write();
  }

  #writeSoon(): void {
    if (this.#frozen || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#write();
    }, writeEveryMs).unref();
  }

  #write(): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#writeAll())
      // The stream is read on without it; a later process then begins anew.
      .catch(this.onTrouble);
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (const [shardId, { info, heard, gap, open }] of this.#shards) {
      const name = `session/${shardId}`;
      if (info === null) await this.journal.dismiss([name]);
      else {
        // The numbers come in their order: the first is the lowest.
        const [first] = open;
        const sequence = first === undefined ? info.sequence : first - 1;
        await this.journal.remember(name, { ...info, sequence });
      }
      if (heard === undefined) continue;
      await this.journal.remember(`heard/${shardId}`, { at: heard, ...(gap ? { since: gap.since } : {}) });
    }
  }
}
