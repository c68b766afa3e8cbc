/** A bot as `chatreid serve` runs it, with platforms that a test plays; model of colours, everything else as it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PassThrough, Readable } from 'node:stream';
import { z } from 'zod';
import type { Adapter } from '../../adapters/adapter.ts';
import { Composition, type LocalModel, makers } from '../../src/cli/composition.ts';
import { type Platform, platform, type Surroundings } from '../../src/cli/serve/platform.ts';
import type { Secrets } from '../../src/cli/serve/secrets.ts';
import { parseServeConfig } from '../../src/cli/serve/serve-config.ts';
import { serveLog } from '../../src/cli/serve/serve-log.ts';
import { Serving } from '../../src/cli/serve/serving.ts';
import { settingsFrom } from '../../src/cli/settings.ts';
import { Shell } from '../../src/cli/shell.ts';
import type { Conversations, Deliver } from '../../src/conversation/conversations.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { listener, plant } from '../support/heard-output.ts';
import { colourModel } from './command-line.ts';

/** An adapter that a test speaks through. */
export class PlayedAdapter implements Adapter {
  connected = true;
  readonly replies: Reply[] = [];
  secrets: Secrets = new Map();
  around: Surroundings | undefined;
  stopped = 0;
  #conversations: Conversations | undefined;
  readonly #running: Promise<unknown>[] = [];

  constructor(
    readonly name: string,
    private readonly failing?: () => Error | undefined,
  ) {}

  async start(conversations: Conversations): Promise<void> {
    const error = this.failing?.();
    if (error) throw error;
    this.#conversations = conversations;
    this.#running.push(conversations.resume(`${this.name}:`, this.#deliver));
  }

  async stop(): Promise<void> {
    this.stopped++;
    await Promise.allSettled(this.#running);
  }

  say(
    id: string,
    text: string,
    more: Partial<Message> = {},
  ): { accepted: Promise<unknown>; done: Promise<void> } {
    const message: Message = {
      id,
      conversation: `${this.name}:planted-channel/planted-talk`,
      user: `${this.name}:planted-user`,
      at: '2026-11-28T10:00:00.000Z',
      text,
      attachments: [],
      ...more,
    };
    const handled = this.#conversations!.handle(message, this.#deliver);
    this.#running.push(handled.done);
    handled.done.catch(() => undefined);
    return handled;
  }

  readonly #deliver: Deliver = async (reply) => {
    this.replies.push(reply);
  };
}

export function played(adapter: PlayedAdapter): Platform {
  const secret = `CHATREID_${adapter.name.toUpperCase()}_TOKEN`;
  return platform({
    name: adapter.name,
    section: z.strictObject({ place: z.string().default('there') }),
    secrets: [{ name: secret, what: 'its token' }],
    needs: () => [secret],
    where: ({ place }) => place,
    adapter: async (_section, secrets, around) => {
      adapter.secrets = secrets;
      adapter.around = around;
      return adapter;
    },
  });
}

export interface Bot {
  /** All that was logged. */
  log(): string;
  /** As SIGTERM does. */
  stop(): Promise<void>;
  /** Rejects where the bot does not start. */
  readonly ended: Promise<void>;
  /** Of the operator's server. */
  at(path: string): Promise<Response>;
}

/**
 * @param config YAML without platforms: those that are played are added
 * @param ready what the log holds when the test goes on
 */
export async function startBot(
  adapters: readonly PlayedAdapter[],
  env: NodeJS.ProcessEnv,
  config = 'graceSeconds: 10',
  model: Partial<LocalModel> = {},
  ready = /"event":"ready"|info {2}ready| ready/,
): Promise<Bot> {
  const platforms = adapters.map(played);
  const all = [config, 'operator: {port: 0}', ...adapters.map(({ name }) => `${name}:`)].join('\n');
  const parsed = parseServeConfig(all, 'serve.yaml', platforms);
  const stopping = new AbortController();
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const tokens = Object.fromEntries(
    platforms.map(({ secrets }) => [secrets[0]!.name, `token-${secrets[0]!.name}`]),
  );
  const withTokens = { ...tokens, ...env };
  const shell = new Shell({
    stdin: Readable.from([]),
    stdout,
    stderr,
    env: withTokens,
    signal: stopping.signal,
  });
  const parts = new Composition(settingsFrom(withTokens), {
    ...makers,
    localModel: async () => ({ ...colourModel(), ...model }),
  });
  let logged = '';
  plant(withTokens);
  const heard = listener();
  const secrets = Object.values(withTokens).filter((value) => value?.startsWith('token-')) as string[];
  const log = serveLog({
    level: parsed.log.level,
    lines: parsed.log.format === 'lines',
    out: {
      write: (line: string) => {
        logged += line;
        heard(line);
        return true;
      },
    },
    secrets,
  });
  const work = { shell, out: shell.output(false), settings: parts.settings, parts, signal: stopping.signal };
  const ended = new Serving(work, parsed, log).run().finally(() => parts.close());
  ended.catch(() => undefined);
  const bot: Bot = {
    log: () => logged,
    ended,
    async stop() {
      stopping.abort(new DOMException('SIGTERM', 'AbortError'));
      await ended;
    },
    at: (path) => fetch(`${/http:\/\/127\.0\.0\.1:\d+/.exec(logged)![0]}${path}`),
  };
  while (!ready.test(logged)) {
    const failed = await Promise.race([
      ended.then(
        () => true,
        () => true,
      ),
      sleep(5).then(() => false),
    ]);
    if (failed) break;
  }
  return bot;
}
