/** How soon Slack and Discord hear that an event arrived, while the model is saturated and many conversations are live. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { drawPeople } from '../../test/cli/coloured-people.ts';
import { startChild } from '../../test/cli/command-line.ts';
import { DiscordServer } from '../../test/adapters/discord/server/discord-server.ts';
import { SlackServer } from '../../test/adapters/slack/server/slack-server.ts';
import type { SaidOnSlack } from '../../test/adapters/slack/server/people.ts';
import type { Figure } from '../figure.ts';
import type { PartFigures, PartOptions } from '../part.ts';

const targetMs = 250;
/** Between two events of one platform, as people come. */
const everyMs = 40;

export async function run({ quick, say }: PartOptions): Promise<PartFigures> {
  const home = await mkdtemp(join(tmpdir(), 'chatreid-bench-acks-'));
  const slack = await SlackServer.start({ ackDeadlineMs: 60_000 });
  const discord = await DiscordServer.start();
  try {
    return { figures: await measured(home, slack, discord, quick, say) };
  } finally {
    await Promise.all([slack.stop(), discord.stop()]);
    await rm(home, { recursive: true, force: true });
  }
}

async function measured(
  home: string,
  slack: SlackServer,
  discord: DiscordServer,
  quick: boolean,
  say: PartOptions['say'],
): Promise<Figure[]> {
  const live = quick ? 20 : 200;
  const rounds = quick ? 1 : 3;
  const env = await furnished(home, slack, discord);
  const bot = startChild(['serve', '--config', join(home, 'serve.json')], env);
  try {
    const operator = await ready(bot);
    say(`${live} conversations begin`);
    const threads: SaidOnSlack[] = [];
    for (let talk = 0; talk < live; talk++) {
      threads.push(slack.people.say({ text: 'man in a green top', mention: true }));
      await sleep(5);
    }
    await Promise.all(threads.map(({ acknowledged }) => acknowledged));
    const samples = new Map<string, number[]>();
    const waiting: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`);
      waiting.push(await waitingNow(operator));
      const [onSlack, onDiscord] = await Promise.all([
        slackAcks(slack, threads, quick ? 40 : 300),
        discordAcks(discord, quick ? 10 : 100),
      ]);
      waiting.push(await waitingNow(operator));
      for (const [name, times] of [
        ['Slack', onSlack],
        ['Discord', onDiscord],
      ] as const) {
        for (const [share, label] of [
          [0.5, 'p50'],
          [0.99, 'p99'],
        ] as const) {
          const key = `${name}, acknowledgement ${label}`;
          samples.set(key, [...(samples.get(key) ?? []), quantile(times, share)]);
        }
      }
    }
    const note = `${live} conversations live, ${Math.min(...waiting)} to ${Math.max(...waiting)} messages waiting for the model`;
    return [...samples].map(([name, values]) => ({
      name,
      unit: 'ms',
      samples: values,
      note,
      ...(name.endsWith('p99') ? { target: { kind: 'under' as const, value: targetMs } } : {}),
    }));
  } finally {
    bot.kill('SIGKILL');
  }
}

/** A gallery of drawn people, looked at by the shipped model: what it sees does not matter, how long it takes does. */
async function furnished(
  home: string,
  slack: SlackServer,
  discord: DiscordServer,
): Promise<NodeJS.ProcessEnv> {
  const { pictures } = await drawPeople(home);
  const env = {
    CHATREID_HOME: join(home, 'home'),
    CHATREID_SLACK_BOT_TOKEN: slack.botToken,
    CHATREID_SLACK_APP_TOKEN: slack.appToken,
    CHATREID_DISCORD_TOKEN: discord.token,
  };
  const adding = startChild(['gallery', 'add', pictures], env);
  adding.stdin.end();
  const [told] = await Promise.all([text(adding.stderr), text(adding.stdout)]);
  if (adding.exitCode !== null && adding.exitCode !== 0) throw new Error(told);
  const config = {
    gallery: 'default',
    log: { format: 'json' },
    operator: { port: 0 },
    slack: { apiUrl: slack.apiUrl, fileHosts: [slack.fileHost] },
    discord: { apiUrl: discord.api, attachmentHosts: ['127.0.0.1'] },
  };
  await writeFile(join(home, 'serve.json'), JSON.stringify(config));
  return env;
}

/** @returns the operator's address */
async function ready(bot: ReturnType<typeof startChild>): Promise<string> {
  let heard = '';
  for (const stream of [bot.stdout, bot.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      heard = (heard + bytes.toString()).slice(0, 20_000);
    });
  }
  while (!heard.includes('"event":"ready"')) {
    if (bot.exitCode !== null) throw new Error(`The bot ended: ${heard}`);
    await sleep(50);
  }
  return /"at":"(http:[^"]+)","event":"health/.exec(heard)?.[1] ?? '';
}

async function waitingNow(operator: string): Promise<number> {
  const metrics = await (await fetch(`${operator}/metrics`)).text();
  const lines = [...metrics.matchAll(/^chatreid_messages_waiting\{[^}]*\} (\d+)$/gm)];
  return lines.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** As Slack sees them: from the envelope to its acknowledgement. */
async function slackAcks(
  slack: SlackServer,
  threads: readonly SaidOnSlack[],
  count: number,
): Promise<number[]> {
  const before = slack.deliveries.length;
  const said: SaidOnSlack[] = [];
  for (let at = 0; at < count; at++) {
    said.push(slack.people.reply(threads[at % threads.length]!, { text: 'a red bag' }));
    await sleep(everyMs);
  }
  await Promise.all(said.map(({ acknowledged }) => acknowledged));
  return slack.deliveries.slice(before).flatMap(({ ackMs }) => (ackMs === undefined ? [] : [ackMs]));
}

/** Commands: what a person waits for, three seconds at most. One that was not acknowledged counts as those. */
async function discordAcks(discord: DiscordServer, count: number): Promise<number[]> {
  const sent: Promise<number>[] = [];
  for (let at = 0; at < count; at++) {
    const { acknowledged } = await discord.people.slash('anna', 'gate', 'find', { words: 'green' });
    sent.push(acknowledged.then((ack) => ack?.latencyMs ?? 3000));
    await sleep(everyMs * 3);
  }
  return Promise.all(sent);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
