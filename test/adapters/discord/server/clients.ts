/** Clients of discord.js on a local Discord, for the tests of the server itself. */
import { Client, DiscordAPIError, Events, GatewayIntentBits } from 'discord.js';
import sharp from 'sharp';
import { expect } from 'vitest';
import { type DiscordOptions, DiscordServer } from './discord-server.ts';

const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;

/** Machines that do other things too. */
export const patience = { timeout: 30_000 };
export const acknowledgeMs = 60_000;

export class Clients {
  readonly #closing: (() => Promise<unknown>)[] = [];

  async start(options: DiscordOptions = {}): Promise<DiscordServer> {
    const discord = await DiscordServer.start({ acknowledgeMs, ...options });
    this.#closing.push(() => discord.stop());
    return discord;
  }

  /** Not logged in yet. */
  client(
    discord: DiscordServer,
    intents: readonly number[] = [Guilds, GuildMessages, DirectMessages, MessageContent],
  ): Client {
    const client = new Client({
      intents: [...intents],
      rest: { api: discord.api, cdn: discord.cdn },
      // Discord wants five seconds between two identifies; a test does not.
      ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) },
    });
    this.#closing.push(() => client.destroy());
    // Whoever wants to know of an error listens too.
    client.on(Events.Error, () => {});
    return client;
  }

  async connect(discord: DiscordServer, intents?: readonly number[]): Promise<Client<true>> {
    const client = this.client(discord, intents);
    const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
    await client.login(discord.token);
    return ready;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }
}

/** The next event of this name. */
export function next<T>(client: Client, event: string): Promise<T> {
  return new Promise((resolve) => client.once(event, resolve));
}

export async function refusal(doing: Promise<unknown>): Promise<DiscordAPIError> {
  const error = await doing.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(DiscordAPIError);
  return error as DiscordAPIError;
}

export function picture(): Promise<Buffer> {
  return sharp({ create: { width: 20, height: 40, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
}
