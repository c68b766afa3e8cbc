/** One workspace: its people, its channels, and what was written in them. Tests read it; nothing here speaks a protocol. */
import type { Clock } from './clock.ts';
import type { Json, JsonObject } from './json.ts';
import { Refusal } from './refusal.ts';

export const team = { id: 'T0SITE', name: 'Riverside site', domain: 'riverside-site' } as const;
export const bot = { user: 'U0BOT', id: 'B0BOT', app: 'A0CHATREID', name: 'chatreid' } as const;

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  /** Of another company, in a shared channel. */
  readonly team: string;
}

export type ChannelKind = 'public' | 'private' | 'im' | 'mpim';

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly members: Set<string>;
  /** Shared with another company. */
  readonly shared: boolean;
  archived: boolean;
  readonly messages: SlackMessage[];
}

export interface SlackMessage {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly fromBot: boolean;
  readonly threadTs?: string;
  readonly subtype?: string;
  readonly clientMsgId?: string;
  readonly team: string;
  text: string;
  blocks?: Json;
  metadata?: Json;
  fileIds: readonly string[];
  deleted: boolean;
  /** What it was before each edit, oldest first. */
  readonly edits: { readonly text: string; readonly blocks?: Json; readonly metadata?: Json }[];
}

export interface Ephemeral {
  readonly ts: string;
  readonly channel: string;
  /** Who alone sees it. */
  readonly user: string;
  readonly threadTs?: string;
  text: string;
  blocks?: Json;
  deleted: boolean;
  edits: number;
}

export interface Draft {
  readonly user: string;
  readonly text: string;
  readonly ts?: string;
  readonly threadTs?: string;
  readonly subtype?: string;
  readonly blocks?: Json;
  readonly metadata?: Json;
  readonly fileIds?: readonly string[];
}

/** What happened to a message, for whoever tells the app. */
export type Change =
  | { readonly kind: 'posted'; readonly message: SlackMessage }
  | { readonly kind: 'edited'; readonly message: SlackMessage; readonly before: JsonObject }
  | { readonly kind: 'deleted'; readonly message: SlackMessage; readonly before: JsonObject };

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly users: Set<string>;
  disabled: boolean;
}

export class Workspace {
  readonly people = new Map<string, Person>();
  readonly userGroups = new Map<string, UserGroup>();
  readonly channels = new Map<string, Channel>();
  readonly ephemerals: Ephemeral[] = [];

  constructor(readonly clock: Clock) {
    for (const [id, name, realName] of [
      ['U0ANNA', 'anna', 'Anna Okafor'],
      ['U0BORIS', 'boris', 'Boris Lindqvist'],
      ['U0CLARA', 'clara', 'Clara Mbeki'],
      [bot.user, bot.name, 'ChatReID'],
    ] as const)
      this.people.set(id, { id, name, realName, team: team.id });
    const people = ['U0ANNA', 'U0BORIS', 'U0CLARA'];
    this.addChannel({ id: 'C0GATE', name: 'gate-watch', kind: 'public', members: [...people, bot.user] });
    this.addChannel({ id: 'C0LOBBY', name: 'lobby', kind: 'public', members: people });
    this.addChannel({ id: 'G0CASE', name: 'case-17', kind: 'private', members: [...people, bot.user] });
  }

  addUserGroup(id: string, handle: string, users: readonly string[]): UserGroup {
    const added = { id, handle, users: new Set(users), disabled: false };
    this.userGroups.set(id, added);
    return added;
  }

  addChannel({
    members,
    ...channel
  }: Pick<Channel, 'id' | 'name' | 'kind'> & {
    readonly members: readonly string[];
    readonly shared?: boolean;
  }): Channel {
    const added = { shared: false, ...channel, members: new Set(members), archived: false, messages: [] };
    this.channels.set(added.id, added);
    return added;
  }

  /** @throws Refusal channel_not_found */
  channel(id: string): Channel {
    const found = this.channels.get(id);
    if (found === undefined) throw new Refusal('channel_not_found');
    return found;
  }

  /** The direct conversation of a person with the bot; it is opened where it was not. */
  direct(user: string): Channel {
    const id = `D${user.slice(1)}`;
    return (
      this.channels.get(id) ?? this.addChannel({ id, name: user, kind: 'im', members: [user, bot.user] })
    );
  }

  /** @throws Refusal channel_not_found, message_not_found */
  message(channel: string, ts: string): SlackMessage {
    const found = this.channel(channel).messages.find((one) => one.ts === ts && !one.deleted);
    if (found === undefined) throw new Refusal('message_not_found');
    return found;
  }

  /** A message and its replies, oldest first, without those that were deleted. */
  thread(channel: string, ts: string): readonly SlackMessage[] {
    return this.channel(channel).messages.filter(
      (one) => !one.deleted && (one.ts === ts || one.threadTs === ts),
    );
  }

  /** What the bot has posted and not deleted, in all channels, oldest first. */
  get posts(): readonly SlackMessage[] {
    return [...this.channels.values()]
      .flatMap(({ messages }) => messages)
      .filter(({ fromBot, deleted }) => fromBot && !deleted)
      .sort((one, other) => (one.ts < other.ts ? -1 : 1));
  }

  post(channel: Channel, draft: Draft): SlackMessage {
    const { user, threadTs } = draft;
    const message: SlackMessage = {
      ts: draft.ts ?? this.clock.ts(),
      channel: channel.id,
      user,
      fromBot: user === bot.user,
      team: this.people.get(user)?.team ?? team.id,
      ...(threadTs === undefined ? {} : { threadTs }),
      ...(draft.subtype === undefined ? {} : { subtype: draft.subtype }),
      ...(user === bot.user ? {} : { clientMsgId: this.clock.id('msg-') }),
      text: draft.text,
      ...(draft.blocks === undefined ? {} : { blocks: this.#withIds(draft.blocks) }),
      ...(draft.metadata === undefined ? {} : { metadata: draft.metadata }),
      fileIds: draft.fileIds ?? [],
      deleted: false,
      edits: [],
    };
    channel.messages.push(message);
    return message;
  }

  /** A part that is not given stays, as chat.update has it. */
  edit(
    message: SlackMessage,
    to: { text?: string; blocks?: Json; metadata?: Json; fileIds?: readonly string[] },
  ): void {
    const { text, blocks, metadata } = message;
    message.edits.push({
      text,
      ...(blocks === undefined ? {} : { blocks }),
      ...(metadata === undefined ? {} : { metadata }),
    });
    if (to.text !== undefined) message.text = to.text;
    if (to.blocks !== undefined) message.blocks = this.#withIds(to.blocks);
    if (to.metadata !== undefined) message.metadata = to.metadata;
    if (to.fileIds !== undefined) message.fileIds = to.fileIds;
  }

  /** Blocks and elements without an id are given one. */
  #withIds(blocks: Json): Json {
    return JSON.parse(JSON.stringify(blocks), (_name, value: unknown) => {
      if (typeof value !== 'object' || value === null || !('type' in value)) return value;
      const type = String(value.type);
      if (pressable.test(type) && !('action_id' in value))
        return { ...value, action_id: this.clock.id('a-') };
      if (blockTypes.has(type) && !('block_id' in value)) return { ...value, block_id: this.clock.id('b-') };
      return value;
    }) as Json;
  }
}

const pressable = /^button$|_select$|^overflow$|^checkboxes$|^radio_buttons$|picker$|_input$/;
const blockTypes = new Set([
  'section',
  'header',
  'divider',
  'context',
  'actions',
  'input',
  'markdown',
  'rich_text',
]);
