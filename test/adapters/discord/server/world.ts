/** What there is on the local Discord: a guild with its people, channels, threads and messages. Tests read it as it is. */
import type { Attachments } from './attachments.ts';
import { refusals } from './api-error.ts';
import { type Channel, channelType, isThread } from './channel.ts';
import type { Clock } from './clock.ts';
import { type Message, messagePayload, type User } from './message.ts';
import {
  everyPermission,
  type PermissionName,
  permission,
  permissionBits,
  permissionsIn,
} from './permissions.ts';

export interface Role {
  readonly id: string;
  readonly name: string;
  permissions: bigint;
}

export interface Member {
  readonly user: User;
  readonly roles: string[];
  nick?: string;
}

/** What a bot is usually given, and what people may do. */
const usual: readonly PermissionName[] = [
  'viewChannel',
  'sendMessages',
  'embedLinks',
  'attachFiles',
  'readMessageHistory',
  'useApplicationCommands',
  'createPublicThreads',
  'sendMessagesInThreads',
];

export const guildId = '880000000000000001';
export const botId = '880000000000000002';
export const people = {
  anna: '880000000000000011',
  boris: '880000000000000012',
  clara: '880000000000000013',
  /** Owns the guild, so may do everything. */
  olga: '880000000000000014',
} as const;
export type Person = keyof typeof people;
export const roles = { officer: '880000000000000021', registrar: '880000000000000022' } as const;
export const channels = {
  gate: '880000000000000031',
  lobby: '880000000000000032',
  /** The bot does not see it. */
  vault: '880000000000000033',
  /** The bot may read there, not write. */
  notices: '880000000000000034',
  /** The bot may write there, and start no threads. */
  desk: '880000000000000035',
  /** The bot may write there, and attach no files. */
  words: '880000000000000036',
} as const;
export type ChannelName = keyof typeof channels;

const forbidden: Readonly<Record<ChannelName, readonly PermissionName[]>> = {
  gate: [],
  lobby: [],
  vault: ['viewChannel'],
  notices: ['sendMessages', 'sendMessagesInThreads'],
  desk: ['createPublicThreads', 'createPrivateThreads'],
  words: ['attachFiles'],
};

export class World {
  readonly bot: User = { id: botId, username: 'chatreid', global_name: null, bot: true };
  readonly members = new Map<string, Member>();
  readonly roles = new Map<string, Role>();
  readonly channels = new Map<string, Channel>();
  #strangers = new Map<string, User>();

  constructor(
    private readonly clock: Clock,
    private readonly attachments: Attachments,
  ) {
    this.roles.set(guildId, { id: guildId, name: '@everyone', permissions: permissionBits(usual) });
    for (const [name, id] of Object.entries(roles)) this.roles.set(id, { id, name, permissions: 0n });
    const given = { anna: [roles.officer], boris: [], clara: [roles.registrar], olga: [] };
    for (const [name, id] of Object.entries(people)) {
      const user = { id, username: name, global_name: name[0]!.toUpperCase() + name.slice(1) };
      this.members.set(id, { user, roles: [...given[name as Person]] });
    }
    this.members.set(botId, { user: this.bot, roles: [] });
    for (const [name, id] of Object.entries(channels)) this.#addChannel(id, name as ChannelName);
  }

  /** By its id, or by the name of one that is there from the start. @throws ApiError unknown channel */
  channel(nameOrId: string): Channel {
    const id = nameOrId in channels ? channels[nameOrId as ChannelName] : nameOrId;
    const found = this.channels.get(id);
    if (found === undefined) throw refusals.unknownChannel();
    return found;
  }

  /** Threads of a channel, oldest first. */
  threads(channel: string): readonly Channel[] {
    const { id } = this.channel(channel);
    return [...this.channels.values()].filter((one) => isThread(one) && one.parent === id);
  }

  /** The direct conversation of somebody with the bot; it is opened where there is none. */
  direct(person: string): Channel {
    for (const channel of this.channels.values()) if (channel.recipient === person) return channel;
    const id = this.clock.snowflake();
    return this.add({
      id,
      type: channelType.direct,
      name: '',
      overwrites: [],
      recipient: person,
      messages: [],
    });
  }

  add(channel: Channel): Channel {
    this.channels.set(channel.id, channel);
    return channel;
  }

  user(id: string): User | undefined {
    return this.members.get(id)?.user ?? this.#strangers.get(id);
  }

  /** Somebody who is no member: a webhook, another bot. */
  stranger(user: User): User {
    this.#strangers.set(user.id, user);
    return user;
  }

  /** Also one that only somebody sees; not one that is deleted. */
  message(channel: string, id: string): Message | undefined {
    return this.channels.get(channel)?.messages.find((message) => message.id === id && message.here);
  }

  /** Every message, in the order in which they were posted. */
  get messages(): readonly Message[] {
    return [...this.channels.values()].flatMap(({ messages }) => messages).sort(inOrder);
  }

