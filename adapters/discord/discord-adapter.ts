/** The bot in Discord: commands, menus, buttons, and the threads of searches. */
import type { Conversations } from '../../src/conversation/conversations.ts';
import { asChatReidError, type ChatReidError } from '../../src/foundation/error.ts';
import { systemTimeZone } from '../../src/foundation/site-time.ts';
import { type Adapter, type AdapterWatch, unwatched, type WithdrawnPost } from '../adapter.ts';
import { ActCodes } from './act-code.ts';
import { Refusals } from '../refusal.ts';
import { Answering } from './answering.ts';
import { Askers } from './askers.ts';
import { asPlatformError } from './api-error.ts';
import { catchUp } from './catch-up.ts';
import { registerCommands } from './command-registration.ts';
import { commands } from './commands.ts';
import { Completion } from './completion.ts';
import { type Application, DiscordApi } from './discord-api.ts';
import { Forgetting } from './forgetting.ts';
import { Gateway } from './gateway.ts';
import { GatewaySessions } from './gateway-sessions.ts';
import { Incoming } from './incoming.ts';
import { attachmentHosts } from './limits.ts';
import type { DiscordOptions } from './options.ts';
import { discordPrefix } from './places.ts';
import { Posting } from './posting.ts';
import { TalkPlaces } from './talk-places.ts';
import { Withdrawing } from './withdrawing.ts';

export type { DiscordAsker, DiscordOptions } from './options.ts';

export class DiscordAdapter implements Adapter {
  readonly name = 'discord';
  readonly #api: DiscordApi;
  readonly #watch: AdapterWatch;
  readonly #places: TalkPlaces;
  readonly #codes: ActCodes;
  readonly #refusals: Refusals;
  readonly #sessions: GatewaySessions;
  #stopping = false;
  #filling: Promise<void> = Promise.resolve();
  #gateway: Gateway | undefined;
  #incoming: Incoming | undefined;
  #answering: Answering | undefined;

  constructor(private readonly options: DiscordOptions) {
    const { token, rest, journal, watch = unwatched } = options;
    this.#api = new DiscordApi(token, rest);
    this.#watch = watch;
    this.#places = new TalkPlaces(journal);
    this.#codes = new ActCodes(journal);
    this.#refusals = new Refusals('discord', watch.refused);
    this.#sessions = new GatewaySessions(journal, (error) =>
      watch.trouble(asChatReidError(error, 'keeping the place in the stream of events')),
    );
  }

  get connected(): boolean {
    return this.#gateway?.connected ?? false;
  }

  /** @throws ChatReidError PLATFORM_REFUSED (the token, an intent), PLATFORM_UNREACHABLE, STORAGE_* */
  async start(conversations: Conversations): Promise<void> {
    const application = await this.#api.application().catch((error: unknown) => {
      throw asPlatformError(error, 'signing in');
    });
    await this.#register(application);
    const { incoming, answering } = this.#build(conversations, application);
    // What is left goes before what comes in; its replies wait until their events are read, below.
    const unfinished = await this.options.journal.unfinished();
    for (const { id } of unfinished) answering.expect(id);
    conversations
      .resume(discordPrefix, answering.deliver)
      .catch((error: unknown) => this.#watch.trouble(asChatReidError(error, 'resuming talks')));
    for (const event of unfinished) {
      incoming.again(event).catch((error: unknown) => {
        answering.drop(event.id);
        this.#watch.trouble(asChatReidError(error, 'finishing what an earlier process began'));
      });
    }
    await this.#gateway?.start();
  }

  /** Without a limit of its own: whoever stops it closes the conversations when there is no more time, and that ends what runs. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#gateway?.stop();
    await this.#incoming?.idle();
    await this.#answering?.idle();
    this.#refusals.flush();
    this.#api.close();
  }

  withdraw({ message }: WithdrawnPost): Promise<void> {
    return new Withdrawing({ api: this.#api, journal: this.options.journal }).withdraw(message);
  }

  #build(conversations: Conversations, { bot }: Application) {
    const { options } = this;
    const { journal, rest } = options;
    const [api, watch, places, codes] = [this.#api, this.#watch, this.#places, this.#codes];
    const onTrouble = (error: ChatReidError) => watch.trouble(error);
    const posting = new Posting({ api, journal, codes, places, conversations, bot, onTrouble });
    const askers = new Askers(api, options.namedMarks ?? []);
    const answering = new Answering({
      api,
      journal,
      conversations,
      posting,
      forgetting: new Forgetting({
        conversations,
        posting,
        codes,
        ...(options.mayForget ? { mayForget: options.mayForget } : {}),
      }),
      places,
      askers,
      bot,
      attachmentHosts: [...attachmentHosts, ...(rest?.attachmentHosts ?? [])],
      tellable: options,
      watch,
      readsMessages: () => this.#gateway?.readsMessages ?? false,
    });
    const { timeZone = systemTimeZone(), now = () => new Date() } = options;
    const incoming = new Incoming({
      api,
      journal,
      planning: { codes, places, timeZone, now },
      permitting: options,
      askers,
      refusals: this.#refusals,
      completion: new Completion(options.galleries),
      answering,
      bot,
      watch,
    });
    this.#gateway = new Gateway({
      rest: api.rest,
      token: options.token,
      shards: options.shards ?? 'auto',
      messageContent: options.messageContent ?? true,
      sessions: this.#sessions,
      onEvent: (name, data) => incoming.event(name, data),
      onSession: (shardId) => this.#fillGap(shardId, conversations, incoming),
      onTrouble,
    });
    this.#incoming = incoming;
    this.#answering = answering;
    return { incoming, answering };
  }

  /** A bot whose commands are of before still answers: that is no reason to stay away. */
  async #register({ id }: Application): Promise<void> {
    const guilds = this.options.commandGuilds;
    // Those for all guilds would be shown beside a guild's own.
    const wanted = guilds ? guilds.map((guild) => [commands, guild] as const) : [];
    for (const [some, guild] of [[guilds ? [] : commands, undefined] as const, ...wanted]) {
      await registerCommands(this.#api, id, some, guild).catch((error: unknown) =>
        this.#watch.trouble(asPlatformError(error, 'registering the commands')),
      );
    }
  }

  /** One after the other: where sessions break off again and again, as many readings at once would be in everybody's way. */
  #fillGap(shardId: number, conversations: Conversations, incoming: Incoming): void {
    this.#filling = this.#filling.then(async () => {
      const gap = this.#sessions.gap(shardId);
      if (!gap || this.#stopping) return;
      // What is not taken in now is left to the next process, with the gap.
      const take = async (message: unknown) => {
        if (!this.#stopping) await incoming.event('MESSAGE_CREATE', message);
      };
      try {
        await catchUp({ api: this.#api, conversations, take }, gap.since);
        if (!this.#stopping) this.#sessions.filled(shardId, gap);
      } catch (error) {
        this.#watch.trouble(asPlatformError(error, 'fetching messages that were missed'));
      }
    });
  }
}
