/** chat.*: posting, editing, deleting; and what a response_url takes. */
import { isObject, type Json, type JsonObject, plain, textAt } from './json.ts';
import { messageJson } from './message-json.ts';
import { checkMessage } from './message-rules.ts';
import type { Methods, Parts } from './parts.ts';
import { Refusal } from './refusal.ts';
import { bot, type Channel, type Draft, type SlackMessage } from './workspace.ts';

export const chatMethods: Methods = {
  'chat.postMessage': {
    scopes: ['chat:write'],
    token: 'bot',
    run(args, parts) {
      const channel = writable(args, parts);
      checkMessage(args, (file) => parts.files.shows(file));
      const message = postAsBot(channel, draftOf(args, channel), parts);
      return {
        ok: true,
        channel: channel.id,
        ts: message.ts,
        message: messageJson(message, parts.files, { metadata: true }),
      };
    },
  },
  'chat.update': {
    scopes: ['chat:write'],
    token: 'bot',
    run(args, parts) {
      const channel = parts.workspace.channel(textAt(args, 'channel'));
      const message = parts.workspace.message(channel.id, textAt(args, 'ts'));
      if (!message.fromBot) throw new Refusal('cant_update_message');
      checkMessage(args, (file) => parts.files.shows(file));
      editAsBot(message, args, parts);
      return {
        ok: true,
        channel: channel.id,
        ts: message.ts,
        text: message.text,
        message: messageJson(message, parts.files, { metadata: true }),
      };
    },
  },
  'chat.delete': {
    scopes: ['chat:write'],
    token: 'bot',
    run(args, parts) {
      const channel = parts.workspace.channel(textAt(args, 'channel'));
      const message = parts.workspace.message(channel.id, textAt(args, 'ts'));
      if (!message.fromBot) throw new Refusal('cant_delete_message');
      deleteAsBot(message, parts);
      return { ok: true, channel: channel.id, ts: message.ts };
    },
  },
  'chat.postEphemeral': {
    scopes: ['chat:write'],
    token: 'bot',
    run(args, parts) {
      const channel = writable(args, parts);
      const user = textAt(args, 'user');
      if (!channel.members.has(user)) throw new Refusal('user_not_in_channel');
      checkMessage(args, (file) => parts.files.shows(file));
      return { ok: true, message_ts: whisper(channel, user, args, parts) };
    },
  },
};

/** An ephemeral message. @returns its ts */
export function whisper(channel: Channel, user: string, args: JsonObject, { workspace }: Parts): string {
  const ts = workspace.clock.ts();
  const thread = textAt(args, 'thread_ts');
  workspace.ephemerals.push({
    ts,
    channel: channel.id,
    user,
    ...(thread === '' ? {} : { threadTs: thread }),
    text: textAt(args, 'text'),
    ...(args.blocks === undefined ? {} : { blocks: args.blocks }),
    deleted: false,
    edits: 0,
  });
  return ts;
}

export function postAsBot(channel: Channel, draft: Draft, parts: Parts): SlackMessage {
  const { workspace, postsPerSecond } = parts;
  if (postsPerSecond !== undefined) obeyRate(channel, postsPerSecond);
  const message = workspace.post(channel, draft);
  // The app hears of its own posts as well.
  void parts.events.tell({ kind: 'posted', message });
  return message;
}

export function editAsBot(message: SlackMessage, args: JsonObject, parts: Parts): void {
  const before = messageJson(message, parts.files);
  parts.workspace.edit(
    message,
    plain({ text: args.text, blocks: args.blocks, metadata: args.metadata, fileIds: args.file_ids }),
  );
  void parts.events.tell({ kind: 'edited', message, before });
}

export function deleteAsBot(message: SlackMessage, parts: Parts): void {
  const before = messageJson(message, parts.files);
  message.deleted = true;
  void parts.events.tell({ kind: 'deleted', message, before });
}

/** The channel that an app may write in. @throws Refusal channel_not_found, not_in_channel, is_archived ... */
export function writable(args: JsonObject, { workspace, app, scopes }: Parts, name = 'channel'): Channel {
  const wanted = textAt(args, name);
  const channel = workspace.people.has(wanted) ? workspace.direct(wanted) : workspace.channel(wanted);
  if (channel.archived) throw new Refusal('is_archived');
  if (channel.kind === 'im' && !app.messagesTab) throw new Refusal('messages_tab_disabled');
  if (!channel.members.has(bot.user) && !(channel.kind === 'public' && scopes.has('chat:write.public')))
    throw new Refusal(channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found');
  const thread = textAt(args, 'thread_ts');
  if (thread !== '') {
    const parent = channel.messages.find(({ ts }) => ts === thread);
    if (parent === undefined || (parent.threadTs !== undefined && parent.threadTs !== parent.ts))
      throw new Refusal('cannot_reply_to_message');
  }
  return channel;
}

function draftOf(args: JsonObject, channel: Channel): Draft {
  const thread = textAt(args, 'thread_ts');
  const broadcast: Json = args.reply_broadcast ?? false;
  return {
    user: bot.user,
    text: textAt(args, 'text'),
    ...(thread === '' ? {} : { threadTs: thread }),
    ...(broadcast === true && channel.kind !== 'im' ? { subtype: 'thread_broadcast' } : {}),
    ...(args.blocks === undefined ? {} : { blocks: args.blocks }),
    ...(isObject(args.metadata) ? { metadata: args.metadata } : {}),
  };
}

const posted = new WeakMap<Channel, number[]>();

/** Bursts are let through as far as a second's worth of them. */
function obeyRate(channel: Channel, perSecond: number): void {
  const now = performance.now();
  const recent = (posted.get(channel) ?? []).filter((at) => now - at < 1_000);
  if (recent.length >= perSecond) throw new Refusal('ratelimited', [], { retry_after: 1 });
  posted.set(channel, [...recent, now]);
}
