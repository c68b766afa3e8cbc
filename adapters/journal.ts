/** What an adapter keeps so that every event is answered once: events taken in, what the platform has of each reply, small facts. */
import type { Shelf } from '../src/conversation/storage/shelf.ts';

/** An event of a platform, as plain JSON. */
export interface TakenEvent {
  /** The platform's own id of it: a delivery that is repeated has the same one. */
  readonly id: string;
  readonly event: unknown;
}

/** Where a platform has a reply: plain JSON of the adapter's own, enough to edit it and to remove it. */
export type Posted = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface JournalShelves {
  /** Events that are taken in and not finished. */
  readonly events: Shelf;
  /** Ids of finished events, what is posted, facts. */
  readonly posts: Shelf;
}

interface Kept {
  readonly at: number;
  readonly event: unknown;
}

function isKept(value: unknown): value is Kept {
  return typeof (value as Partial<Kept> | null)?.at === 'number';
}

export class Journal {
  /** Events that are being taken in this process: the same one twice at a time is taken once. */
  readonly #taking = new Map<string, Promise<boolean>>();
  #latest = 0;

  /** @param platform `slack`, `discord`: journals of several on the same shelves do not mix */
  constructor(
    readonly platform: string,
    private readonly shelves: JournalShelves,
  ) {}

  /**
   * Keeps an event; it is on the disk when this resolves, and only then may the platform be told that it arrived.
   *
   * @returns false where it was taken before: it is finished, or whoever took it is at it
   * @throws ChatReidError STORAGE_*, STATE_UNREACHABLE
   */
  async take(id: string, event: unknown): Promise<boolean> {
    const first = this.#taking.get(id);
    if (first !== undefined) {
      await first;
      return false;
    }
    const taking = this.#take(id, event);
    this.#taking.set(id, taking);
    try {
      return await taking;
    } finally {
      this.#taking.delete(id);
    }
  }

  /** Events that an earlier process took in and did not finish, in the order in which they came. */
  async unfinished(): Promise<readonly TakenEvent[]> {
    const prefix = this.#key('event', '');
    const left: { id: string; kept: Kept }[] = [];
    for await (const { key, value } of this.shelves.events.entries()) {
      // What the disk has damaged is left where it is.
      if (key.startsWith(prefix) && isKept(value)) left.push({ id: key.slice(prefix.length), kept: value });
    }
    const seen = await this.shelves.posts.getMany(left.map(({ id }) => this.#key('seen', id)));
    // A process was killed between the two steps of finishing them.
    const finished = left.filter((_, at) => seen[at] !== undefined);
    await this.shelves.events.delete(finished.map(({ id }) => this.#key('event', id)));
    const open = left.filter((_, at) => seen[at] === undefined);
    open.sort((one, other) => one.kept.at - other.kept.at);
    // Whatever the clock was set to: what comes from now on came later.
    this.#latest = Math.max(this.#latest, open.at(-1)?.kept.at ?? 0);
    return open.map(({ id, kept }) => ({ id, event: kept.event }));
  }

  /** Nothing is left to do for an event. Its id stays known, so that it is not answered again. */
  async finish(id: string): Promise<void> {
    await cheap(this.shelves.posts).set([{ key: this.#key('seen', id), value: true }]);
    await cheap(this.shelves.events).delete([this.#key('event', id)]);
  }

  /** What the platform has of a reply, by the reply's key without its stage: a `final` reply edits the `first` one. */
  async posted(message: string): Promise<Posted | undefined> {
    return (await this.shelves.posts.get(this.#key('post', message))) as Posted | undefined;
  }

  /** @param synced false where it can be found out again when a power cut has lost it: see {@link cheap} */
  async keepPosted(message: string, posted: Posted, { synced = true } = {}): Promise<void> {
    const { posts } = this.shelves;
    await (synced ? posts : cheap(posts)).set([{ key: this.#key('post', message), value: posted }]);
  }

  /** A small fact of the adapter: which thread a search has, where a session of a socket stood. */
  recall(name: string): Promise<unknown> {
    return this.shelves.posts.get(this.#key('fact', name));
  }

  async remember(name: string, value: unknown): Promise<void> {
    await cheap(this.shelves.posts).set([{ key: this.#key('fact', name), value }]);
  }

  async dismiss(names: readonly string[]): Promise<void> {
    await cheap(this.shelves.posts).delete(names.map((name) => this.#key('fact', name)));
  }

  async #take(id: string, event: unknown): Promise<boolean> {
    const key = this.#key('event', id);
    if ((await this.shelves.events.get(key)) !== undefined) return false;
    // Only now: an event that is finished meanwhile is seen before it is gone.
    if ((await this.shelves.posts.get(this.#key('seen', id))) !== undefined) return false;
    // Two events of one millisecond keep their order.
    this.#latest = Math.max(Date.now(), this.#latest + 1);
    await this.shelves.events.set([{ key, value: { at: this.#latest, event } satisfies Kept }]);
    return true;
  }

  #key(kind: 'event' | 'seen' | 'post' | 'fact', name: string): string {
    return `${this.platform}/${kind}/${name}`;
  }
}

/**
 * What is written between taking an event and finishing it need not wait for the disk: writes are kept in their order, so a power
 * cut that loses one of them loses the finishing too, and all of it is done again.
 */
function cheap(shelf: Shelf): Pick<Shelf, 'set' | 'delete'> {
  return shelf.unsynced ?? shelf;
}
