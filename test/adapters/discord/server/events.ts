/** What happens on the local Discord, told to the bots that may know: by intent, channel, and with or without what was written. */
import { isThread } from './channel.ts';
import { type Gateway, intent } from './gateway.ts';
import type { GatewaySession } from './gateway-session.ts';
import { type Message, mentioned } from './message.ts';
import { botId, guildId, type World } from './world.ts';

export type Order = 'in order' | 'reversed' | 'shuffled';

export class Events {
  #held: (() => void)[] | undefined;
  #lost = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly world: World,
  ) {}

  /** From now on what people do is kept back. What the bot causes itself is not. */
  hold(): void {
    this.#held ??= [];
  }

  release(order: Order = 'in order'): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    if (order === 'reversed') held.reverse();
    // Every second first: the same on every run.
    const sorted =
      order === 'shuffled'
        ? [...held.filter((_, i) => i % 2 === 1), ...held.filter((_, i) => i % 2 === 0)]
        : held;
    for (const deliver of sorted) deliver();
  }

  /** The next so many things that people do never reach the bot. */
  lose(count = 1): void {
    this.#lost += count;
  }

  /** What somebody did, each delivery as often as it is asked for. */
  byPeople(deliver: () => void, times = 1): void {
    if (this.#lost > 0) {
      this.#lost -= 1;
      return;
    }
    for (let i = 0; i < times; i += 1) {
      if (this.#held === undefined) deliver();
      else this.#held.push(deliver);
    }
  }

  /** Any event as it is, to every session of the shard. @param wanted bits of intents, of which a session needs one; 0 for none */
  raw(t: string, d: object, { wanted = 0, guild = guildId as string | undefined } = {}): void {
    for (const session of this.gateway.listening(wanted, shardOf(guild))) session.dispatch(t, d);
  }

  messageCreated(message: Message): void {
    this.#message('MESSAGE_CREATE', message);
  }

  messageUpdated(message: Message): void {
    this.#message('MESSAGE_UPDATE', message);
  }

  messageDeleted({ id, channel: channelId, ephemeralFor }: Message): void {
    const { guild } = this.world.channel(channelId);
    const shown = ephemeralFor === undefined ? guild : undefined;
    this.raw(
      'MESSAGE_DELETE',
      { id, channel_id: channelId, ...(shown !== undefined && { guild_id: shown }) },
      { wanted: wantedFor(shown), guild },
    );
  }

  channelChanged(t: 'THREAD_CREATE' | 'THREAD_UPDATE' | 'CHANNEL_CREATE', channelId: string): void {
    const channel = this.world.channel(channelId);
    this.raw(
      t,
      { ...this.world.channelPayload(channel), ...(t === 'THREAD_CREATE' && { newly_created: true }) },
      { wanted: intent.guilds, guild: channel.guild },
    );
  }

  threadDeleted(channelId: string, parent: string): void {
    const d = { id: channelId, guild_id: guildId, parent_id: parent, type: 11 };
    this.raw('THREAD_DELETE', d, { wanted: intent.guilds });
  }

  welcome(session: GatewaySession): void {
    const mine = shardOf(guildId)(session.shard[1]) === session.shard[0];
    if (mine && (session.intents & intent.guilds) !== 0)
      session.dispatch('GUILD_CREATE', this.world.guildPayload());
  }

  #message(t: string, message: Message): void {
    const channel = this.world.channel(message.channel);
    const { guild } = channel;
    if (!this.world.may(botId, channel, 'viewChannel')) return;
    const shown = message.ephemeralFor === undefined ? guild : undefined;
    const member = this.world.members.has(message.author.id) && message.webhook === undefined;
    for (const session of this.gateway.listening(wantedFor(shown), shardOf(guild))) {
      session.dispatch(t, {
        ...this.world.messagePayload(message, sees(session.intents, message, guild)),
        channel_type: isThread(channel) ? 11 : channel.type,
        ...(shown !== undefined && { guild_id: shown }),
        ...(shown !== undefined && member && { member: this.world.memberPayload(message.author.id) }),
      });
    }
  }
}

/** Direct messages, its own, and those that name it: a bot reads these without the MessageContent intent. */
function sees(intents: number, message: Message, guild: string | undefined): boolean {
  return (
    (intents & intent.messageContent) !== 0 ||
    guild === undefined ||
    message.author.id === botId ||
    mentioned(message.content).includes(botId)
  );
}

function wantedFor(guild: string | undefined): number {
  // An ephemeral message has no guild, and comes to bots that hear either.
  return guild === undefined ? intent.directMessages | intent.guildMessages : intent.guildMessages;
}

function shardOf(guild: string | undefined): (count: number) => number {
  return (count) => (guild === undefined ? 0 : Number((BigInt(guild) >> 22n) % BigInt(count)));
}
