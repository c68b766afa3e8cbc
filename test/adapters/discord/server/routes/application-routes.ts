/** The bot itself, its application and its commands. */
import { z } from 'zod';
import { parseForm, refusals } from '../api-error.ts';
import { commandBody, commandsBody } from '../bodies/command.ts';
import type { Commands } from '../commands.ts';
import { botId, guildId, type World } from '../world.ts';
import type { Params, Route } from './route.ts';

export interface ApplicationParts {
  readonly world: World;
  readonly commands: Commands;
  readonly gatewayUrl: () => string;
  readonly shards: () => number;
  /** Flags of the application that say which privileged intents are on. */
  readonly intentFlags: () => number;
}

export function applicationRoutes(parts: ApplicationParts): readonly Route[] {
  const { world, commands, gatewayUrl, shards, intentFlags } = parts;
  const application = () => ({
    id: botId,
    name: 'ChatReID',
    icon: null,
    description: '',
    bot: world.bot,
    bot_public: false,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags: intentFlags(),
    owner: world.user('880000000000000014'),
    team: null,
  });
  const guildOf = ({ application: id, guild }: Params) => {
    if (id !== botId) throw refusals.missingAccess();
    if (guild !== undefined && guild !== guildId) throw refusals.missingAccess();
    return guild;
  };
  const payloads = (guild: string | undefined) => commands.list(guild).map((one) => commands.payload(one));
  const inPlace = (place: string): Route[] => [
    {
      method: 'GET',
      path: `${place}/commands`,
      name: 'commands',
      handle: (_call, params) => ({ body: payloads(guildOf(params)) }),
    },
    {
      method: 'PUT',
      path: `${place}/commands`,
      name: 'commands',
      handle: ({ body }, params) => {
        const guild = guildOf(params);
        commands.overwrite(parseForm(commandsBody, body), guild);
        return { body: payloads(guild) };
      },
    },
    {
      method: 'POST',
      path: `${place}/commands`,
      name: 'commands',
      handle: ({ body }, params) => ({
        status: 201,
        body: commands.payload(commands.upsert(parseForm(commandBody, body), guildOf(params))),
      }),
    },
    {
      method: 'PATCH',
      path: `${place}/commands/:command`,
      name: 'commands',
      handle: ({ body }, params) => {
        const guild = guildOf(params);
        const old = commands.list(guild).find(({ id }) => id === params.command);
        if (old === undefined) throw refusals.unknownCommand();
        const merged = parseForm(commandBody, { ...old.body, ...parseForm(z.looseObject({}), body) });
        return { body: commands.payload(commands.upsert(merged, guild)) };
      },
    },
    {
      method: 'DELETE',
      path: `${place}/commands/:command`,
      name: 'commands',
      handle: (_call, params) => {
        commands.remove(params.command!, guildOf(params));
        return {};
      },
    },
  ];
  return [
    {
      method: 'GET',
      path: '/gateway/bot',
      name: 'gateway',
      handle: () => ({
        body: {
          url: gatewayUrl(),
          shards: shards(),
          session_start_limit: {
            total: 1000,
            remaining: 999,
            reset_after: 14_400_000,
            max_concurrency: shards() > 1 ? 16 : 1,
          },
        },
      }),
    },
    { method: 'GET', path: '/users/@me', name: 'users', handle: () => ({ body: world.bot }) },
    {
      method: 'GET',
      path: '/users/:user',
      name: 'users',
      handle: (_call, { user }) => {
        const found = world.user(user!);
        if (found === undefined) throw refusals.unknownUser();
        return { body: found };
      },
    },
    {
      method: 'POST',
      path: '/users/@me/channels',
      name: 'users',
      handle: ({ body }) => {
        const { recipient_id } = parseForm(z.object({ recipient_id: z.string() }), body);
        if (!world.members.has(recipient_id)) throw refusals.cannotDm();
        return { body: world.channelPayload(world.direct(recipient_id)) };
      },
    },
    {
      method: 'GET',
      path: '/applications/@me',
      name: 'application',
      handle: () => ({ body: application() }),
    },
    {
      method: 'GET',
      path: '/oauth2/applications/@me',
      name: 'application',
      handle: () => ({ body: application() }),
    },
    ...inPlace('/applications/:application'),
    ...inPlace('/applications/:application/guilds/:guild'),
  ];
}
