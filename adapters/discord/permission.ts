/** Whether somebody may use the bot where they are. */
import type { RefusalReason } from '../refusal.ts';
import type { DiscordAsker, DiscordOptions } from './options.ts';

export type Permitting = Pick<DiscordOptions, 'guilds' | 'roles' | 'directMessages' | 'mayUse'>;

export interface Refused {
  readonly why: RefusalReason;
  readonly sentence: string;
}

/** @returns undefined where they may */
export async function refusalFor(asker: DiscordAsker, options: Permitting): Promise<Refused | undefined> {
  const { guilds, roles, mayUse } = options;
  const { directMessages = guilds === undefined && roles === undefined } = options;
  if (asker.guild === undefined && !directMessages) {
    return {
      why: 'direct message',
      sentence: 'The bot does not answer direct messages. Use it in a channel of its server.',
    };
  }
  if (asker.guild !== undefined && guilds && !guilds.includes(asker.guild)) {
    return {
      why: 'other server',
      sentence: 'The bot is not for this server. Who runs it can allow it.',
    };
  }
  // In direct messages nobody has a role: whether there are any is said apart.
  const hasRole = !roles || asker.guild === undefined || asker.roles.some((role) => roles.includes(role));
  if (!hasRole || (mayUse && !(await mayUse(asker)))) {
    return {
      why: 'no role',
      sentence: 'You may not use the bot here. Who runs it can give you a role that may.',
    };
  }
  return undefined;
}
