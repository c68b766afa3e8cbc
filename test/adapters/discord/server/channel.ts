/** A channel, thread or direct conversation as the local Discord keeps it. */
import type { Message } from './message.ts';
import type { Overwrite } from './permissions.ts';

export const channelType = {
  text: 0,
  direct: 1,
  voice: 2,
  announcement: 5,
  thread: 11,
  privateThread: 12,
} as const;

export interface Channel {
  readonly id: string;
  readonly type: number;
  /** Absent in direct conversations. */
  readonly guild?: string;
  name: string;
  /** Of a thread. */
  readonly parent?: string;
  readonly overwrites: Overwrite[];
  /** Who talks in a direct conversation with the bot. */
  readonly recipient?: string;
  readonly messages: Message[];
  readonly thread?: {
    readonly owner: string;
    readonly members: Set<string>;
    archived: boolean;
    locked: boolean;
    autoArchive: number;
  };
}

export function isThread({ type }: Channel): boolean {
  return type === channelType.thread || type === channelType.privateThread;
}
