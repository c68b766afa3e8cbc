/** Names of conversations and people among those of all platforms, and where in Slack they are. */

export const slackPrefix = 'slack:';

/** Where a talk is in Slack. */
export interface Place {
  readonly channel: string;
  /** Timestamp of the message that the thread hangs on; absent for what is said in a direct message outside of threads. */
  readonly thread?: string;
}

const direct = 'direct';

/** `slack:T1/C2/1699.1`; `slack:T1/D2/direct` */
export function conversationName(team: string, { channel, thread }: Place): string {
  return `${slackPrefix}${team}/${channel}/${thread ?? direct}`;
}

/** @returns undefined for a name that is none of ours */
export function placeOf(conversation: string): Place | undefined {
  const parts = /^slack:[^/]+\/([^/]+)\/([^/]+)$/.exec(conversation);
  const [, channel, thread] = parts ?? [];
  if (channel === undefined || thread === undefined) return undefined;
  return thread === direct ? { channel } : { channel, thread };
}

/** `slack:T1/U7` */
export function userName(team: string, user: string): string {
  return `${slackPrefix}${team}/${user}`;
}

export function isDirect(channel: string): boolean {
  return channel.startsWith('D');
}
