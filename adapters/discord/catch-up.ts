/** Messages that were written while nobody listened, and that no session tells again: they are fetched from the talks themselves. */
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { DiscordApi } from './discord-api.ts';
import { isClosed, isDead } from './api-error.ts';
import { discordLimits } from './limits.ts';
import { discordPrefix, placeOf } from './places.ts';
import { idAt } from './snowflake.ts';

/** Who waited longer than that for an answer does not wait any more. */
const oldestMs = 24 * 3_600_000;
/** What came within this time before the last event that was kept may have been lost with it. */
const marginMs = 60_000;
const mostPages = 5;

export interface CatchUpParts {
  readonly api: DiscordApi;
  readonly conversations: Conversations;
  /** Takes a message in as if it were told; one that is known is not answered again. */
  take(message: unknown): Promise<void>;
}

/** @param heard when something was heard last: milliseconds since 1970 */
export async function catchUp({ api, conversations, take }: CatchUpParts, heard: number): Promise<void> {
  const since = idAt(Math.max(heard - marginMs, Date.now() - oldestMs));
  const channels = new Map<string, string | undefined>();
  for (const { conversation } of await conversations.list(discordPrefix)) {
    const place = placeOf(conversation);
    // What only one person sees is made of commands and buttons, and there is no fetching those.
    if (place && place.user === undefined) channels.set(place.channel, place.guild);
  }
  for (const [channel, guild] of channels) {
    let after = since;
    for (let page = 0; page < mostPages; page++) {
      const messages = await api.messagesAfter(channel, after).catch((error: unknown) => {
        // The thread or the channel is gone, or closed to the bot.
        if (isClosed(error) || isDead(error)) return [];
        throw error;
      });
      for (const message of messages) {
        await take({ ...message, ...(guild === undefined ? {} : { guild_id: guild }) });
      }
      if (messages.length < discordLimits.historyPage) break;
      after = messages.at(-1)?.id ?? after;
    }
  }
}
