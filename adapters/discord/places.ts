/** Where a talk is: `discord:GUILD/CHANNEL`, `discord:@me/CHANNEL`, `discord:GUILD/CHANNEL/private-USER`. */

export const discordPrefix = 'discord:';

export interface Place {
  /** Absent in direct messages. */
  readonly guild?: string;
  /** A thread is a channel. */
  readonly channel: string;
  /** Whose talk it is, where only they see it. */
  readonly user?: string;
}

export function conversationOf({ guild, channel, user }: Place): string {
  const name = `${discordPrefix}${guild ?? '@me'}/${channel}`;
  return user === undefined ? name : `${name}/private-${user}`;
}

/** @returns undefined for the name of no talk of ours */
export function placeOf(conversation: string): Place | undefined {
  const [, guild, channel, user] = /^discord:(@me|\d+)\/(\d+)(?:\/private-(\d+))?$/.exec(conversation) ?? [];
  if (guild === undefined || channel === undefined) return undefined;
  return {
    ...(guild === '@me' ? {} : { guild }),
    channel,
    ...(user === undefined ? {} : { user }),
  };
}

export function discordUser(id: string): string {
  return `${discordPrefix}${id}`;
}
