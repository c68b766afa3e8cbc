/** A local Slack with the adapter on it, over whatever conversations a test gives. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalShelves } from '../../../adapters/journal.ts';
import { Journal } from '../../../adapters/journal.ts';
import type { SlackLimits } from '../../../adapters/slack/limits.ts';
import { SlackAdapter } from '../../../adapters/slack/slack-adapter.ts';
import type { SlackOptions } from '../../../adapters/slack/slack-options.ts';
import type { Conversations } from '../../../src/conversation/conversations.ts';
import type { ChatReidError } from '../../../src/foundation/error.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { memoryShelves } from '../memory-shelf.ts';
import { payloadOf } from './posted-reading.ts';
import type { Json } from './server/json.ts';
import { SlackServer, type SlackServerOptions } from './server/slack-server.ts';
import type { SlackMessage } from './server/workspace.ts';

/** Nobody waits in a test. */
export const quickLimits: Partial<SlackLimits> = {
  betweenPostsMs: 0,
  tierFactor: 1_000,
  retryMs: 5,
  fileLookMs: 5,
  /** Also how long a pong may take: a busy machine loses its connection, and presses with it, where this is short. */
  socketMs: 1_000,
  ackMs: 500,
  lateMs: 2_000,
  again: [20, 50, 100, 200, 400, 800],
};

export const manifestPath = join(packageRoot(), 'adapters', 'slack', 'manifest.json');

export class SlackHouse {
  readonly troubles: ChatReidError[] = [];
  readonly acks: number[] = [];
  adapter: SlackAdapter | undefined;

  private constructor(
    readonly slack: SlackServer,
    /** What survives a restart. */
    public shelves: JournalShelves,
  ) {}

  static async build(options: SlackServerOptions = {}): Promise<SlackHouse> {
    const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as Json;
    return new SlackHouse(await SlackServer.start({ manifest, ...options }), memoryShelves());
  }

  /** As a process starts it. */
  async open(conversations: Conversations, options: Partial<SlackOptions> = {}): Promise<SlackAdapter> {
    const adapter = this.made(options);
    await adapter.start(conversations);
    if (options.connection?.kind === 'http' && adapter.url !== undefined) this.slack.deliverTo(adapter.url);
    return adapter;
  }

  made(options: Partial<SlackOptions> = {}): SlackAdapter {
    this.adapter = new SlackAdapter({
      journal: new Journal('slack', this.shelves),
      botToken: this.slack.botToken,
      connection: { kind: 'socket', appToken: this.slack.appToken },
      timeZone: 'Europe/Berlin',
      apiUrl: this.slack.apiUrl,
      fileHosts: [this.slack.fileHost],
      watch: {
        acknowledged: (ms) => this.acks.push(ms),
        trouble: (error) => this.troubles.push(error),
      },
      ...options,
      limits: { ...quickLimits, ...options.limits },
    });
    return this.adapter;
  }

  /** Posts of the bot that answer a message, as they stand. */
  answers(messageId: string): readonly SlackMessage[] {
    return this.slack.workspace.posts.filter((post) => payloadOf(post).to === messageId);
  }

  finals(messageId: string): readonly SlackMessage[] {
    return this.answers(messageId).filter((post) => payloadOf(post).stage === 'final');
  }

  async close(): Promise<void> {
    await this.adapter?.stop();
    this.adapter = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    await this.slack.stop();
  }
}
