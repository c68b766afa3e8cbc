/** Messages that the bot posts, edits and deletes: forms checked, files kept, everybody told. */
import { invalidForm, parseForm, refusals } from './api-error.ts';
import type { Attachment, Attachments, SentFile } from './attachments.ts';
import { type Component, componentFiles } from './bodies/component.ts';
import { embedFiles } from './bodies/embed.ts';
import { flag, type MessageBody, messageBody } from './bodies/message.ts';
import { type Channel, isThread } from './channel.ts';
import type { Clock } from './clock.ts';
import type { Events } from './events.ts';
import { limits } from './limits.ts';
import { type Message, messageType } from './message.ts';
import type { World } from './world.ts';

/** Files of a request by their number. */
export type Files = ReadonlyMap<number, SentFile>;

export interface PostOptions {
  readonly type?: number;
  readonly flags?: number;
  readonly webhook?: string;
  readonly reference?: string;
  readonly ephemeralFor?: string;
  readonly interaction?: NonNullable<Message['interaction']>;
}

export class Posts {
  constructor(
    private readonly world: World,
    private readonly events: Events,
    private readonly attachments: Attachments,
    private readonly clock: Clock,
    private readonly uploadLimit: () => number,
  ) {}

  /** @throws ApiError 50035, 50006, 40005, 50083 */
  async create(channel: Channel, raw: unknown, files: Files, options: PostOptions = {}): Promise<Message> {
    const body = parseForm(messageBody(raw, false), raw);
    const same = body.nonce && body.enforce_nonce ? this.#same(channel, body.nonce) : undefined;
    if (same !== undefined) return same;
    const reference = this.#reference(channel, body) ?? options.reference;
    this.#wake(channel);
    const id = this.clock.snowflake();
    const attachments = await this.#attach(channel, body, files, [], options.ephemeralFor !== undefined);
    const message: Message = {
      id,
      channel: channel.id,
      author: this.world.bot,
      type: options.type ?? (reference === undefined ? messageType.plain : messageType.reply),
      at: this.clock.now(),
      content: body.content ?? '',
      embeds: body.embeds ?? [],
      components: (body.components ?? []) as readonly Component[],
      attachments,
      flags: (body.flags ?? 0) | (options.flags ?? 0),
      edits: 0,
      here: true,
      ...(body.nonce && { nonce: body.nonce }),
      ...(reference !== undefined && { reference }),
      ...(options.webhook !== undefined && { webhook: options.webhook }),
      ...(options.ephemeralFor !== undefined && { ephemeralFor: options.ephemeralFor }),
      ...(options.interaction !== undefined && { interaction: options.interaction }),
    };
    refuseWhatIsWrong(message);
    // A second request with the same nonce may have come while the files were read.
    const twin = body.nonce && body.enforce_nonce ? this.#same(channel, body.nonce) : undefined;
    if (twin !== undefined) return twin;
    this.place(channel, message);
    return message;
  }

  /** The bot is at it: shown as "thinking". */
  defer(channel: Channel, options: PostOptions): Message {
    const message: Message = {
      id: this.clock.snowflake(),
      channel: channel.id,
      author: this.world.bot,
      type: messageType.slash,
      at: this.clock.now(),
      content: '',
      embeds: [],
      components: [],
      attachments: [],
      edits: 0,
      here: true,
      ...options,
      flags: (options.flags ?? 0) | flag.loading,
    };
    this.place(channel, message);
    return message;
  }