  permissions(user: string, channel: Channel): bigint {
    if (channel.guild === undefined) return everyPermission;
    const place = isThread(channel) ? this.channel(channel.parent!) : channel;
    return permissionsIn({
      user,
      guild: guildId,
      owner: people.olga,
      roles: new Map([...this.roles].map(([id, role]) => [id, role.permissions])),
      memberRoles: this.members.get(user)?.roles ?? [],
      overwrites: place.overwrites,
    });
  }

  may(user: string, channel: Channel, name: PermissionName): boolean {
    return (this.permissions(user, channel) & permission[name]) !== 0n;
  }

  /** Takes permissions of the bot in a channel away, or gives them back. */
  forbid(channel: string, names: readonly PermissionName[]): void {
    const { overwrites } = this.channel(channel);
    overwrites.splice(0, overwrites.length);
    if (names.length > 0) overwrites.push({ id: botId, type: 1, allow: 0n, deny: permissionBits(names) });
  }

  memberPayload(id: string): object {
    const member = this.members.get(id);
    if (member === undefined) throw refusals.unknownMember();
    const { roles, nick } = member;
    return {
      roles,
      nick: nick ?? null,
      avatar: null,
      joined_at: '2026-01-05T08:00:00.000000+00:00',
      deaf: false,
      mute: false,
      flags: 0,
      pending: false,
    };
  }

  channelPayload(channel: Channel): object {
    const { id, type, guild, name, parent, thread, recipient, messages, overwrites } = channel;
    if (recipient !== undefined)
      return {
        id,
        type,
        last_message_id: messages.at(-1)?.id ?? null,
        recipients: [this.user(recipient)],
        flags: 0,
      };
    return {
      id,
      type,
      guild_id: guild,
      name,
      last_message_id: messages.at(-1)?.id ?? null,
      rate_limit_per_user: 0,
      flags: 0,
      ...(thread === undefined
        ? {
            position: 0,
            topic: null,
            nsfw: false,
            parent_id: null,
            permission_overwrites: overwrites.map(({ id, type, allow, deny }) => ({
              id,
              type,
              allow: String(allow),
              deny: String(deny),
            })),
          }
        : {
            parent_id: parent,
            owner_id: thread.owner,
            message_count: messages.length,
            member_count: thread.members.size,
            total_message_sent: messages.length,
            thread_metadata: {
              archived: thread.archived,
              locked: thread.locked,
              auto_archive_duration: thread.autoArchive,
              archive_timestamp: this.clock.iso(),
              create_timestamp: this.clock.iso(),
            },
            ...(thread.members.has(botId) && {
              member: { id, user_id: botId, join_timestamp: this.clock.iso(), flags: 1 },
            }),
          }),
    };
  }

  /** As a bot gets it. @param seen false: without what was written */
  messagePayload(message: Message, seen = true): object {
    const { guild } = this.channel(message.channel);
    const around = {
      clock: this.clock,
      attachments: this.attachments,
      user: (id: string) => this.user(id),
      message: (channel: string, id: string) => this.message(channel, id),
    };
    const thread = message.thread === undefined ? undefined : this.channels.get(message.thread);
    return {
      ...messagePayload(message, around, seen),
      ...(thread !== undefined && { thread: this.channelPayload(thread) }),
      ...(guild !== undefined && message.interaction !== undefined && { application_id: botId }),
    };
  }

  guildPayload(): object {
    const all = [...this.channels.values()].filter(({ guild }) => guild === guildId);
    const seen = all.filter((channel) => this.may(botId, channel, 'viewChannel'));
    return {
      id: guildId,
      name: 'Harbour Site',
      icon: null,
      owner_id: people.olga,
      preferred_locale: 'en-US',
      features: [],
      roles: [...this.roles.values()].map(({ id, name, permissions }, position) => ({
        id,
        name,
        permissions: String(permissions),
        position,
        color: 0,
        colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
        hoist: false,
        managed: false,
        mentionable: false,
        flags: 0,
      })),
      emojis: [],
      stickers: [],
      verification_level: 0,
      default_message_notifications: 0,
      explicit_content_filter: 0,
      mfa_level: 0,
      nsfw_level: 0,
      premium_tier: 0,
      premium_progress_bar_enabled: false,
      system_channel_flags: 0,
      afk_timeout: 300,
      joined_at: '2026-01-05T08:00:00.000000+00:00',
      large: false,
      unavailable: false,
      member_count: this.members.size,
      members: [{ user: this.bot, ...this.memberPayload(botId) }],
      channels: seen.filter((channel) => !isThread(channel)).map((channel) => this.channelPayload(channel)),
      threads: seen
        .filter((channel) => isThread(channel) && !channel.thread!.archived)
        .map((channel) => this.channelPayload(channel)),
      voice_states: [],
      presences: [],
      stage_instances: [],
      guild_scheduled_events: [],
      soundboard_sounds: [],
    };
  }

  #addChannel(id: string, name: ChannelName): void {
    const denied = permissionBits(forbidden[name]);
    this.add({
      id,
      type: channelType.text,
      guild: guildId,
      name,
      overwrites: denied === 0n ? [] : [{ id: botId, type: 1, allow: 0n, deny: denied }],
      messages: [],
    });
  }
}

function inOrder(one: Message, other: Message): number {
  return BigInt(one.id) < BigInt(other.id) ? -1 : 1;
}
