/** What Discord says of whoever asks: the server, themselves, their roles, the channel, and of a thread the channel it is in. */
import { LRUCache } from 'lru-cache';
import type { Asker } from '../../src/conversation/asker.ts';
import type { DiscordApi } from './discord-api.ts';
import { type DiscordInteraction, type DiscordMessage, isThreadType, userOf } from './payloads.ts';
import { discordPrefix, discordUser } from './places.ts';

/** Threads whose channel is remembered; it never changes. */
const rememberedThreads = 2000;

interface Known {
  readonly user: string;
  readonly guild?: string | undefined;
  /** Absent where it is not known, as in direct messages: then nothing of the server is said. */
  readonly roles?: readonly string[] | undefined;
  readonly channels: readonly string[];
}

export class Askers {
  readonly #parents = new LRUCache<string, string>({ max: rememberedThreads });

  constructor(
    private readonly api: Pick<DiscordApi, 'parentOf'>,
    /** Marks that the access policy names: nothing is asked for that none of them needs. */
    private readonly named: readonly string[],
  ) {}

  /** Whether it matters who somebody is in this server. */
  counts(guild: string): boolean {
    const server = discordPrefix + guild;
    return this.named.some((mark) => mark === server || mark.startsWith(`${server}/`));
  }

  ofInteraction(interaction: DiscordInteraction): Asker {
    const { guild_id: guild, channel_id, channel, member } = interaction;
    const parent = isThreadType(channel?.type) ? (channel?.parent_id ?? undefined) : undefined;
    if (parent !== undefined) this.#parents.set(channel_id, parent);
    const channels = [channel_id, ...(parent === undefined ? [] : [parent])];
    return askerOf({ user: userOf(interaction) ?? '', guild, roles: member?.roles, channels });
  }

  /** A message does not say which channel its thread is in. Never rejects: what cannot be had is not there. */
  async ofMessage(message: DiscordMessage): Promise<Asker> {
    const { author, guild_id: guild, channel_id, member } = message;
    const parent = await this.#parent(message);
    const channels = [channel_id, ...(parent === undefined ? [] : [parent])];
    return askerOf({ user: author.id, guild, roles: member?.roles, channels });
  }

  async #parent({ guild_id, channel_id, channel_type }: DiscordMessage): Promise<string | undefined> {
    if (guild_id === undefined || !this.counts(guild_id)) return undefined;
    if (channel_type !== undefined && !isThreadType(channel_type)) return undefined;
    const known = this.#parents.get(channel_id);
    if (known !== undefined) return known;
    const parent = await this.api.parentOf(channel_id).catch(() => undefined);
    if (parent !== undefined) this.#parents.set(channel_id, parent);
    return parent;
  }
}

function askerOf({ user, guild, roles, channels }: Known): Asker {
  const name = discordUser(user);
  const server = discordPrefix + guild;
  const inServer =
    guild === undefined || roles === undefined
      ? []
      : [server, ...[...roles, ...channels].map((id) => `${server}/${id}`)];
  return { user: name, marks: [name, ...inServer] };
}
