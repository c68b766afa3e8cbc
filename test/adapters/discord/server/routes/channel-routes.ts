/** Channels, threads and the guild. */
import { z } from 'zod';
import { parseForm, refusals } from '../api-error.ts';
import type { Attachments } from '../attachments.ts';
import { channelType, isThread } from '../channel.ts';
import type { Events } from '../events.ts';
import { limits } from '../limits.ts';
import type { Threads } from '../threads.ts';
import { botId, guildId, type World } from '../world.ts';
import { visibleChannel } from './message-routes.ts';
import type { Params, Route } from './route.ts';

interface ChannelParts {
  readonly world: World;
  readonly threads: Threads;
  readonly events: Events;
  readonly attachments: Attachments;
}

const autoArchive = z.union([z.literal(60), z.literal(1440), z.literal(4320), z.literal(10080)]);
const threadBody = z.object({
  name: z.string().trim().min(1).max(limits.threadName),
  auto_archive_duration: autoArchive.nullish(),
  type: z.union([z.literal(10), z.literal(11), z.literal(12)]).optional(),
});
const changeBody = z.object({
  name: z.string().trim().min(1).max(limits.threadName).optional(),
  archived: z.boolean().optional(),
  locked: z.boolean().optional(),
  auto_archive_duration: autoArchive.optional(),
});
const refreshBody = z.object({ attachment_urls: z.array(z.url()).min(1).max(50) });

export function channelRoutes({ world, threads, events, attachments }: ChannelParts): readonly Route[] {
  const visible = ({ channel }: Params) => visibleChannel(world, channel!);
  const inGuild = ({ guild }: Params) => {
    if (guild !== guildId) throw refusals.unknownGuild();
  };
  return [
    {
      method: 'POST',
      path: '/channels/:channel/messages/:message/threads',
      name: 'thread.create',
      handle: ({ body }, params) => {
        const channel = visible(params);
        const { name, auto_archive_duration } = parseForm(threadBody, body);
        const thread = threads.fromMessage(
          botId,
          channel,
          params.message!,
          name,
          auto_archive_duration ?? 1440,
        );
        return { status: 201, body: world.channelPayload(thread) };
      },
    },
    {
      method: 'POST',
      path: '/channels/:channel/threads',
      name: 'thread.create',
      handle: ({ body }, params) => {
        const channel = visible(params);
        const { name, auto_archive_duration, type = channelType.privateThread } = parseForm(threadBody, body);
        const thread = threads.open(botId, channel, name, type, auto_archive_duration ?? 1440);
        return { status: 201, body: world.channelPayload(thread) };
      },
    },
    {
      method: 'GET',
      path: '/channels/:channel',
      name: 'channel',
      handle: (_call, params) => ({ body: world.channelPayload(visible(params)) }),
    },
    {
      method: 'PATCH',
      path: '/channels/:channel',
      name: 'channel',
      handle: ({ body }, params) => {
        const channel = visible(params);
        const { name, archived, locked, auto_archive_duration } = parseForm(changeBody, body);
        const own = channel.thread?.owner === botId;
        if (!isThread(channel) || (!own && !world.may(botId, channel, 'manageThreads')))
          throw refusals.missingPermissions();
        channel.name = name ?? channel.name;
        const thread = channel.thread!;
        thread.archived = archived ?? thread.archived;
        thread.locked = locked ?? thread.locked;
        thread.autoArchive = auto_archive_duration ?? thread.autoArchive;
        events.channelChanged('THREAD_UPDATE', channel.id);
        return { body: world.channelPayload(channel) };
      },
    },
    {
      method: 'DELETE',
      path: '/channels/:channel',
      name: 'channel',
      handle: (_call, params) => {
        const channel = visible(params);
        if (!isThread(channel) || !world.may(botId, channel, 'manageThreads'))
          throw refusals.missingPermissions();
        threads.remove(channel);
        return { body: world.channelPayload(channel) };
      },
    },
    {
      method: 'PUT',
      path: '/channels/:channel/thread-members/:user',
      name: 'channel',
      handle: (_call, params) => {
        const { thread } = visible(params);
        if (thread === undefined) throw refusals.unknownChannel();
        if (thread.archived) throw refusals.archived();
        thread.members.add(params.user === '@me' ? botId : params.user!);
        return {};
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guild',
      name: 'guild',
      handle: (_call, params) => {
        inGuild(params);
        return { body: world.guildPayload() };
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guild/channels',
      name: 'guild',
      handle: (_call, params) => {
        inGuild(params);
        const all = [...world.channels.values()].filter((one) => one.guild === guildId && !isThread(one));
        return { body: all.map((one) => world.channelPayload(one)) };
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guild/threads/active',
      name: 'guild',
      handle: (_call, params) => {
        inGuild(params);
        const active = [...world.channels.values()].filter((one) => isThread(one) && !one.thread!.archived);
        return { body: { threads: active.map((one) => world.channelPayload(one)), members: [] } };
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guild/members/:user',
      name: 'guild',
      handle: (_call, params) => {
        inGuild(params);
        return { body: { user: world.user(params.user!), ...world.memberPayload(params.user!) } };
      },
    },
    {
      method: 'POST',
      path: '/attachments/refresh-urls',
      name: 'attachment',
      handle: ({ body }) => ({
        body: {
          refreshed_urls: parseForm(refreshBody, body).attachment_urls.map((original) => ({
            original,
            refreshed: attachments.refresh(original) ?? original,
          })),
        },
      }),
    },
  ];
}
