/** The soak: a bot that is killed again and again while people go on talking. At the end everything is answered, and once. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Composition } from '../../src/cli/composition.ts';
import { settingsFrom } from '../../src/cli/settings.ts';
import { isTurn } from '../../src/conversation/storage/talk-record.ts';
import { drawPeople } from '../../test/cli/coloured-people.ts';
import { chatreid } from '../../test/cli/command-line.ts';
import { uniform } from '../seeded-random.ts';
import { drawKill, type Kill } from './kill-plan.ts';
import { SoakChild } from './soak-child.ts';
import type { Sent, SoakSide } from './soak-side.ts';

export interface SoakOptions {
  readonly points: number;
  readonly seed: number;
  readonly sides: readonly SoakSide[];
  readonly say?: (line: string) => void;
}

export interface SoakReport {
  readonly points: number;
  readonly seed: number;
  /** Killed at a drawn step, and killed when there was nothing left to do before that step. */
  readonly kills: Readonly<Record<Kill['kind'] | 'idle', number>>;
  readonly said: number;
  /** Deliveries of events, repeated ones with them. */
  readonly delivered: number;
  /** Said and never answered. */
  readonly lost: readonly string[];
  /** Answered more than once, as people see it. */
  readonly doubled: readonly string[];
  /** Turns that are there twice, or not at all. */
  readonly wrongTurns: readonly string[];
  /** Events that the journal still has at the end. */
  readonly unfinished: readonly string[];
  readonly mistakes: readonly string[];
  /** Of the last life, which was told to stop. */
  readonly exitCode: number | null;
  /** The end of its log. */
  readonly log: string;
  readonly seconds: number;
}