  /** Parts that are not given stay; files stay unless `attachments` leaves them out. */
  async edit(message: Message, raw: unknown, files: Files): Promise<Message> {
    const body = parseForm(messageBody(raw, (message.flags & flag.laidOut) !== 0), raw);
    const channel = this.world.channel(message.channel);
    const attachments = await this.#attach(
      channel,
      body,
      files,
      message.attachments,
      message.ephemeralFor !== undefined,
    );
    const next = {
      content: body.content === undefined ? message.content : (body.content ?? ''),
      embeds: body.embeds === undefined ? message.embeds : (body.embeds ?? []),
      components: (body.components === undefined
        ? message.components
        : (body.components ?? [])) as readonly Component[],
      attachments,
      flags: ((body.flags ?? message.flags) | (message.flags & flag.ephemeral)) & ~flag.loading,
    };
    refuseWhatIsWrong(next);
    if (!message.here) throw refusals.unknownMessage();
    if ((message.flags & flag.loading) === 0) {
      message.edits += 1;
      message.editedAt = this.clock.now();
    }
    Object.assign(message, next);
    this.events.messageUpdated(message);
    return message;
  }

  delete(message: Message): void {
    message.here = false;
    for (const attachment of message.attachments) this.attachments.remove(attachment);
    this.events.messageDeleted(message);
  }

  place(channel: Channel, message: Message): void {
    channel.messages.push(message);
    channel.thread?.members.add(message.author.id);
    this.events.messageCreated(message);
  }

  /** A message in a thread that sleeps wakes it, unless it is locked. */
  #wake(channel: Channel): void {
    if (!isThread(channel) || !channel.thread!.archived) return;
    if (channel.thread!.locked) throw refusals.archived();
    channel.thread!.archived = false;
    this.events.channelChanged('THREAD_UPDATE', channel.id);
  }

  #same({ messages }: Channel, nonce: string): Message | undefined {
    const fresh = this.clock.now() - 5 * 60_000;
    return messages.find((one) => one.nonce === nonce && one.here && one.at > fresh);
  }

  #reference(channel: Channel, { message_reference }: MessageBody): string | undefined {
    if (!message_reference) return undefined;
    const { message_id, fail_if_not_exists = true } = message_reference;
    if (this.world.message(channel.id, message_id) !== undefined) return message_id;
    if (!fail_if_not_exists) return undefined;
    throw invalidForm([
      { path: ['message_reference'], code: 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', message: 'Unknown message' },
    ]);
  }

  async #attach(
    channel: Channel,
    { attachments: listed }: MessageBody,
    files: Files,
    present: readonly Attachment[],
    ephemeral: boolean,
  ): Promise<readonly Attachment[]> {
    for (const { bytes } of files.values()) if (bytes.length > this.uploadLimit()) throw refusals.tooLarge();
    const kept = listed ? present.filter(({ id }) => listed.some((one) => one.id === id)) : present;
    const unknown = (listed ?? []).findIndex(
      ({ id }) => !files.has(Number(id)) && !present.some((one) => one.id === id),
    );
    if (unknown >= 0)
      throw invalidForm([
        { path: ['attachments', unknown, 'id'], code: 'ATTACHMENT_NOT_FOUND', message: 'Unknown attachment' },
      ]);
    if (kept.length + files.size > limits.files)
      throw invalidForm([
        { path: ['attachments'], code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be 10 or fewer in length.' },
      ]);
    const added = [...files].map(([number, file]) => {
      const description = listed?.find(({ id }) => id === String(number))?.description ?? '';
      return this.attachments.keep(channel.id, file, { ephemeral, description });
    });
    return [...kept, ...(await Promise.all(added))];
  }
}

type Shown = Pick<Message, 'content' | 'embeds' | 'components' | 'attachments'>;

/** An empty message; a file that is shown and not there. */
function refuseWhatIsWrong({ content, embeds, components, attachments }: Shown): void {
  if (content.trim() === '' && embeds.length + components.length + attachments.length === 0)
    throw refusals.empty();
  const names = new Set(attachments.map(({ filename }) => filename));
  const issues = [
    ...embeds.flatMap((embed, i) => embedFiles(embed).map((name) => ({ name, path: ['embeds', i] }))),
    ...componentFiles(components).map((name) => ({ name, path: ['components'] })),
  ].filter(({ name }) => !names.has(name));
  // Discord shows an embed without the picture then; here it is an error, because nobody wants that.
  if (issues.length > 0)
    throw invalidForm(
      issues.map(({ path, name }) => ({
        path,
        code: 'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
        message: `The referenced attachment '${name}' was not found`,
      })),
    );
}
