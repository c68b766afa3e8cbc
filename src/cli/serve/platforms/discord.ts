/** Discord as a platform of `chatreid serve`. */
import { z } from 'zod';
import { botStatus } from '../bot-status.ts';
import { mayForgetTalk } from '../../talk-rights.ts';
import { storeSeenBy } from '../../seen-galleries.ts';
import { platform } from '../platform.ts';
import { address } from './address.ts';

const token = 'CHATREID_DISCORD_TOKEN';
const snowflakes = z.array(z.string().regex(/^\d{15,22}$/, 'must be an id, in quotation marks'));

const section = z.strictObject({
  guilds: snowflakes
    .optional()
    .describe('servers that may use the bot (default: all that it was invited to)'),
  roles: snowflakes.optional().describe('members with one of these roles may use it (default: every member)'),
  directMessages: z
    .boolean()
    .optional()
    .describe(
      'whether people may write to it directly, whoever they are (default: without guilds and roles)',
    ),
  commandGuilds: snowflakes
    .optional()
    .describe(
      'servers that get the commands, at once (default: all, which Discord may take a while to show)',
    ),
  messageContent: z
    .boolean()
    .default(true)
    .describe("plain messages go on with a thread's search; needs the intent of that name"),
  shards: z
    .union([z.literal('auto'), z.int().min(1).max(1000)])
    .default('auto')
    .describe('connections to Discord'),
  apiUrl: address.optional().describe("Discord's API, for tests"),
  attachmentHosts: z
    .array(z.string().min(1))
    .optional()
    .describe('hosts that pictures may come from, for tests'),
});

export const discord = platform({
  name: 'discord',
  section,
  secrets: [{ name: token, what: "the bot's token" }],
  needs: () => [token],
  where: () => 'Discord',
  async adapter({ apiUrl, attachmentHosts, ...its }, secrets, { work, gallery, watch }) {
    const [{ DiscordAdapter }, { Journal }] = await Promise.all([
      import('../../../../adapters/discord/discord-adapter.ts'),
      import('../../../../adapters/journal.ts'),
    ]);
    const { parts, settings, shell } = work;
    const rest = { ...(apiUrl ? { api: apiUrl } : {}), ...(attachmentHosts ? { attachmentHosts } : {}) };
    const { guilds, roles, directMessages, commandGuilds, messageContent, shards } = its;
    return new DiscordAdapter({
      journal: new Journal('discord', await parts.storage()),
      token: secrets.get(token) ?? '',
      messageContent,
      shards,
      ...(guilds ? { guilds } : {}),
      ...(roles ? { roles } : {}),
      ...(directMessages === undefined ? {} : { directMessages }),
      ...(commandGuilds ? { commandGuilds } : {}),
      galleries: { list: async (asker) => (await storeSeenBy(parts, asker, shell.now())).galleries() },
      mayForget: (asker, talk) => mayForgetTalk(parts.access, asker, talk.gallery, shell.now()),
      namedMarks: parts.access.named,
      status: async (asker) => botStatus(parts, await storeSeenBy(parts, asker, shell.now()), gallery),
      timeZone: settings.timeZone,
      now: () => shell.now(),
      watch,
      rest,
    });
  },
});
