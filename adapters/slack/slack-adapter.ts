/** The Slack bot: mentions, direct messages, threads, /find, the message shortcut, buttons, forms, the home tab. */
import { z } from 'zod';
import type { Conversations } from '../../src/conversation/conversations.ts';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import { type Adapter, unwatched, type WithdrawnPost } from '../adapter.ts';
import { Refusals } from '../refusal.ts';
import { Askers, groupsNamed } from './askers.ts';
import { AssistantThreads } from './assistant-threads.ts';
import { type Connection, connect } from './connect.ts';
import { slackPrefix } from './conversation-names.ts';
import { EventGate } from './event-gate.ts';
import { Forms } from './forms.ts';
import { HomeTab } from './home-tab.ts';
import type { Me } from './incoming.ts';
import { type SlackLimits, slackLimits } from './limits.ts';
import { MessageWork } from './message-work.ts';
import { Origins } from './origins.ts';
import { PictureFiles } from './picture-files.ts';
import { PicturesAbove } from './pictures-above.ts';
import { Poster } from './poster.ts';
import { UploadingPictures } from './reply-pictures.ts';
import { clientOptions, SlackCalls } from './slack-calls.ts';
import { slackHosts, type SlackOptions } from './slack-options.ts';
import { Threads } from './threads.ts';
import { UserGroups } from './user-groups.ts';
import { Whispers } from './whispers.ts';

const authorized = z.object({
  team_id: z.string(),
  user_id: z.string(),
  bot_id: z.string().nullish(),
  url: z.string(),
});

export class SlackAdapter implements Adapter {
  readonly name = 'slack';
  readonly #limits: SlackLimits;
  readonly #calls: SlackCalls;
  readonly #refusals: Refusals;
  #connection: Connection | undefined;
  #gate: EventGate | undefined;
  #poster: Poster | undefined;
  #resumed: Promise<void> = Promise.resolve();
  #stopped = false;

  /** @throws ChatReidError OPTION_INVALID: a token of the wrong kind */
  constructor(private readonly options: SlackOptions) {
    const { botToken, connection } = options;
    demand(
      botToken.startsWith('xoxb-'),
      'The bot token of Slack begins with xoxb-.',
      'Copy the Bot User OAuth Token.',
    );
    if (connection.kind === 'socket') {
      const right = connection.appToken.startsWith('xapp-');
      demand(
        right,
        'The app-level token of Slack begins with xapp-.',
        'Make one with the scope connections:write.',
      );
    } else {
      demand(
        connection.signingSecret !== '',
        'The signing secret is missing.',
        'Copy it from Basic Information.',
      );
    }
    this.#limits = { ...slackLimits, ...options.limits };
    this.#refusals = new Refusals('slack', options.watch?.refused);
    this.#calls = new SlackCalls(botToken, this.#limits, options.apiUrl);
  }

  get connected(): boolean {
    return this.#connection?.connected ?? false;
  }

  /** Where Slack is to call, on this machine; undefined in Socket Mode. */
  get url(): string | undefined {
    return this.#connection?.url;
  }

  /** @throws ChatReidError PLATFORM_REFUSED: the token; PLATFORM_UNREACHABLE; OPTION_INVALID: the port */
  async start(conversations: Conversations): Promise<void> {
    const { journal, watch = unwatched, connection, apiUrl } = this.options;
    const { me, workspaceUrl } = await this.#authorize();
    if (this.#stopped) throw stoppedWhileStarting();
    const threads = new Threads(journal);
    const { poster, work } = this.#parts(conversations, me, workspaceUrl, threads);
    this.#poster = poster;
    const gate = new EventGate({ journal, threads, limits: this.#limits, me, watch, work });
    this.#gate = gate;
    // What is left goes before what comes in, and nobody waits for whole searches to be heard.
    this.#resumed = conversations
      .resume(slackPrefix, (reply) => poster.deliver(reply))
      .catch((error: unknown) => watch.trouble(asChatReidError(error, 'resuming talks of Slack')));
    await gate.replay();
    if (this.#stopped) throw stoppedWhileStarting();
    this.#connection = connect(connection, {
      limits: this.#limits,
      clientOptions: clientOptions(this.#limits, apiUrl),
      onEvent: (event) => gate.take(event),
      onTrouble: (error) => watch.trouble(error),
    });
    await this.#connection.start();
  }

  async withdraw({ message }: WithdrawnPost): Promise<void> {
    await this.#poster?.withdraw(message);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const worked = this.#gate?.stop();
    await this.#connection?.stop();
    await Promise.all([worked, this.#resumed]);
    this.#calls.stop();
    this.#refusals.flush();
  }

  async #authorize(): Promise<{ readonly me: Me; readonly workspaceUrl: string }> {
    const {
      team_id: team,
      user_id: botUserId,
      bot_id,
      url,
    } = authorized.parse(await this.#calls.call('auth.test', {}));
    demand(
      bot_id != null,
      'The token belongs to a person, not to a bot.',
      'Copy the Bot User OAuth Token (xoxb-…).',
    );
    return { me: { team, botUserId, botId: bot_id ?? '' }, workspaceUrl: url };
  }

  #parts(conversations: Conversations, me: Me, workspaceUrl: string, threads: Threads) {
    const {
      journal,
      botToken,
      timeZone,
      now = () => new Date(),
      watch = unwatched,
      galleries,
      namedMarks = [],
    } = this.options;
    const calls = this.#calls;
    const limits = this.#limits;
    const hosts = slackHosts(this.options);
    const origins = new Origins(journal);
    const wanted = groupsNamed(namedMarks, me.team);
    const askers = new Askers(me, new UserGroups({ calls, wanted, limits, watch }));
    const whispers = new Whispers(calls, watch, hosts);
    const pictures = new UploadingPictures(conversations, calls, limits);
    const poster = new Poster({ calls, journal, origins, threads, pictures, whispers, limits, watch });
    const work = new MessageWork({
      conversations,
      journal,
      threads,
      origins,
      poster,
      whispers,
      files: new PictureFiles({ calls, botToken, hosts, limits }),
      above: new PicturesAbove({ calls, conversations, me }),
      limits,
      home: new HomeTab({ calls, journal, conversations, galleries, askers, me, workspaceUrl }),
      forms: new Forms({ calls, conversations, galleries, me }),
      assistant: new AssistantThreads({ calls, journal, threads, poster, conversations, me }),
      me,
      askers,
      refusals: this.#refusals,
      allowTeams: this.options.allowTeams ?? [],
      timeZone,
      now,
      watch,
    });
    return { poster, work };
  }
}

function stoppedWhileStarting(): ChatReidError {
  return new ChatReidError('CANCELLED', 'Slack was stopped while it started.', 'Start it again.');
}

function demand(holds: boolean, message: string, next: string): void {
  if (!holds) throw new ChatReidError('OPTION_INVALID', message, next);
}
