/** What Slack has of a reply, as the journal keeps it. */
import { z } from 'zod';
import type { Journal, Posted } from '../journal.ts';

export interface PostedReply {
  readonly channel: string;
  readonly thread?: string;
  /** Absent while it is being posted: Slack may have it, or not. */
  readonly ts?: string;
  /** `begun`: what stands there until the reply comes. */
  readonly stage: 'begun' | 'first' | 'final' | 'none';
  /** When it was begun, on our clock: milliseconds since 1970. */
  readonly at: number;
  /** Files of ours that are shown, or will be. */
  readonly files: readonly string[];
  /** The stage whose files they are. */
  readonly filesOf: string;
}

const posted = z.object({
  channel: z.string(),
  thread: z.string().optional(),
  ts: z.string().optional(),
  stage: z.enum(['begun', 'first', 'final', 'none']),
  at: z.number(),
  files: z.array(z.string()),
  filesOf: z.string(),
});

export class PostedReplies {
  constructor(private readonly journal: Journal) {}

  async of(messageId: string): Promise<PostedReply | undefined> {
    const read = posted.safeParse(await this.journal.posted(messageId));
    return read.success ? (read.data as PostedReply) : undefined;
  }

  async keep(messageId: string, record: PostedReply): Promise<void> {
    await this.journal.keepPosted(messageId, record as unknown as Posted);
  }
}
