/** Messages of channels, as a bot with its own token posts, reads, edits and deletes them. */
import { refusals } from '../api-error.ts';
import type { Call } from '../call.ts';
import { type Channel, isThread } from '../channel.ts';
import { type Message, mentioned } from '../message.ts';
import type { Posts } from '../posts.ts';
import { botId, type World } from '../world.ts';
import type { Params, Route } from './route.ts';

interface MessageParts {
  readonly world: World;
  readonly posts: Posts;
  /** Whether the MessageContent intent is on in the developer portal. */
  readonly readsContent: () => boolean;
}

export function messageRoutes({ world, posts, readsContent }: MessageParts): readonly Route[] {
  const visible = ({ channel }: Params) => visibleChannel(world, channel!);
  const found = (params: Params) => {
    const message = world.message(visible(params).id, params.message!);
    if (message === undefined || message.ephemeralFor !== undefined) throw refusals.unknownMessage();
    return message;
  };
  const payload = (message: Message) => {
    const own = message.author.id === botId || mentioned(message.content).includes(botId);
    const direct = world.channel(message.channel).guild === undefined;
    return world.messagePayload(message, own || direct || readsContent());
  };
  const one = '/channels/:channel/messages/:message';
  return [
    {
      method: 'POST',
      path: '/channels/:channel/messages',
      name: 'message.create',
      handle: async ({ body, files }, params) => {
        const channel = visible(params);
        refuseWriting(world, channel, { body, files });
        return { body: payload(await posts.create(channel, body, files)) };
      },
    },
    {
      method: 'GET',
      path: '/channels/:channel/messages',
      name: 'message.read',
      handle: ({ query }, params) => {
        const channel = visible(params);
        // Without the right to read history Discord answers an empty list.
        if (!world.may(botId, channel, 'readMessageHistory')) return { body: [] };
        return { body: listed(channel, query).map(payload) };
      },
    },
    {
      method: 'GET',
      path: one,
      name: 'message.read',
      handle: (_call, params) => ({ body: payload(found(params)) }),
    },
    {
      method: 'PATCH',
      path: one,
      name: 'message.edit',
      handle: async ({ body, files }, params) => {
        const message = found(params);
        if (message.author.id !== botId) throw refusals.otherAuthor();
        return { body: payload(await posts.edit(message, body ?? {}, files)) };
      },
    },
    {
      method: 'DELETE',
      path: one,
      name: 'message.delete',
      handle: (_call, params) => {
        const message = found(params);
        const allowed = world.may(botId, world.channel(message.channel), 'manageMessages');
        if (message.author.id !== botId && !allowed) throw refusals.missingPermissions();
        posts.delete(message);
        return {};
      },
    },
    {
      method: 'POST',
      path: '/channels/:channel/typing',
      name: 'typing',
      handle: (_call, params) => {
        refuseWriting(world, visible(params), { body: undefined, files: new Map() });
        return {};
      },
    },
  ];
}

/** @throws ApiError 10003, 50001 */
export function visibleChannel(world: World, id: string): Channel {
  const channel = world.channel(id);
  if (!world.may(botId, channel, 'viewChannel')) throw refusals.missingAccess();
  return channel;
}

/** @throws ApiError 50013 */
function refuseWriting(world: World, channel: Channel, { body, files }: Pick<Call, 'body' | 'files'>): void {
  const embeds = typeof body === 'object' && body !== null && 'embeds' in body ? body.embeds : [];
  const allowed =
    world.may(botId, channel, isThread(channel) ? 'sendMessagesInThreads' : 'sendMessages') &&
    (files.size === 0 || world.may(botId, channel, 'attachFiles')) &&
    (!Array.isArray(embeds) || embeds.length === 0 || world.may(botId, channel, 'embedLinks'));
  if (!allowed) throw refusals.missingPermissions();
}

/** Newest first, as Discord lists them. */
function listed({ messages }: Channel, query: URLSearchParams): readonly Message[] {
  const shown = messages.filter(({ here, ephemeralFor }) => here && ephemeralFor === undefined).reverse();
  const limit = Math.min(Number(query.get('limit') ?? 50), 100);
  const [before, after] = [query.get('before'), query.get('after')];
  if (after !== null) {
    const later = shown.filter(({ id }) => BigInt(id) > BigInt(after));
    return later.slice(Math.max(0, later.length - limit));
  }
  return shown.filter(({ id }) => before === null || BigInt(id) < BigInt(before)).slice(0, limit);
}
