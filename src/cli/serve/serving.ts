/** The running bot: every platform of the config started, kept up, and stopped so that nothing is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter, AdapterWatch } from '../../../adapters/adapter.ts';
import type { Conversations } from '../../conversation/conversations.ts';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { accessOf } from '../../trust/access/unwritten-policy.ts';
import { recordConfiguration } from '../audit/configuration.ts';
import { recordRefusals } from '../audit/refusals.ts';
import { asPlatform } from '../audit/recorded-conversations.ts';
import { talkGallery } from '../talk-gallery.ts';
import type { Work } from '../shell.ts';
import { warmPictures } from '../warm-pictures.ts';
import { Metrics } from './metrics.ts';
import { OperatorServer } from './operator-server.ts';
import { secretsOf } from './platform.ts';
import { PlatformStates } from './readiness.ts';
import { readSecrets } from './secrets.ts';
import type { ServeConfig } from './serve-config.ts';
import { loggedError, type ServeLog, talkMark } from './serve-log.ts';
import { type TalkWatch, WatchedConversations } from './watched-conversations.ts';

type Wanted = ServeConfig['platforms'][number];

/** Where the other side may be there in a minute; a wrong token is wrong then too. */
const passing: ReadonlySet<string> = new Set(['PLATFORM_UNREACHABLE', 'PLATFORM_BUSY']);
const againMs = 30_000;
/** For what an adapter still has to put away when its messages have ended. */
const putAwayMs = 5000;

export class Serving {
  readonly #states = new PlatformStates();
  readonly #metrics: Metrics;
  readonly #operator: OperatorServer;
  /** Those that are started or being started. */
  readonly #running: Adapter[] = [];
  /** What goes on until the bot is stopped. */
  readonly #beside: Promise<unknown>[] = [];
  #left = 0;

