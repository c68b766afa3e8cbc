/** A local Discord with the adapter on it, whose process can end and begin again with the same journal. */
import { DiscordAdapter, type DiscordOptions } from '../../../adapters/discord/discord-adapter.ts';
import { Journal } from '../../../adapters/journal.ts';
import type { Conversations } from '../../../src/conversation/conversations.ts';
import type { ChatReidError } from '../../../src/foundation/error.ts';
import { memoryShelves } from '../memory-shelf.ts';
import { answers, isFinal } from './posted-reading.ts';
import { DiscordServer, type DiscordOptions as ServerOptions } from './server/discord-server.ts';
import type { Message } from './server/message.ts';

export class DiscordHouse {
  readonly shelves = memoryShelves();
  /** Milliseconds of each acknowledgement, and what went wrong beside all answers. */
  readonly acknowledged: number[] = [];
  readonly troubles: ChatReidError[] = [];
  adapter: DiscordAdapter | undefined;

  private constructor(readonly discord: DiscordServer) {}

  static async build(options: ServerOptions = {}): Promise<DiscordHouse> {
    return new DiscordHouse(await DiscordServer.start(options));
  }

  async open(conversations: Conversations, options: Partial<DiscordOptions> = {}): Promise<DiscordAdapter> {
    const adapter = new DiscordAdapter({
      journal: new Journal('discord', this.shelves),
      token: this.discord.token,
      timeZone: 'Europe/Berlin',
      now: () => new Date('2026-05-15T10:00:00Z'),
      watch: {
        acknowledged: (ms) => void this.acknowledged.push(ms),
        trouble: (error) => void this.troubles.push(error),
      },
      rest: { api: this.discord.api, attachmentHosts: ['127.0.0.1'], retries: 2, timeoutMs: 5000 },
      ...options,
    });
    this.adapter = adapter;
    await adapter.start(conversations);
    return adapter;
  }

  /** As the end of a process, once what runs has ended. */
  async leave(): Promise<void> {
    await this.adapter?.stop();
    this.adapter = undefined;
  }

  async close(): Promise<void> {
    await this.leave();
    await this.discord.stop();
  }

  /** Final posts that answer a message or an interaction, wherever they stand. */
  posts(id: string): readonly Message[] {
    return this.discord.world.messages.filter((message) => answers(message, id) && isFinal(message));
  }
}
