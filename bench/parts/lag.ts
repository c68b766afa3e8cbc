/** Event-loop lag of the bot's own process while its models and its index are kept as busy as they can be. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from '../../src/engine/process/engine-process.ts';
import { SimilarityIndex } from '../../src/gallery/similarity-index.ts';
import { turnsOver } from '../engine-turns.ts';
import type { Figure } from '../figure.ts';
import { keepDoing, type Lag, lagWhile } from '../loop-lag.ts';
import type { PartFigures, PartOptions, PeakMemory } from '../part.ts';
import { peakMemoryOf } from '../peak-memory.ts';
import { dimension, grow, randomQuery, SwitchedScorer } from '../random-index.ts';
import { midModel } from '../random-model.ts';
import { syntheticPictures } from '../synthetic-pictures.ts';

const targetMs = 20;
const size = { width: 64, height: 128 };

export async function run({ quick, say }: PartOptions): Promise<PartFigures> {
  const rounds = quick ? 1 : 3;
  const ms = quick ? 3000 : 6000;
  const idle: Lag[] = [await lagWhile(() => sleep(1000))];
  say('score() and encodePictures() without a pause, in a child');
  const { lags: busy, memory } = await whileEngineIsBusy(rounds, ms, quick ? 16 : 100);
  const rows = quick ? 100_000 : 1_000_000;
  say(`searches of ${rows} rows without a pause`);
  const searching = await whileSearching(rounds, ms / 2, rows);
  return {
    figures: [
      ...figuresOf('idle', idle, false),
      ...figuresOf('while score() and encodePictures() saturate the child', busy, true),
      ...figuresOf(`while ${rows.toLocaleString('en')} rows are searched`, searching, true),
    ],
    memory,
  };
}

/** Two searches and an import at a time ask one child. */
async function whileEngineIsBusy(
  rounds: number,
  ms: number,
  candidates: number,
): Promise<{ lags: Lag[]; memory: PeakMemory[] }> {
  const engine = new EngineProcess({ model: await midModel(), device: 'cpu' });
  try {
    await engine.describe();
    await engine.describeEncoder();
    const turns = await turnsOver(candidates, size);
    const pictures = await syntheticPictures(64, 5000, size);
    const lags: Lag[] = [];
    for (let round = 0; round < rounds; round++) {
      const ask = async (searcher: number) =>
        keepDoing(ms, async (time) => {
          const turn = round * 1000 + searcher * 500 + time;
          const { pairs } = await turns.prompts(time % 2 === 0 ? 'text follow-up' : 'new picture', turn);
          await engine.score(pairs, ['Yes', 'No']);
        });
      const encode = () => keepDoing(ms, () => engine.encodePictures(pictures));
      lags.push(await lagWhile(() => Promise.all([ask(0), ask(1), encode()])));
    }
    const bytes = peakMemoryOf(engine.pid);
    return { lags, memory: bytes === undefined ? [] : [{ process: 'engine child', bytes }] };
  } finally {
    await engine.close();
  }
}

async function whileSearching(rounds: number, ms: number, rows: number): Promise<Lag[]> {
  const scorer = new SwitchedScorer();
  const index = new SimilarityIndex(dimension, scorer);
  grow(index, rows);
  const search = (seed: number) => index.search({ vector: randomQuery(seed), tau: 0.18, limit: 100 });
  await search(0);
  const lags: Lag[] = [];
  for (let round = 0; round < rounds; round++) lags.push(await lagWhile(() => keepDoing(ms, search)));
  await scorer.close();
  return lags;
}

function figuresOf(what: string, lags: readonly Lag[], judged: boolean): Figure[] {
  return (['p50', 'p99', 'max'] as const).map((name) => ({
    name: `${what}: ${name}`,
    unit: 'ms',
    samples: lags.map((lag) => lag[name]),
    ...(judged && name === 'p99' ? { target: { kind: 'under', value: targetMs } as const } : {}),
  }));
}
