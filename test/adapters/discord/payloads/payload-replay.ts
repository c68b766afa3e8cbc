/** Plays payloads to a bot: what they speak of (channels, messages, files, interactions) is on the local Discord first. */
import { z } from 'zod';
import sharp from 'sharp';
import { channelType } from '../server/channel.ts';
import type { DiscordServer } from '../server/discord-server.ts';
import type { Interaction } from '../server/interactions.ts';
import type { Message } from '../server/message.ts';
import { guildId, people } from '../server/world.ts';
import type { FileKind } from './payload-case.ts';

export interface Played {
  readonly id: string;
  /** Absent where the payload is of none that can be answered. */
  readonly interaction?: Interaction;
}

const place = z.looseObject({
  channel_id: z.string(),
  guild_id: z.string().optional(),
  channel: z.looseObject({ type: z.number() }).optional(),
});
const somebody = z.looseObject({ id: z.string(), username: z.string() });
const shown = z.looseObject({
  id: z.string(),
  channel_id: z.string(),
  type: z.number(),
  author: somebody,
  flags: z.number().default(0),
});
const attachment = z.looseObject({ id: z.string(), filename: z.string(), url: z.string() });
const interaction = z.looseObject({
  id: z.string().regex(/^\d+$/),
  token: z.string(),
  type: z.number(),
  channel_id: z.string(),
  message: shown.optional(),
});

const picture = await sharp({ create: { width: 16, height: 32, channels: 3, background: '#336' } })
  .png()
  .toBuffer();
const contents = { document: Buffer.from('%PDF-1.7 no picture'), huge: Buffer.alloc(26_500_000) };

export class PayloadReplay {
  constructor(private readonly discord: DiscordServer) {}

  /** @returns resolves when it is sent; what the bot does then takes its time */
  async play(
    event: string,
    payload: object,
    files: Readonly<Record<string, FileKind>> = {},
  ): Promise<Played> {
    const there = await this.#withFiles(payload, files);
    this.#placeOf(there);
    const opened = event === 'INTERACTION_CREATE' ? this.#interaction(there) : undefined;
    if (event === 'MESSAGE_CREATE') this.#message(there);
    // Discord gives an interaction an id of the moment, and whoever answers late sees it by that.
    const sent = opened === undefined ? there : { ...there, id: opened.id };
    this.discord.events.raw(event, sent);
    const id = 'id' in sent ? String(sent.id) : 'of no message';
    return { id, ...(opened !== undefined && { interaction: opened }) };
  }

  #interaction(payload: object): Interaction | undefined {
    const { data } = interaction.safeParse(payload);
    if (data === undefined) return undefined;
    const source = data.message === undefined ? undefined : this.#message(data.message);
    return this.discord.interactions.open({
      type: data.type,
      user: { id: people.anna, username: 'anna', global_name: null },
      channel: data.channel_id,
      name: '',
      token: data.token,
      ...(source !== undefined && { source }),
    });
  }

  #placeOf(payload: object): void {
    const { data } = place.safeParse(payload);
    const { world } = this.discord;
    if (data === undefined || world.channels.has(data.channel_id)) return;
    const { channel_id: id, guild_id: guild, channel } = data;
    const type = channel?.type ?? (guild === undefined ? channelType.direct : channelType.text);
    const thread = {
      owner: people.anna,
      members: new Set<string>(),
      archived: false,
      locked: false,
      autoArchive: 1440,
    };
    const inThread = type === channelType.thread || type === channelType.privateThread;
    world.add({
      id,
      type,
      name: 'replayed',
      overwrites: [],
      messages: [],
      ...(guild === undefined ? { recipient: people.anna } : { guild: guildId }),
      ...(inThread && { parent: world.channel('gate').id, thread }),
    });
  }

  #message(payload: object): Message | undefined {
    const { data } = shown.safeParse(payload);
    if (data === undefined) return undefined;
    const { world, clock } = this.discord;
    const message: Message = {
      id: data.id,
      channel: data.channel_id,
      author: { ...data.author, global_name: null },
      type: data.type,
      at: clock.now(),
      content: '',
      embeds: [],
      components: [],
      attachments: [],
      flags: data.flags,
      edits: 0,
      here: true,
    };
    world.channel(data.channel_id).messages.push(message);
    return message;
  }

  /** Addresses of attachments lead to this Discord, wherever in the payload they stand. */
  async #withFiles(payload: object, files: Readonly<Record<string, FileKind>>): Promise<object> {
    const copy = structuredClone(payload);
    const changing: Promise<void>[] = [];
    const walk = (part: unknown) => {
      if (typeof part !== 'object' || part === null) return;
      const { success, data } = attachment.safeParse(part);
      if (success)
        changing.push(
          this.#address(data.filename, files[data.id]).then((url) => {
            Object.assign(part, { url, proxy_url: url });
          }),
        );
      for (const inner of Object.values(part)) walk(inner);
    };
    walk(copy);
    await Promise.all(changing);
    return copy;
  }

  async #address(name: string, kind: FileKind | undefined): Promise<string> {
    const { attachments, clock } = this.discord;
    if (kind === 'elsewhere') return 'https://files.example.org/picture.png';
    const bytes = kind === 'document' || kind === 'huge' ? contents[kind] : picture;
    const kept = await attachments.keep('880000000000000031', { name, bytes });
    const daysAgo = kind === 'expired' ? 2 : 0;
    return attachments.url(kept, clock.now() - daysAgo * 24 * 60 * 60_000);
  }
}
