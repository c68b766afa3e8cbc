/** Whether somebody may use the bot where they are. */
import type { DiscordAsker, DiscordOptions } from './options.ts';

export type Permitting = Pick<DiscordOptions, 'guilds' | 'directMessages' | 'mayUse'>;

/** @returns undefined where they may; otherwise the sentence that says why not */
export async function refusalFor(asker: DiscordAsker, options: Permitting): Promise<string | undefined> {
  const { guilds, directMessages = guilds === undefined, mayUse } = options;
  if (asker.guild === undefined && !directMessages) {
    return 'The bot does not answer direct messages. Use it in a channel of its server.';
  }
  if (asker.guild !== undefined && guilds && !guilds.includes(asker.guild)) {
    return 'The bot is not for this server. Who runs it can allow it.';
  }
  if (mayUse && !(await mayUse(asker))) {
    return 'You may not use the bot here. Who runs it can give you a role that may.';
  }
  return undefined;
}
