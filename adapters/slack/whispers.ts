/** Words that only one person sees. */
import type { types } from '@slack/bolt';
import type { ChatReidError } from '../../src/foundation/error.ts';
import type { AdapterWatch } from '../adapter.ts';
import { addressAmong } from '../download.ts';
import type { Origin } from './origins.ts';
import { escaped, mrkdwn } from './mrkdwn.ts';
import type { SlackCalls } from './slack-calls.ts';
import { slackError } from './slack-error.ts';

export interface Whisper {
  readonly blocks: types.KnownBlock[];
  readonly text: string;
}

const respondMs = 10_000;

export class Whispers {
  constructor(
    private readonly calls: SlackCalls,
    private readonly watch: AdapterWatch,
    /** Where Slack takes answers: names or `*.name`. */
    private readonly hosts: readonly string[],
  ) {}

  /** @throws ChatReidError PLATFORM_* */
  async whisper({ place, user, responseUrl }: Origin, { blocks, text }: Whisper): Promise<void> {
    // It works where the bot is not a member too.
    if (responseUrl !== undefined && (await this.#responded(responseUrl, { blocks, text }))) return;
    if (user === undefined) return;
    const thread = place.thread === undefined ? {} : { thread_ts: place.thread };
    await this.calls.call('chat.postEphemeral', { channel: place.channel, user, ...thread, blocks, text });
  }

  /** An error in its words. What cannot be told is reported and not thrown: there is nobody left to tell. */
  async tell(origin: Origin, { message, next }: Pick<ChatReidError, 'message' | 'next'>): Promise<void> {
    await this.say(origin, `:warning: *${escaped(message)}*\n${escaped(next)}`, `${message} ${next}`);
  }

  /** @param markup of one section */
  async say(origin: Origin, markup: string, text: string): Promise<void> {
    const blocks: types.KnownBlock[] = [{ type: 'section', text: mrkdwn(markup) }];
    await this.whisper(origin, { blocks, text: escaped(text) }).catch((error: unknown) =>
      this.watch.trouble(slackError(error, 'chat.postEphemeral')),
    );
  }

  /** Such an address works for half an hour and a few times. */
  async #responded(url: string, whisper: Whisper): Promise<boolean> {
    try {
      const response = await fetch(addressAmong(url, this.hosts), {
        method: 'POST',
        redirect: 'error',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...whisper }),
        signal: AbortSignal.timeout(respondMs),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
