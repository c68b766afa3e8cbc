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

interface Shard {
  info: SessionInfo | null;
  /** Numbers of events that came and are not in the journal yet. */
  readonly open: Set<number>;
}

export class GatewaySessions {
  readonly #shards = new Map<number, Shard>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #frozen = false;
  #heard: number | undefined;
  #heardBefore: number | undefined;

  constructor(
    private readonly journal: Journal,
    private readonly onTrouble: (error: unknown) => void,
  ) {}

  /** When something was heard last before the session that is under way: milliseconds since 1970; undefined: never. */
  get heardBefore(): number | undefined {
    return this.#heardBefore;
  }

  async retrieve(shardId: number): Promise<SessionInfo | null> {
    const known = this.#shards.get(shardId);
    if (known) return known.info;
    this.#heard ??= z.number().safeParse(await this.journal.recall('heard')).data;
    const info = sessionSchema.safeParse(await this.journal.recall(`session/${shardId}`)).data ?? null;
    this.#shards.set(shardId, { info, open: new Set() });
    return info;
  }

  /** Called before the event with the new number is handed on: it is open until {@link taken}. */
  update(shardId: number, info: SessionInfo | null): void {
    if (this.#frozen) return;
    const { info: before, open } = this.#shards.get(shardId) ?? { info: null, open: new Set<number>() };
    const anew = info?.sessionId !== before?.sessionId;
    if (anew) open.clear();
    if (info !== null) {
      open.add(info.sequence);
      if (anew) this.#heardBefore = this.#heard;
      this.#heard = Date.now();
    }
    this.#shards.set(shardId, { info, open });
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
    for (const [shardId, { info, open }] of this.#shards) {
      const name = `session/${shardId}`;
      if (info === null) await this.journal.dismiss([name]);
      else {
        const sequence = open.size === 0 ? info.sequence : Math.min(...open) - 1;
        await this.journal.remember(name, { ...info, sequence });
      }
    }
    if (this.#heard !== undefined) await this.journal.remember('heard', this.#heard);
  }
}
