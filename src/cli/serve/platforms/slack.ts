/** Slack as a platform of `chatreid serve`. */
import { z } from 'zod';
import type { SlackConnection } from '../../../../adapters/slack/slack-options.ts';
import { storeSeenBy } from '../../seen-galleries.ts';
import { platform } from '../platform.ts';
import { address } from './address.ts';

const bot = 'CHATREID_SLACK_BOT_TOKEN';
const app = 'CHATREID_SLACK_APP_TOKEN';
const signing = 'CHATREID_SLACK_SIGNING_SECRET';

const section = z.strictObject({
  mode: z.enum(['socket', 'http']).default('socket').describe('socket: Slack is called; http: Slack calls'),
  host: z.string().min(1).max(255).default('127.0.0.1').describe('http: address to listen on'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(3000)
    .describe('http: port to listen on; 0 takes any that is free'),
  path: z
    .string()
    .startsWith('/', 'must begin with /')
    .max(200)
    .default('/slack/events')
    .describe('http: path of the request URL'),
  allowTeams: z
    .array(z.string().min(1))
    .optional()
    .describe('ids of workspaces whose people may search too where a channel is shared with them'),
  apiUrl: address.optional().describe("Slack's API where it is not slack.com: GovSlack, tests"),
  fileHosts: z
    .array(z.string().min(1))
    .optional()
    .describe('hosts that pictures are fetched from, beside that'),
});

export const slack = platform({
  name: 'slack',
  section,
  secrets: [
    { name: bot, what: 'the bot token, xoxb-…' },
    { name: app, what: 'the app token for Socket Mode, xapp-…' },
    { name: signing, what: 'the signing secret, for mode http' },
  ],
  needs: ({ mode }) => [bot, mode === 'socket' ? app : signing],
  where: ({ mode, host, port, path }) =>
    mode === 'socket' ? 'Slack, Socket Mode' : `http://${host}:${port}${path}`,
  async adapter({ mode, host, port, path, allowTeams, apiUrl, fileHosts }, secrets, { work, watch }) {
    const [{ SlackAdapter }, { Journal }] = await Promise.all([
      import('../../../../adapters/slack/slack-adapter.ts'),
      import('../../../../adapters/journal.ts'),
    ]);
    const { parts, settings, shell } = work;
    const connection: SlackConnection =
      mode === 'socket'
        ? { kind: 'socket', appToken: secrets.get(app) ?? '' }
        : { kind: 'http', signingSecret: secrets.get(signing) ?? '', host, port, path };
    return new SlackAdapter({
      journal: new Journal('slack', await parts.storage()),
      botToken: secrets.get(bot) ?? '',
      connection,
      timeZone: settings.timeZone,
      now: () => shell.now(),
      galleries: { list: async (asker) => (await storeSeenBy(parts, asker, shell.now())).galleries() },
      namedMarks: parts.access.named,
      watch,
      ...(allowTeams ? { allowTeams } : {}),
      ...(apiUrl ? { apiUrl } : {}),
      ...(fileHosts ? { fileHosts } : {}),
    });
  },
});
