/** A message as the local Discord keeps it, and as clients get it. */
import type { Attachment, Attachments } from './attachments.ts';
import type { Component } from './bodies/component.ts';
import type { EmbedBody } from './bodies/embed.ts';
import { embedFiles } from './bodies/embed.ts';
import { componentFiles } from './bodies/component.ts';
import type { Clock } from './clock.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly global_name: string | null;
  readonly bot?: boolean;
}

export const messageType = {
  plain: 0,
  join: 7,
  threadCreated: 18,
  reply: 19,
  slash: 20,
  threadStarter: 21,
  context: 23,
};

export interface Message {
  readonly id: string;
  readonly channel: string;
  readonly author: User;
  readonly type: number;
  readonly at: number;
  content: string;
  embeds: readonly EmbedBody[];
  components: readonly Component[];
  attachments: readonly Attachment[];
  flags: number;
  /** How often it was edited; filling in a deferred reply is no edit. */
  edits: number;
  editedAt?: number;
  readonly nonce?: string;
  readonly webhook?: string;
  /** The message that it replies to. */
  readonly reference?: string;
  /** Who alone sees it. */
  readonly ephemeralFor?: string;
  /** The interaction that it answers. */
  readonly interaction?: {
    readonly id: string;
    readonly type: number;
    readonly name?: string;
    readonly user: User;
  };
  thread?: string;
  /** False once it is deleted. */
  here: boolean;
}

/** Ids that a text mentions: `<@1>`, `<@!1>`. */
export function mentioned(content: string): string[] {
  return [...content.matchAll(/<@!?(\d+)>/g)].map(([, id]) => id!);
}

/** Files that a message shows in its embeds and components; they are left out of its list of attachments. */
export function shownInside({
  embeds,
  components,
}: Pick<Message, 'embeds' | 'components'>): ReadonlySet<string> {
  return new Set([...embeds.flatMap(embedFiles), ...componentFiles(components)]);
}

interface Surroundings {
  readonly clock: Clock;
  readonly attachments: Attachments;
  user(id: string): User | undefined;
  message(channel: string, id: string): Message | undefined;
}

/**
 * @param seen false: content, embeds, attachments and components are empty, as they are for a bot without the
 *   MessageContent intent
 */
export function messagePayload(message: Message, around: Surroundings, seen: boolean): object {
  const { clock, attachments } = around;
  const { reference, webhook, nonce, interaction, editedAt } = message;
  const replied = reference === undefined ? undefined : around.message(message.channel, reference);
  const inside = shownInside(message);
  const users = new Set(mentioned(message.content));
  return {
    id: message.id,
    channel_id: message.channel,
    type: message.type,
    author: message.author,
    timestamp: clock.iso(message.at),
    edited_timestamp: editedAt === undefined ? null : clock.iso(editedAt),
    tts: false,
    mention_everyone: /@(everyone|here)\b/.test(message.content),
    mentions: [...users].flatMap((id) => around.user(id) ?? []),
    mention_roles: [...message.content.matchAll(/<@&(\d+)>/g)].map(([, id]) => id),
    pinned: false,
    flags: message.flags,
    content: seen ? message.content : '',
    embeds: seen ? message.embeds.map((embed) => embedPayload(embed, message, attachments)) : [],
    components: seen ? message.components : [],
    attachments: seen
      ? message.attachments.flatMap((file) => (inside.has(file.filename) ? [] : attachments.payload(file)))
      : [],
    ...(nonce !== undefined && { nonce }),
    ...(webhook !== undefined && { webhook_id: webhook, application_id: webhook }),
    ...(interaction !== undefined && {
      interaction_metadata: {
        id: interaction.id,
        type: interaction.type,
        user: interaction.user,
        authorizing_integration_owners: {},
      },
    }),
    ...(reference !== undefined && {
      message_reference: { type: 0, message_id: reference, channel_id: message.channel },
      referenced_message: replied?.here ? messagePayload(replied, around, seen) : null,
    }),
  };
}

/** `attachment://` becomes the file's address. */
function embedPayload(embed: EmbedBody, { attachments: files }: Message, attachments: Attachments): object {
  const resolve = (url: string) => {
    const file = files.find(({ filename }) => url === `attachment://${filename}`);
    return file === undefined ? url : attachments.url(file);
  };
  const { image, thumbnail } = embed;
  return {
    type: 'rich',
    ...embed,
    ...(image && { image: { url: resolve(image.url) } }),
    ...(thumbnail && { thumbnail: { url: resolve(thumbnail.url) } }),
  };
}
