/** Which threads are talks of ours: in them people are answered without a mention. */
import type { Journal } from '../journal.ts';
import { isDirect, type Place } from './conversation-names.ts';

/** As many as are looked up without the disk. */
const remembered = 5_000;

/** The talk that goes on in a thread: the thread's own, or the one of the direct messages around it. */
type Talk = 'own' | 'direct';

export class Threads {
  /** `kept`: the disk has it too. */
  readonly #talks = new Map<string, { readonly talk: Talk; readonly kept: boolean }>();
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(private readonly journal: Journal) {}

  /** From now on, and, when it resolves, after a restart too. @param talk what its messages belong to */
  async claim({ channel, thread }: Place, talk: Talk = 'own'): Promise<void> {
    if (thread === undefined) return;
    const key = keyOf(channel, thread);
    const noted = this.#talks.get(key);
    const kept = noted?.kept ? noted.talk : await this.#recalled(key);
    this.#note(key, kept ?? talk, kept !== undefined);
    for (const wake of this.#waiting.get(key) ?? []) wake();
    if (kept !== undefined) return;
    await this.journal.remember(factOf(key), talk);
    this.#note(key, talk, true);
  }

  /** Known in this process at once: who comes next finds it, though the disk does not have it yet. */
  noted({ channel, thread }: Place): void {
    // All of a direct message is ours; whether its thread has a talk of its own only the disk knows.
    if (thread === undefined || isDirect(channel)) return;
    const key = keyOf(channel, thread);
    if (!this.#talks.has(key)) this.#note(key, 'own', false);
  }

  async isOurs({ channel, thread }: Place): Promise<boolean> {
    if (isDirect(channel) || thread === undefined) return isDirect(channel);
    return (await this.#known(channel, thread)) !== undefined;
  }

  /** Where the talk of a place is: what is said in a thread under a direct message belongs to the direct messages. */
  async talkAt(place: Place): Promise<Place> {
    const { channel, thread } = place;
    if (thread === undefined) return place;
    return (await this.#known(channel, thread)) === 'direct' ? { channel } : place;
  }

  /** Calls back, once, when the thread is claimed. @returns to be called by who waits no more */
  onClaimed({ channel, thread = '' }: Place, then: () => void): () => void {
    const key = keyOf(channel, thread);
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting);
    const leave = () => {
      waiting.delete(wake);
      if (waiting.size === 0) this.#waiting.delete(key);
    };
    const wake = () => {
      leave();
      then();
    };
    waiting.add(wake);
    return leave;
  }

  async #known(channel: string, thread: string): Promise<Talk | undefined> {
    const key = keyOf(channel, thread);
    const noted = this.#talks.get(key);
    if (noted) return noted.talk;
    const kept = await this.#recalled(key);
    // Claimed while the disk was asked: what is in memory is newer.
    if (kept !== undefined && !this.#talks.has(key)) this.#note(key, kept, true);
    return this.#talks.get(key)?.talk;
  }

  async #recalled(key: string): Promise<Talk | undefined> {
    const kept = await this.journal.recall(factOf(key));
    return kept === 'own' || kept === 'direct' ? kept : undefined;
  }

  #note(key: string, talk: Talk, kept: boolean): void {
    this.#talks.delete(key);
    this.#talks.set(key, { talk, kept });
    const oldest = this.#talks.keys().next().value;
    if (this.#talks.size > remembered && oldest !== undefined) this.#talks.delete(oldest);
  }
}

function keyOf(channel: string, thread: string): string {
  return `${channel}/${thread}`;
}

function factOf(key: string): string {
  return `thread ${key}`;
}