/** Messages that each platform's people say in one life, at most. */
const mostSaid = 3;
const patienceMs = 120_000;

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const root = await mkdtemp(join(tmpdir(), 'chatreid-soak-'));
  try {
    return await new Soak(options, root).run();
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

class Soak {
  readonly #random: () => number;
  readonly #sent: { readonly side: SoakSide; readonly message: Sent }[] = [];
  readonly #kills = { write: 0, call: 0, time: 0, idle: 0 };
  readonly #begun = performance.now();
  readonly #config: string;
  #env: NodeJS.ProcessEnv = {};
  #next: SoakChild | undefined;

  constructor(
    private readonly options: SoakOptions,
    private readonly root: string,
  ) {
    this.#random = uniform(options.seed);
    this.#config = join(root, 'serve.json');
  }

  async run(): Promise<SoakReport> {
    const { points, sides, say } = this.options;
    await this.#furnish();
    for (let point = 1; point <= points; point++) {
      await this.#live(drawKill(this.#random));
      if (point % 20 === 0 || point === points) {
        const open = this.#open().length;
        say?.(`${point} of ${points} kills, ${this.#sent.length} messages said, ${open} to be answered`);
      }
    }
    const last = await this.#lastLife();
    return {
      points,
      seed: this.options.seed,
      kills: this.#kills,
      said: this.#sent.length,
      delivered: sides.reduce((sum, { delivered }) => sum + delivered, 0),
      lost: this.#open().map(({ side, message }) => `${side.name} ${message.id}: ${message.what}`),
      doubled: this.#doubled(),
      ...(await this.#kept()),
      mistakes: sides.flatMap((side) => side.mistakes().map((mistake) => `${side.name}: ${mistake}`)),
      ...last,
      seconds: (performance.now() - this.#begun) / 1000,
    };
  }

  /** A home with a small gallery, and a config for both platforms. */
  async #furnish(): Promise<void> {
    const { sides } = this.options;
    const { pictures, model } = await drawPeople(this.root);
    const { PATH } = process.env;
    this.#env = {
      ...(PATH === undefined ? {} : { PATH }),
      CHATREID_HOME: join(this.root, 'home'),
      CHATREID_MODEL: model,
      CHATREID_TIME_ZONE: 'Europe/Berlin',
      ...Object.assign({}, ...sides.map(({ env }) => env)),
    };
    await chatreid(['gallery', 'add', pictures], { env: this.#env });
    const sections = Object.fromEntries(sides.map(({ name, section }) => [name, section]));
    await writeFile(
      this.#config,
      JSON.stringify({ gallery: 'default', log: { format: 'json' }, ...sections }),
    );
  }

  /** The next bot loads its modules while this one lives. */
  #bot(): SoakChild {
    const bot = this.#next ?? new SoakChild(this.#config, this.#env);
    this.#next = new SoakChild(this.#config, this.#env);
    return bot;
  }

  async #live(kill: Kill): Promise<void> {
    const bot = this.#bot();
    let calls = 0;
    let begun = false;
    for (const side of this.options.sides) {
      side.onStep = () => {
        calls++;
        if (kill.kind === 'call' && calls === kill.step) bot.kill('SIGKILL');
      };
    }
    await bot.go(kill.kind === 'write' ? kill.step : 0);
    const timer = kill.kind === 'time' ? setTimeout(() => bot.kill('SIGKILL'), kill.ms) : undefined;
    const until = Date.now() + patienceMs;
    while (!bot.ended) {
      if (!begun && bot.ready) {
        begun = true;
        await this.#people();
      }
      if (begun && this.#open().length === 0) {
        this.#kills.idle++;
        bot.kill('SIGKILL');
        await bot.exited;
        clearTimeout(timer);
        return;
      }
      if (Date.now() > until) throw new Error(this.#stuck(bot));
      await Promise.race([sleep(20), bot.exited]);
    }
    clearTimeout(timer);
    const [code, signal] = await bot.exited;
    if (signal !== 'SIGKILL') throw new Error(`The bot ended by itself (${code ?? signal}):\n${bot.output}`);
    this.#kills[kill.kind]++;
  }

  async #people(): Promise<void> {
    for (const side of this.options.sides) {
      side.again();
      for (let count = 1 + Math.floor(this.#random() * mostSaid); count > 0; count--) {
        this.#sent.push({ side, message: await side.say(this.#random) });
      }
    }
  }

  async #lastLife(): Promise<Pick<SoakReport, 'exitCode' | 'log'>> {
    const bot = this.#bot();
    this.#next?.kill('SIGKILL');
    for (const side of this.options.sides) side.onStep = () => {};
    await bot.go(0);
    const until = Date.now() + patienceMs;
    let begun = false;
    while (!bot.ended && Date.now() < until && !(begun && this.#open().length === 0)) {
      if (!begun && bot.ready) {
        begun = true;
        for (const side of this.options.sides) side.again();
      }
      await sleep(20);
    }
    if (this.#open().length > 0) this.options.say?.(this.#stuck(bot));
    // Whatever would be posted a second time has been by then.
    await sleep(500);
    while (!bot.ended && Date.now() < until && (await this.#journal()).length > 0) await sleep(500);
    bot.kill('SIGTERM');
    const [exitCode] = await bot.exited;
    return { exitCode, log: bot.output.slice(-20_000) };
  }

  /** What nobody has a final answer to. */
  #open() {
    const answered = new Map(
      this.options.sides.map((side) => {
        const finals = side.shown().filter(({ final }) => final);
        return [side, new Set(finals.map(({ to }) => to))] as const;
      }),
    );
    return this.#sent.filter(
      ({ side, message }) => !answered.get(side)?.has(message.id) && !message.withdrawn(),
    );
  }

  #doubled(): string[] {
    return this.options.sides.flatMap((side) => {
      const counts = new Map<string, number>();
      for (const { to } of side.shown()) counts.set(to, (counts.get(to) ?? 0) + 1);
      return [...counts]
        .filter(([, count]) => count > 1)
        .map(([to, count]) => `${side.name} ${to}: ${count} times`);
    });
  }

  /** What is on the disk when the last process has ended. */
  async #kept(): Promise<Pick<SoakReport, 'wrongTurns' | 'unfinished'>> {
    const parts = new Composition(settingsFrom(this.#env));
    try {
      const { talks } = await parts.storage();
      const turns = new Map<string, number>();
      for await (const { value } of talks.entries()) {
        if (isTurn(value)) turns.set(value.messageId, (turns.get(value.messageId) ?? 0) + 1);
      }
      const wrongTurns = this.#sent.flatMap(({ side, message: { id, withdrawn } }) => {
        const times = turns.get(id) ?? 0;
        return times === 1 || (times === 0 && withdrawn()) ? [] : [`${side.name} ${id}: ${times} turns`];
      });
      return { wrongTurns, unfinished: await this.#journal() };
    } finally {
      await parts.close();
    }
  }

  /** Events that are not finished; read beside the bot that writes. */
  async #journal(): Promise<readonly string[]> {
    const parts = new Composition(settingsFrom(this.#env));
    try {
      const keys: string[] = [];
      for await (const { key } of (await parts.storage()).events.entries()) keys.push(key);
      return keys;
    } finally {
      await parts.close();
    }
  }

  #stuck(bot: SoakChild): string {
    const open = this.#open().map(({ side, message }) => `${side.name} ${message.id}: ${message.what}`);
    return `After ${patienceMs / 1000} s these have no answer: ${open.join('; ')}\n${bot.output.slice(-3000)}`;
  }
}
