/** The session manager alone, with searches that cost nothing: what a turn costs, who waits for whom, what stays in memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readActs } from '../../src/conversation/interpreter/read-acts.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import { bareParts, foundOf } from '../bare-talks.ts';
import type { Figure } from '../figure.ts';
import type { PartFigures, PartOptions } from '../part.ts';

const targetMs = 5;
/** Turns under way together, where it is not about one. */
const atOnce = 100;
/** Searches of the fairness figure: long enough that all of them have to wait for the budget. */
const searchMs = 20;
/** What people go on with: none of it begins anew. */
const followUps = ['red top', 'only camera 2', 'no hat', 'more', 'undo', 'camera 1 or 3', 'blue jeans'];

export async function run({ quick, say }: PartOptions): Promise<PartFigures> {
  const home = await mkdtemp(join(tmpdir(), 'chatreid-bench-talks-'));
  try {
    return { figures: [...(await overhead(home, quick, say)), ...(await fairness(home, quick, say))] };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Turns of all conversations that are live: first many at a time, then one after the other. */
async function overhead(home: string, quick: boolean, say: PartOptions['say']): Promise<Figure[]> {
  const live = quick ? 500 : 10_000;
  const parts = await bareParts(join(home, 'overhead'), undefined, { interpreter: readActs });
  const manager = new SessionManager(parts);
  const turn = turns(manager);
  const everybody = async (first: number, count: number, text: (talk: number) => string) => {
    for (let at = 0; at < count; at += atOnce) {
      const some = Array.from(
        { length: Math.min(atOnce, count - at) },
        (_, one) => (first + at + one) % live,
      );
      await Promise.all(some.map((talk) => turn(talk, text(talk))));
    }
  };
  say(`${live} conversations begin`);
  await everybody(0, live, () => 'man in a green top');
  const heap = [heapMegabytes()];
  const rounds = 5;
  for (let round = 0; round < rounds; round++) {
    say(`${live / rounds} turns, ${atOnce} at a time, round ${round + 1} of ${rounds}`);
    await everybody((round * live) / rounds, live / rounds, (talk) => followUps[talk % followUps.length]!);
    heap.push(heapMegabytes());
  }
  const alone: Alone[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`one turn at a time, round ${round + 1} of ${rounds}`);
    alone.push(await oneByOne(turn, live, round, quick ? 20 : 200));
  }
  await manager.close();
  const name = `a turn at ${live.toLocaleString('en')} live conversations`;
  return [
    {
      name: `${name}: mean`,
      unit: 'ms',
      samples: alone.map(({ mean }) => mean),
      target: { kind: 'under', value: targetMs },
      note: 'SQLite, two syncs of the disk a turn; alone on the machine, else it waits for the processor',
    },
    { name: `${name}: p95`, unit: 'ms', samples: alone.map(({ p95 }) => p95) },
    {
      name: `${name}: processor time`,
      unit: 'ms',
      samples: alone.map(({ cpu }) => cpu),
      target: { kind: 'under', value: targetMs },
    },
    {
      name: `memory that ${live.toLocaleString('en')} turns leave`,
      unit: 'MB',
      samples: [heap.at(-1)! - heap[0]!],
      target: { kind: 'at most', value: 5 },
      note: `heap after collection, round by round: ${heap.map((one) => one.toFixed(1)).join(', ')} MB`,
    },
  ];
}

interface Alone {
  readonly mean: number;
  readonly p95: number;
  readonly cpu: number;
}

/** In milliseconds. A stride meets every conversation before it comes back to one. */
async function oneByOne(turn: Turning, live: number, round: number, count: number): Promise<Alone> {
  const taken: number[] = [];
  const before = process.cpuUsage();
  for (let at = 0; at < count; at++) {
    const began = performance.now();
    await turn(((round * count + at) * 7919) % live, followUps[at % followUps.length]!);
    taken.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  taken.sort((a, b) => a - b);
  return {
    mean: taken.reduce((sum, one) => sum + one, 0) / count,
    p95: taken[Math.floor(count * 0.95)]!,
    cpu: (user + system) / 1000 / count,
  };
}

/** Many conversations at once, one of them with many messages, over a budget that all have to wait for. */
async function fairness(home: string, quick: boolean, say: PartOptions['say']): Promise<Figure[]> {
  const talks = quick ? 20 : 200;
  const messages = 10;
  say(`${talks} conversations at once`);
  const search = async () => {
    await sleep(searchMs);
    return foundOf(60);
  };
  const parts = await bareParts(join(home, 'fairness'), search, { interpreter: readActs });
  const manager = new SessionManager(parts);
  const turn = turns(manager);
  const loud = Array.from({ length: 50 }, () => turn(talks, 'more'));
  const waits: number[] = [];
  const slowest: number[] = [];
  await Promise.all(
    Array.from({ length: talks }, async (_, talk) => {
      for (let at = 0; at < messages; at++) {
        const began = performance.now();
        await turn(talk, at === 0 ? 'man in a green top' : 'more');
        waits.push(performance.now() - began);
      }
      slowest.push(performance.now());
    }),
  );
  await Promise.all(loud);
  const kept = await Promise.all(Array.from({ length: talks }, (_, talk) => manager.turns(nameOf(talk))));
  await manager.close();
  const lost = kept.reduce((sum, turnsOfOne) => sum + messages - turnsOfOne.length, 0);
  waits.sort((a, b) => a - b);
  const median = waits[waits.length >> 1] ?? 0;
  const name = `${talks} conversations at once, ${messages} messages each`;
  return [
    { name: `${name}: lost`, unit: 'messages', samples: [lost], target: { kind: 'at most', value: 0 } },
    {
      name: `${name}: the longest wait`,
      unit: 'x median',
      samples: [(waits.at(-1) ?? 0) / median],
      target: { kind: 'under', value: 5 },
      note: `median ${median.toFixed(0)} ms; searches of ${searchMs} ms, eight at once, beside a conversation with fifty messages waiting`,
    },
  ];
}

function nameOf(talk: number): string {
  return `bench:${talk}`;
}

type Turning = (talk: number, text: string) => Promise<void>;

function turns(manager: SessionManager): Turning {
  let sent = 0;
  return async (talk, text) => {
    const message = {
      id: `m${++sent}`,
      conversation: nameOf(talk),
      user: 'bench:user',
      at: new Date().toISOString(),
      text,
      attachments: [],
    };
    let answered = false;
    await manager.handle(message, async ({ stage }) => {
      answered ||= stage === 'final';
    }).done;
    if (!answered) throw new Error(`"${text}" was not answered.`);
  };
}

let collect: (() => void) | undefined;

function heapMegabytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}
