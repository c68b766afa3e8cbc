/** Slack and Discord on this machine, for a `chatreid serve` that runs as people run it: in a process of its own, with their config. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { isFinal } from './discord/posted-reading.ts';
import { DiscordServer } from './discord/server/discord-server.ts';
import { payloadOf } from './slack/posted-reading.ts';
import type { Json } from './slack/server/json.ts';
import { SlackServer } from './slack/server/slack-server.ts';

const patience = { timeout: 120_000, interval: 50 };
/** What is in a config anyway; the sections of people are kept. */
const configFile = z.record(z.string(), z.record(z.string(), z.unknown()).or(z.unknown()));

export class LocalPlatforms {
  private constructor(
    readonly slack: SlackServer,
    readonly discord: DiscordServer,
  ) {}

  static async start(): Promise<LocalPlatforms> {
    const file = await readFile(join(packageRoot(), 'adapters/slack/manifest.json'), 'utf8');
    const slack = SlackServer.start({ manifest: JSON.parse(file) as Json });
    return new LocalPlatforms(await slack, await DiscordServer.start({ acknowledgeMs: 60_000 }));
  }

  get env(): Readonly<Record<string, string>> {
    return {
      CHATREID_SLACK_BOT_TOKEN: this.slack.botToken,
      CHATREID_SLACK_APP_TOKEN: this.slack.appToken,
      CHATREID_DISCORD_TOKEN: this.discord.token,
    };
  }

  /** @returns the config with the platforms of this machine in the place of the real ones, and ports that nobody has */
  pointedHere(config: string): string {
    const { slack, discord } = this;
    const here: Readonly<Record<string, object>> = {
      slack: { apiUrl: slack.apiUrl, fileHosts: [slack.fileHost] },
      discord: { apiUrl: discord.api, attachmentHosts: ['127.0.0.1'] },
      web: { port: 0 },
      operator: { port: 0 },
    };
    const sections = Object.entries(configFile.parse(parse(config)));
    return stringify(
      Object.fromEntries(
        sections.map(([name, its]) => [name, here[name] ? Object.assign({}, its, here[name]) : its]),
      ),
    );
  }

  /** A mention, and a plain word in its thread. */
  async askInSlack(first: string, then: string): Promise<void> {
    const { people, workspace } = this.slack;
    const answered = ({ channel, ts }: { readonly channel: string; readonly ts: string }) =>
      expect
        .poll(
          () =>
            workspace.posts
              .map(payloadOf)
              .filter(({ to, stage }) => to === `${channel}/${ts}` && stage === 'final').length,
          patience,
        )
        .toBe(1);
    const said = people.say({ text: first, mention: true });
    await answered(said);
    await answered(people.reply(said, { text: then }));
    expect(this.slack.breaches).toEqual([]);
  }

  /** The command, and a plain word in the thread of its answer. */
  async askInDiscord(first: string, then: string): Promise<void> {
    const { people, world } = this.discord;
    const found = await people.slash('anna', 'gate', 'find', { words: first });
    await expect.poll(() => found.original && isFinal(found.original), patience).toBe(true);
    const [thread] = world.threads('gate');
    const { at } = await people.say('anna', thread!.id, then);
    await expect
      .poll(() => thread!.messages.filter((post) => post.at > at && isFinal(post)).length, patience)
      .toBe(1);
    expect(this.discord.breaches).toEqual([]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.slack.stop(), this.discord.stop()]);
  }
}
