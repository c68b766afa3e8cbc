/** What `chatreid serve` counts, for Prometheus: acknowledgements, answers, errors, what waits, the engine's caches. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Reply } from '../../conversation/reply.ts';
import type { EngineStats } from '../../engine/engine.ts';
import type { ErrorCode } from '../../foundation/error.ts';

/** Seconds. A platform waits three for the acknowledgement; a search may take a minute on a laptop. */
const ackBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5];
const searchBuckets = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40, 80, 160];

export interface MetricsSources {
  /** Whether messages of a platform can arrive now, by its name. */
  readonly connected: () => ReadonlyMap<string, boolean>;
  /** @returns undefined where there is no language model in use */
  readonly engine: () => Promise<EngineStats | undefined>;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #acks: Histogram<'platform'>;
  readonly #turns: Counter<'platform' | 'outcome'>;
  readonly #searches: Histogram<'platform' | 'page'>;
  readonly #errors: Counter<'platform' | 'code'>;
  readonly #waiting: Gauge<'platform'>;

  constructor({ connected, engine }: MetricsSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#acks = new Histogram({
      name: 'chatreid_ack_seconds',
      help: 'From the arrival of an event to the acknowledgement that the platform waits for.',
      labelNames: ['platform'],
      buckets: ackBuckets,
      registers,
    });
    this.#turns = new Counter({
      name: 'chatreid_turns_total',
      help: 'Messages answered, and those that are left for the next process.',
      labelNames: ['platform', 'outcome'],
      registers,
    });
    this.#searches = new Histogram({
      name: 'chatreid_search_seconds',
      help: "From the message to the delivered page of candidates: the filter's first one and the final one.",
      labelNames: ['platform', 'page'],
      buckets: searchBuckets,
      registers,
    });
    this.#errors = new Counter({
      name: 'chatreid_errors_total',
      help: 'Errors by their code: told to people, or met by the adapter.',
      labelNames: ['platform', 'code'],
      registers,
    });
    this.#waiting = new Gauge({
      name: 'chatreid_messages_waiting',
      help: 'Messages that were handed in and are not answered yet.',
      labelNames: ['platform'],
      registers,
    });
    new Gauge({
      name: 'chatreid_adapter_connected',
      help: '1 where messages of the platform can arrive, 0 where its connection is down.',
      labelNames: ['platform'],
      registers,
      collect() {
        this.reset();
        for (const [platform, up] of connected()) this.set({ platform }, up ? 1 : 0);
      },
    });
    engineGauges(registers, engine);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' own text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Every metric that is kept, with its labels: for the operators' page. */
  described(): readonly {
    readonly name: string;
    readonly help: string;
    readonly labels: readonly string[];
  }[] {
    return this.#registry.getMetricsAsArray().map((metric) => {
      const { name, help } = metric;
      const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
      return { name, help, labels: labels.map(String) };
    });
  }

  acknowledged(platform: string, ms: number): void {
    this.#acks.observe({ platform }, ms / 1000);
  }

  taken(platform: string): void {
    this.#waiting.inc({ platform });
  }

  /** @param left it is not answered, and the next process answers it */
  ended(platform: string, left: boolean): void {
    this.#waiting.dec({ platform });
    if (left) this.#turns.inc({ platform, outcome: 'left' });
  }

  delivered(platform: string, { stage, answer, error }: Reply, ms?: number): void {
    if (stage === 'final') this.#turns.inc({ platform, outcome: error ? 'error' : 'answered' });
    if (error) this.failed(platform, error.code);
    if (answer && ms !== undefined) this.#searches.observe({ platform, page: stage }, ms / 1000);
  }

  failed(platform: string, code: ErrorCode): void {
    this.#errors.inc({ platform, code });
  }
}

/** Read when somebody asks for metrics: nothing is kept up to date for nobody. */
function engineGauges(registers: Registry[], stats: MetricsSources['engine']): void {
  const caches = ['features', 'featuresOnDisk', 'prefixes'] as const;
  const cacheGauge = (name: string, help: string, of: (cache: EngineStats['caches']['features']) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['cache'],
      registers,
      async collect() {
        const now = await stats();
        if (now) for (const cache of caches) this.set({ cache }, of(now.caches[cache]));
      },
    });
  cacheGauge('chatreid_engine_cache_hits', 'Hits of a cache of the engine since start.', ({ hits }) => hits);
  cacheGauge('chatreid_engine_cache_misses', 'Misses of a cache since start.', ({ misses }) => misses);
  cacheGauge('chatreid_engine_cache_bytes', 'What a cache of the engine holds.', ({ bytes }) => bytes);
  cacheGauge('chatreid_engine_cache_limit_bytes', 'What it may hold.', ({ limitBytes }) => limitBytes);
  const gauge = (name: string, help: string, of: (now: EngineStats) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const now = await stats();
        if (now) this.set(of(now));
      },
    });
  gauge(
    'chatreid_engine_prompts',
    'Prompts that the language model was asked since start.',
    (now) => now.prompts,
  );
  gauge(
    'chatreid_engine_restarts',
    "Times that the model's process had to be started again.",
    (now) => now.restarts,
  );
}
