/** Threads: opened from a message or without one, by people and by the bot; archived, locked, removed. */
import { refusals } from './api-error.ts';
import { type Channel, channelType, isThread } from './channel.ts';
import type { Clock } from './clock.ts';
import type { Events } from './events.ts';
import { flag } from './bodies/message.ts';
import { type Message, messageType } from './message.ts';
import { botId, guildId, type World } from './world.ts';

export class Threads {
  constructor(
    private readonly world: World,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /** The thread has the id of its message. @throws ApiError 10008, 160004, 50013, 50024 */
  fromMessage(by: string, channel: Channel, messageId: string, name: string, autoArchive = 1440): Channel {
    this.#refuse(by, channel, 'createPublicThreads');
    const message = this.world.message(channel.id, messageId);
    if (message === undefined || message.ephemeralFor !== undefined) throw refusals.unknownMessage();
    if (message.thread !== undefined || this.world.channels.has(messageId)) throw refusals.threadExists();
    const thread = this.#add(by, channel, messageId, name, channelType.thread, autoArchive);
    message.thread = thread.id;
    message.flags |= flag.hasThread;
    this.events.messageUpdated(message);
    this.#say(thread, by, messageType.threadStarter, '', message.id);
    return thread;
  }

  open(by: string, channel: Channel, name: string, type = 11, autoArchive = 1440): Channel {
    this.#refuse(
      by,
      channel,
      type === channelType.privateThread ? 'createPrivateThreads' : 'createPublicThreads',
    );
    const thread = this.#add(by, channel, this.clock.snowflake(), name, type, autoArchive);
    if (type === channelType.thread) this.#say(channel, by, messageType.threadCreated, name);
    return thread;
  }

  archive(thread: Channel, { locked = false } = {}): void {
    Object.assign(thread.thread!, { archived: true, locked });
    this.events.channelChanged('THREAD_UPDATE', thread.id);
  }

  remove(thread: Channel): void {
    this.world.channels.delete(thread.id);
    this.events.threadDeleted(thread.id, thread.parent!);
  }

  #refuse(by: string, channel: Channel, needed: 'createPublicThreads' | 'createPrivateThreads'): void {
    // No thread in a thread, and none in a direct conversation.
    if (isThread(channel) || channel.guild === undefined) throw refusals.wrongChannelType();
    if (!this.world.may(by, channel, needed)) throw refusals.missingPermissions();
  }

  #add(by: string, parent: Channel, id: string, name: string, type: number, autoArchive: number): Channel {
    const thread = this.world.add({
      id,
      type,
      guild: guildId,
      name,
      parent: parent.id,
      overwrites: [],
      messages: [],
      thread: { owner: by, members: new Set([by]), archived: false, locked: false, autoArchive },
    });
    this.events.channelChanged('THREAD_CREATE', id);
    return thread;
  }

  /** A system message. */
  #say(channel: Channel, by: string, type: number, content: string, reference?: string): void {
    const message: Message = {
      id: this.clock.snowflake(),
      channel: channel.id,
      author: this.world.user(by) ?? this.world.bot,
      type,
      at: this.clock.now(),
      content,
      embeds: [],
      components: [],
      attachments: [],
      flags: 0,
      edits: 0,
      here: true,
      ...(reference !== undefined && { reference }),
    };
    channel.messages.push(message);
    if (by !== botId || type === messageType.threadCreated) this.events.messageCreated(message);
  }
}