  constructor(
    private readonly work: Work,
    private readonly config: ServeConfig,
    private readonly log: ServeLog,
  ) {
    const { parts } = work;
    // Before anything is opened: talks and pages stand on it.
    parts.access = accessOf(config.access);
    this.#metrics = new Metrics({
      connected: () => this.#states.connected(),
      engine: async () => (await parts.engine())?.stats().catch(() => undefined),
    });
    this.#operator = new OperatorServer(() => this.#states.readiness(), this.#metrics);
  }

  /** Until the work's signal says so. @throws ChatReidError where no platform could be started */
  async run(): Promise<void> {
    const { work, config, log } = this;
    const { operator, platforms } = config;
    await work.parts.claimHome('chatreid serve', work.shell.now());
    for (const { platform } of platforms) this.#states.set(platform.name, 'starting');
    if (operator)
      log.info({ at: await this.#operator.listen(operator.host, operator.port) }, 'health and metrics');
    try {
      const gallery = await talkGallery(work, config.gallery);
      const conversations = await work.parts.conversations(gallery, () => work.shell.now());
      (await work.parts.liveForgetting()).onTrouble = (error) =>
        log.warn(loggedError(error), 'not forgotten yet');
      const { note } = await work.parts.storage();
      if (note !== undefined) log.error({ what: note }, 'talks put aside');
      await this.#recordConfig(gallery);
      const started = this.#startAll(conversations, gallery);
      this.#beside.push(started.catch(() => undefined));
      // A platform may be waited for longer than whoever stops the bot waits.
      await Promise.race([started, aborted(work.signal)]);
      if (!work.signal.aborted) {
        log.info({ platforms: this.#running.map(({ name }) => name).join(',') }, 'ready');
        this.#beside.push(this.#warm(gallery), this.#retain());
      }
      await aborted(work.signal);
      await this.#stop(conversations);
    } catch (error) {
      // Told to stop before it was ready: that is no failure.
      if (!work.signal.aborted) throw error;
      log.info({ left: 0 }, 'stopped');
    } finally {
      await this.#operator.close();
    }
  }

  async #retain(): Promise<void> {
    const { retention } = this.config;
    if (!retention) return;
    const { parts, shell, signal } = this.work;
    const [{ RetentionSchedule }, { forgetTools }] = await Promise.all([
      import('../forget/retention-schedule.ts'),
      import('../forget/tools-of-parts.ts'),
    ]);
    const tools = forgetTools(parts, () => shell.now());
    const watch = {
      forgotten: (what: object) => this.log.info(what, 'forgotten for its age'),
      refused: (error: ChatReidError) => this.log.warn(loggedError(error), 'nothing forgotten for its age'),
    };
    await new RetentionSchedule(tools, retention, watch).untilStopped(signal);
  }

  async #recordConfig(gallery: string): Promise<void> {
    const { platforms, ...general } = this.config;
    const sections = Object.fromEntries(platforms.map(({ platform, section }) => [platform.name, section]));
    const names = platforms.map(({ platform }) => platform.name);
    await recordConfiguration(
      this.work,
      'serve',
      { ...general, ...sections, gallery },
      { gallery, platforms: names },
    );
  }

  async #startAll(conversations: Conversations, gallery: string): Promise<void> {
    const { platforms } = this.config;
    const failures = await Promise.all(
      platforms.map((wanted) => this.#start(wanted, conversations, gallery)),
    );
    const failed = failures.flatMap((error, at) => (error ? [{ error, wanted: platforms[at]! }] : []));
    const [first] = failed;
    if (this.#running.length === 0 && first) {
      const said = failed.map(({ error, wanted }) => `${wanted.platform.name}: ${error.message}`).join(' ');
      const { code, next, cause } = first.error;
      throw new ChatReidError(code, `No platform could be started. ${said}`, next, cause);
    }
    for (const { error, wanted } of failed) {
      if (passing.has(error.code)) this.#beside.push(this.#startLater(wanted, conversations, gallery));
    }
  }

  /** @returns why it could not be started */
  async #start(
    { platform, section }: Wanted,
    conversations: Conversations,
    gallery: string,
  ): Promise<ChatReidError | undefined> {
    const { name } = platform;
    let adapter: Adapter | undefined;
    try {
      const secrets = await readSecrets(
        secretsOf(platform, section),
        platform.needs(section),
        this.work.shell.env,
      );
      const watch = this.#adapterWatch(name);
      adapter = await platform.adapter(section, secrets, { work: this.work, gallery, watch });
      this.#running.push(adapter);
      await adapter.start(new WatchedConversations(asPlatform(conversations, name), this.#talkWatch(name)));
      (await this.work.parts.liveForgetting()).serve(adapter);
      this.work.signal.throwIfAborted();
      this.#states.started(name, adapter);
      this.log.info({ platform: name, at: taken(platform.where(section), adapter.url) }, 'started');
      return undefined;
    } catch (error) {
      const known = asChatReidError(error, `starting ${name}`);
      if (!this.work.signal.aborted) {
        this.#states.set(name, 'failed');
        this.#metrics.failed(name, known.code);
        this.log.error({ platform: name, ...loggedError(known) }, 'not started');
      }
      if (adapter) {
        this.#running.splice(this.#running.indexOf(adapter), 1);
        // What of it was begun.
        await adapter.stop().catch(() => undefined);
      }
      return known;
    }
  }

  async #startLater(wanted: Wanted, conversations: Conversations, gallery: string): Promise<void> {
    const { signal } = this.work;
    for (;;) {
      await sleep(againMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const failed = await this.#start(wanted, conversations, gallery);
      if (!failed || !passing.has(failed.code)) return;
    }
  }

  /** Takes nothing more in, ends what runs in the time that it has, and leaves the rest to the next process. */
  async #stop(conversations: Conversations): Promise<void> {
    const { graceSeconds } = this.config;
    this.log.info({ graceSeconds }, 'stopping');
    const grace = new AbortController();
    const stopped = Promise.allSettled(
      this.#running.map(async (adapter) => {
        this.#states.set(adapter.name, 'stopped');
        await adapter.stop();
      }),
    );
    const over = (ms: number) => sleep(ms, undefined, { signal: grace.signal }).catch(() => undefined);
    await Promise.race([stopped, over(graceSeconds * 1000)]);
    // Whatever still runs is broken off: it is on the disk, and adapters see that it was not answered.
    await conversations.close(0);
    await Promise.race([Promise.allSettled([stopped, ...this.#beside]), over(putAwayMs)]);
    grace.abort();
    this.log.info({ left: this.#left }, 'stopped');
  }

  async #warm(gallery: string): Promise<void> {
    const { parts, signal } = this.work;
    try {
      await warmPictures(parts, gallery, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.log.warn(loggedError(asChatReidError(error, 'looking at the gallery')), 'gallery not looked at');
    }
  }

  #adapterWatch(platform: string): AdapterWatch {
    return {
      acknowledged: (ms) => this.#metrics.acknowledged(platform, ms),
      trouble: (error) => {
        this.#metrics.failed(platform, error.code);
        this.log.warn({ platform, ...loggedError(error) }, 'trouble');
      },
      refused: recordRefusals(this.work.parts),
    };
  }

  #talkWatch(platform: string): TalkWatch {
    return {
      taken: () => this.#metrics.taken(platform),
      delivered: (reply, ms) => {
        this.#metrics.delivered(platform, reply, ms);
        const { conversation, stage, answer, error } = reply;
        this.log.info(
          {
            platform,
            talk: talkMark(conversation),
            stage,
            ...(ms === undefined ? {} : { ms: Math.round(ms) }),
            ...(answer ? { decision: answer.result.decision, candidates: answer.cards.length } : {}),
            ...(error ? { code: error.code } : {}),
          },
          'delivered',
        );
      },
      refused: ({ conversation, stage }, error) => {
        const known = asChatReidError(error, 'delivering a reply');
        this.#metrics.failed(platform, known.code);
        this.log.warn(
          { platform, talk: talkMark(conversation), stage, ...loggedError(known) },
          'not delivered',
        );
      },
      ended: (error) => {
        this.#metrics.ended(platform, error !== undefined);
        if (error === undefined) return;
        this.#left++;
        const known = asChatReidError(error, 'answering a message');
        this.log.warn({ platform, ...loggedError(known) }, 'left for the next process');
      },
    };
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Port 0 is any that was free. */
function taken(where: string, url: string | undefined): string {
  return url === undefined ? where : where.replace(/:0(?=\/)/, `:${new URL(url).port}`);
}
