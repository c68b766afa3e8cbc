/** Every call that is made to Discord, by name. Rate limits and faults of theirs are waited out by discord.js. */
import { type RawFile, REST, type RequestData, type RESTOptions, Routes } from 'discord.js';
import { z } from 'zod';
import type { Command } from './commands.ts';
import type { DiscordRest } from './options.ts';
import { type DiscordMessage, isThreadType, messageSchema } from './payloads.ts';
import { discordLimits } from './limits.ts';
import { request } from './plain-request.ts';
import type { Payload } from './reply-payload.ts';

/** A message of ours that Discord has. */
export interface Written {
  readonly id: string;
  readonly channel: string;
}

export interface Application {
  readonly id: string;
  /** The bot's user. */
  readonly bot: string;
}

const written = z.object({ id: z.string(), channel_id: z.string() });
const application = z.object({ id: z.string(), bot: z.object({ id: z.string() }).optional() });
const channelParent = z.object({ type: z.number(), parent_id: z.string().nullish() });
/** A deferral makes a message too, but brings its id alone. */
const callback = z.object({ interaction: z.object({ response_message_id: z.string().optional() }) });
const withFooters = z.object({
  id: z.string(),
  channel_id: z.string(),
  author: z.object({ id: z.string() }),
  content: z.string().default(''),
  embeds: z.array(z.object({ footer: z.object({ text: z.string() }).optional() })).default([]),
});

export class DiscordApi {
  readonly rest: REST;
  /**
   * For what stands under an interaction's token: Discord does not count it among the bot's fifty calls a second, and an
   * acknowledgement must not wait behind them.
   */
  readonly #interactions: REST;
  /** A message under an interaction's token has no nonce: a call whose answer is lost must not be made again unseen. */
  readonly #once: REST;

  constructor(token: string, { api, retries = 3, timeoutMs = 15_000 }: DiscordRest = {}) {
    const options: Partial<RESTOptions> = {
      version: '10',
      retries,
      timeout: timeoutMs,
      makeRequest: request,
      ...(api === undefined ? {} : { api }),
    };
    this.rest = new REST(options).setToken(token);
    const uncounted = { ...options, globalRequestsPerSecond: Number.POSITIVE_INFINITY };
    this.#interactions = new REST(uncounted);
    this.#once = new REST({ ...uncounted, retries: 0 });
  }

  /** Timers that keep a process alive. */
  close(): void {
    for (const rest of [this.rest, this.#interactions, this.#once]) {
      rest.clearHashSweeper();
      rest.clearHandlerSweeper();
    }
  }

  async application(): Promise<Application> {
    const { id, bot } = application.parse(await this.rest.get('/applications/@me'));
    // The bot of an application has its id, but for those of before 2016.
    return { id, bot: bot?.id ?? id };
  }

  async commands(application: string, guild?: string): Promise<readonly unknown[]> {
    return z.array(z.unknown()).parse(await this.rest.get(commandsRoute(application, guild)));
  }

  async putCommands(
    application: string,
    commands: readonly Partial<Command>[],
    guild?: string,
  ): Promise<void> {
    await this.rest.put(commandsRoute(application, guild), { body: commands });
  }

  /** @returns id of the message that was made, where one was */
  async acknowledge(
    interaction: { readonly id: string; readonly token: string },
    body: { readonly type: number; readonly data?: object },
  ): Promise<string | undefined> {
    const answer = await this.#interactions.post(
      Routes.interactionCallback(interaction.id, interaction.token),
      {
        body,
        auth: false,
        query: new URLSearchParams({ with_response: 'true' }),
      },
    );
    return callback.safeParse(answer).data?.interaction.response_message_id;
  }

  /** The message that the acknowledgement made. */
  async original(application: string, token: string): Promise<Written> {
    return this.#written(this.#interactions.get(Routes.webhookMessage(application, token), { auth: false }));
  }

  async editOriginal(application: string, token: string, payload: Payload): Promise<Written> {
    const route = Routes.webhookMessage(application, token);
    return this.#written(this.#interactions.patch(route, { ...sent(payload), auth: false }));
  }

