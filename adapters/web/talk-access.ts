/** Which talk somebody means by its id, and whether it is theirs to see. */
import type { Asker } from '../../src/conversation/asker.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import type { Refusals } from '../refusal.ts';
import type { TalkEvents } from './talk-events.ts';
import { askerOf, type WebUser } from './web-user.ts';

/** Whether they may look at somebody else's talk, which is about that gallery, and speak in it: as who approves a search does. */
export type MayOpen = (asker: Asker, talk: { readonly gallery: string }) => boolean | Promise<boolean>;

export interface TalkAccessParts {
  readonly conversations: Pick<Conversations, 'state'>;
  readonly events: TalkEvents;
  /** What the talks of everybody begin with: `web:`, `web:alice/`. */
  readonly prefixes: readonly string[];
  readonly mayOpen?: MayOpen;
  readonly refusals: Refusals;
}

export class TalkAccess {
  constructor(private readonly parts: TalkAccessParts) {}

  /**
   * A person's own talk of this id, which need not be there yet; or somebody else's, whose link they were given.
   *
   * @returns its name among all conversations
   * @throws ChatReidError TALK_UNKNOWN: it is somebody else's, and none of their business
   */
  async open(user: WebUser, talk: string): Promise<string> {
    const found = await this.#found(user, talk);
    if (found === user.prefix + talk || (await this.mayOpen(user, found))) return found;
    throw this.#refused(user);
  }

  /** For what only its owner may do to it. @throws ChatReidError TALK_UNKNOWN */
  async own(user: WebUser, talk: string): Promise<string> {
    const found = await this.#found(user, talk);
    if (found === user.prefix + talk) return found;
    throw this.#refused(user);
  }

  /** Their own, unless somebody else has one of this id. Where nobody has talks of their own there is no looking. */
  async #found(user: WebUser, talk: string): Promise<string> {
    const own = user.prefix + talk;
    const others = this.parts.prefixes.filter((prefix) => prefix !== user.prefix);
    if (others.length === 0 || (await this.#isThere(own))) return own;
    for (const prefix of others) if (await this.#isThere(prefix + talk)) return prefix + talk;
    return own;
  }

  /** Somebody else's. */
  async mayOpen(user: WebUser, conversation: string): Promise<boolean> {
    const { conversations, mayOpen } = this.parts;
    const state = await conversations.state(conversation);
    return state !== undefined && ((await mayOpen?.(askerOf(user, conversation), state)) ?? false);
  }

  async #isThere(conversation: string): Promise<boolean> {
    const { conversations, events } = this.parts;
    return events.isUnderWay(conversation) || (await conversations.state(conversation)) !== undefined;
  }

  #refused({ user }: WebUser): ChatReidError {
    this.parts.refusals.add(user, "somebody else's talk");
    return new ChatReidError(
      'TALK_UNKNOWN',
      'There is no such search, or it is not yours.',
      'Begin a new one, or ask whoever gave you the link.',
    );
  }
}
