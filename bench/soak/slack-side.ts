/** Slack in the soak: people of the local server who mention the bot, go on in threads, and write to it directly. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { at, type Json } from '../../test/adapters/slack/server/json.ts';
import type { SaidOnSlack } from '../../test/adapters/slack/server/people.ts';
import { SlackServer } from '../../test/adapters/slack/server/slack-server.ts';
import { firstWords, laterWords, oneOf } from './soak-words.ts';
import type { Sent, Shown, SoakSide } from './soak-side.ts';

/** Three times, each up to so many milliseconds late: copies of all messages are mixed. */
const handling = { times: 3, spreadMs: 150 };
const talks = 12;

export class SlackSide implements SoakSide {
  readonly name = 'slack';
  readonly #talks: SaidOnSlack[] = [];

  private constructor(private readonly slack: SlackServer) {}

  static async start(): Promise<SlackSide> {
    const manifest = JSON.parse(
      await readFile(join(packageRoot(), 'adapters/slack/manifest.json'), 'utf8'),
    ) as Json;
    return new SlackSide(
      await SlackServer.start({ manifest, ackDeadlineMs: 3000, retryAfterMs: [100, 100, 100] }),
    );
  }

  get section(): object {
    return { apiUrl: this.slack.apiUrl, fileHosts: [this.slack.fileHost] };
  }

  get env(): Readonly<Record<string, string>> {
    return {
      CHATREID_SLACK_BOT_TOKEN: this.slack.botToken,
      CHATREID_SLACK_APP_TOKEN: this.slack.appToken,
    };
  }

  set onStep(step: () => void) {
    this.slack.onStep = step;
  }

  get delivered(): number {
    return this.slack.deliveries.length;
  }

  async say(random: () => number): Promise<Sent> {
    const talk = this.#talks.length > 0 && random() < 0.7 ? oneOf(this.#talks, random) : undefined;
    const text = oneOf(talk ? laterWords : firstWords, random);
    const said = talk
      ? this.slack.people.reply(talk, { text }, handling)
      : this.slack.people.say({ text, mention: true }, handling);
    if (!talk) {
      this.#talks.push(said);
      if (this.#talks.length > talks) this.#talks.shift();
    }
    return { id: `${said.channel}/${said.ts}`, what: text, withdrawn: () => false };
  }

  again(): void {
    void this.slack.courier.again();
  }

  shown(): readonly Shown[] {
    const messages = [...this.slack.workspace.channels.values()].flatMap((channel) => channel.messages);
    return messages.flatMap(({ deleted, metadata }): Shown[] => {
      const to = at(metadata, 'event_payload', 'to');
      if (deleted || typeof to !== 'string') return [];
      return [{ to, final: at(metadata, 'event_payload', 'stage') === 'final' }];
    });
  }

  mistakes(): readonly string[] {
    return this.slack.mistakes.map(String);
  }

  stop(): Promise<void> {
    return this.slack.stop();
  }
}
