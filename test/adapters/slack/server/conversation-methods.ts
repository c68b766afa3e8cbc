/** conversations.*, users.*, usergroups.*, auth.* and apps.connections.open. */
import { type JsonObject, plain, textAt } from './json.ts';
import { messageJson } from './message-json.ts';
import { byConversation, type Methods, type Parts } from './parts.ts';
import { Refusal } from './refusal.ts';
import { bot, type Channel, type SlackMessage, team, type UserGroup } from './workspace.ts';

export const conversationMethods: Methods = {
  'apps.connections.open': {
    scopes: [],
    token: 'app',
    run: (_args, { sockets, origin }) => ({ ok: true, url: sockets.address(origin()) }),
  },
  'auth.test': {
    scopes: [],
    token: 'bot',
    run: (_args, { origin }) => ({
      ok: true,
      url: origin(),
      team: team.name,
      user: bot.name,
      team_id: team.id,
      user_id: bot.user,
      bot_id: bot.id,
      app_id: bot.app,
      is_enterprise_install: false,
    }),
  },
  'conversations.history': {
    scopes: byConversation('history'),
    token: 'bot',
    run(args, parts) {
      const channel = readable(args, parts);
      const roots = channel.messages.filter(
        ({ deleted, threadTs, ts, subtype }) =>
          !deleted && (threadTs === undefined || threadTs === ts || subtype === 'thread_broadcast'),
      );
      return page([...roots].reverse(), args, parts);
    },
  },
  'conversations.replies': {
    scopes: byConversation('history'),
    token: 'bot',
    run(args, parts) {
      const channel = readable(args, parts);
      const asked = channel.messages.find(({ ts }) => ts === textAt(args, 'ts'));
      if (asked === undefined) throw new Refusal('thread_not_found');
      const root = asked.threadTs ?? asked.ts;
      const thread = parts.workspace.thread(channel.id, root);
      if (thread.length === 0) throw new Refusal('thread_not_found');
      return page(thread, args, parts);
    },
  },
  'conversations.info': {
    scopes: byConversation('read'),
    token: 'bot',
    run: (args, { workspace }) => ({
      ok: true,
      channel: channelJson(workspace.channel(textAt(args, 'channel'))),
    }),
  },
  'conversations.open': {
    scopes: ['im:write', 'mpim:write'],
    token: 'bot',
    run(args, { workspace }) {
      const users = textAt(args, 'users').split(',');
      const [user = ''] = users;
      if (users.length !== 1 || !workspace.people.has(user)) throw new Refusal('user_not_found');
      const { id } = workspace.direct(user);
      return { ok: true, no_op: true, already_open: true, channel: { id } };
    },
  },
  'usergroups.list': {
    scopes: ['usergroups:read'],
    token: 'bot',
    run: (args, { workspace }) => ({
      ok: true,
      usergroups: [...workspace.userGroups.values()]
        .filter(({ disabled }) => !disabled || args.include_disabled === true)
        .map((group) => groupJson(group, args.include_users === true)),
    }),
  },
  'users.info': {
    scopes: ['users:read'],
    token: 'bot',
    run(args, { workspace }) {
      const person = workspace.people.get(textAt(args, 'user'));
      if (person === undefined) throw new Refusal('user_not_found');
      const { id, name, realName } = person;
      return {
        ok: true,
        user: {
          id,
          team_id: person.team,
          name,
          real_name: realName,
          deleted: false,
          is_bot: id === bot.user,
          is_app_user: false,
          tz: 'Europe/Berlin',
          tz_offset: 7_200,
          profile: { real_name: realName, display_name: name, team: person.team },
        },
      };
    },
  },
};

/** A bot reads where it is a member. */
function readable(args: JsonObject, { workspace }: Parts): Channel {
  const channel = workspace.channel(textAt(args, 'channel'));
  if (!channel.members.has(bot.user))
    throw new Refusal(channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found');
  return channel;
}

/** @param messages in the order in which the method gives them */
function page(messages: readonly SlackMessage[], args: JsonObject, { files }: Parts): JsonObject {
  const oldest = textAt(args, 'oldest');
  const latest = textAt(args, 'latest');
  const inclusive = args.inclusive === true;
  const within = messages.filter(
    ({ ts }) =>
      (oldest === '' || ts > oldest || (inclusive && ts === oldest)) &&
      (latest === '' || ts < latest || (inclusive && ts === latest)),
  );
  const limit = typeof args.limit === 'number' ? args.limit : 100;
  if (limit < 1 || limit > 1000) throw new Refusal('invalid_limit');
  const cursor = textAt(args, 'cursor');
  const start =
    cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString('utf8').replace('next:', ''));
  if (!Number.isInteger(start)) throw new Refusal('invalid_cursor');
  const shown = within.slice(start, start + limit);
  const more = start + limit < within.length;
  return plain({
    ok: true,
    messages: shown.map((message) =>
      messageJson(message, files, { metadata: args.include_all_metadata === true }),
    ),
    has_more: more,
    response_metadata: {
      next_cursor: more ? Buffer.from(`next:${start + limit}`).toString('base64') : '',
    },
  });
}

function groupJson({ id, handle, users, disabled }: UserGroup, withUsers: boolean): JsonObject {
  return {
    id,
    team_id: team.id,
    is_usergroup: true,
    is_subteam: true,
    name: handle,
    handle,
    is_external: false,
    date_create: 1_446_746_793,
    date_update: 1_446_747_767,
    date_delete: disabled ? 1_446_748_865 : 0,
    auto_type: null,
    user_count: users.size,
    prefs: { channels: [], groups: [] },
    ...(withUsers ? { users: [...users] } : {}),
  };
}

function channelJson({ id, name, kind, shared, archived, members }: Channel): JsonObject {
  if (kind === 'im') return { id, is_im: true, user: name, is_archived: archived, is_open: true };
  return {
    id,
    name,
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_private: kind !== 'public',
    is_im: false,
    is_mpim: kind === 'mpim',
    is_archived: archived,
    is_ext_shared: shared,
    is_member: members.has(bot.user),
    context_team_id: team.id,
  };
}