  /** Never made twice by itself: who tries again looks first whether it is there. */
  async followUp(application: string, token: string, payload: Payload): Promise<Written> {
    const route = Routes.webhook(application, token);
    const query = new URLSearchParams({ wait: 'true' });
    return this.#written(this.#once.post(route, { ...sent(payload), auth: false, query }));
  }

  async editFollowUp(application: string, token: string, id: string, payload: Payload): Promise<Written> {
    const route = Routes.webhookMessage(application, token, id);
    return this.#written(this.#interactions.patch(route, { ...sent(payload), auth: false }));
  }

  /** @param nonce the same one makes no second message, for some minutes */
  async post(channel: string, payload: Payload, nonce: string, replyTo?: string): Promise<Written> {
    const reference =
      replyTo === undefined ? {} : { message_reference: { message_id: replyTo, fail_if_not_exists: false } };
    const body = { ...payload.body, ...reference, nonce, enforce_nonce: true };
    return this.#written(this.rest.post(Routes.channelMessages(channel), sent({ ...payload, body })));
  }

  async edit({ channel, id }: Written, payload: Payload): Promise<Written> {
    return this.#written(this.rest.patch(Routes.channelMessage(channel, id), sent(payload)));
  }

  async remove({ channel, id }: Written): Promise<void> {
    await this.rest.delete(Routes.channelMessage(channel, id));
  }

  /** Messages of a bot after another message, with what stands at their ends. */
  async postsAfter(
    channel: string,
    after: string,
    bot: string,
  ): Promise<readonly (Written & { readonly lastWords: readonly string[] })[]> {
    const messages = z.array(withFooters).parse(await this.#page(channel, after));
    return messages
      .filter(({ author }) => author.id === bot)
      .map(({ id, channel_id, embeds, content }) => ({
        id,
        channel: channel_id,
        lastWords: [content, ...embeds.map(({ footer }) => footer?.text ?? '')],
      }));
  }

  /** Of a page of history, in their order; what cannot be read is left out. */
  async messagesAfter(channel: string, after: string): Promise<readonly DiscordMessage[]> {
    const page = z.array(z.unknown()).parse(await this.#page(channel, after));
    return page
      .flatMap((message) => messageSchema.safeParse(message).data ?? [])
      .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  }

  async openThread(channel: string, message: string, name: string): Promise<void> {
    await this.rest.post(Routes.threads(channel, message), { body: { name, auto_archive_duration: 1440 } });
  }

  async typing(channel: string): Promise<void> {
    await this.rest.post(Routes.channelTyping(channel));
  }

  /** @returns the channel in which the bot writes to somebody alone */
  async directChannel(user: string): Promise<string> {
    const answer = await this.rest.post(Routes.userChannels(), { body: { recipient_id: user } });
    return z.object({ id: z.string() }).parse(answer).id;
  }

  async rolesOf(guild: string, user: string): Promise<readonly string[]> {
    const answer = await this.rest.get(Routes.guildMember(guild, user));
    return z.object({ roles: z.array(z.string()) }).parse(answer).roles;
  }

  /** @returns the channel that a thread is in; undefined for what is no thread */
  async parentOf(channel: string): Promise<string | undefined> {
    const { type, parent_id } = channelParent.parse(await this.rest.get(Routes.channel(channel)));
    // That of another channel is a category.
    return isThreadType(type) ? (parent_id ?? undefined) : undefined;
  }

  #page(channel: string, after: string): Promise<unknown> {
    const query = new URLSearchParams({ after, limit: String(discordLimits.historyPage) });
    return this.rest.get(Routes.channelMessages(channel), { query });
  }

  async #written(calling: Promise<unknown>): Promise<Written> {
    const { id, channel_id } = written.parse(await calling);
    return { id, channel: channel_id };
  }
}

function commandsRoute(application: string, guild?: string) {
  return guild === undefined
    ? Routes.applicationCommands(application)
    : Routes.applicationGuildCommands(application, guild);
}

function sent({ body, files }: Payload): RequestData {
  const attachments = files.map(({ name, description }, id) => ({ id, filename: name, description }));
  const raw: RawFile[] = files.map(({ name, bytes }) => ({ name, data: bytes }));
  // An edit without the list would leave the picture of before beside the new one.
  return { body: { ...body, attachments }, ...(raw.length > 0 ? { files: raw } : {}) };
}
