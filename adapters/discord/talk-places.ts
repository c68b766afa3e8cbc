/** Which talk a thread, a message or a person belongs to: small facts in the journal, the latest of them in memory. */
import { LRUCache } from 'lru-cache';
import type { Journal } from '../journal.ts';
import { conversationOf, type Place, placeOf } from './places.ts';

const remembered = 2000;

export class TalkPlaces {
  /** Every message of every channel asks whether its channel is a search's thread; most are not. */
  readonly #threads = new LRUCache<string, boolean>({ max: remembered });

  constructor(private readonly journal: Journal) {}

  /** Whether this channel is a thread in which plain messages go on with a search. */
  async isSearch(channel: string): Promise<boolean> {
    const known = this.#threads.get(channel);
    if (known !== undefined) return known;
    const kept = (await this.journal.recall(`thread/${channel}`)) === true;
    this.#threads.set(channel, kept);
    return kept;
  }

  async keepSearch(channel: string): Promise<void> {
    if (await this.isSearch(channel)) return;
    await this.journal.remember(`thread/${channel}`, true);
    this.#threads.set(channel, true);
  }

  /** The talk that a post of the bot's belongs to, where that is not the one of the channel it stands in. */
  async ofPost(message: string): Promise<Place | undefined> {
    const kept = await this.journal.recall(`talk/${message}`);
    return typeof kept === 'string' ? placeOf(kept) : undefined;
  }

  async keepPost(message: string, conversation: string): Promise<void> {
    await this.journal.remember(`talk/${message}`, conversation);
  }

  /** What somebody searched last from a channel: `/refine` goes on with it. */
  async latest(channel: string, user: string): Promise<Place | undefined> {
    const kept = await this.journal.recall(`latest/${channel}/${user}`);
    return typeof kept === 'string' ? placeOf(kept) : undefined;
  }

  async keepLatest(channel: string, user: string, place: Place): Promise<void> {
    await this.journal.remember(`latest/${channel}/${user}`, conversationOf(place));
  }
}
