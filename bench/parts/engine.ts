/** Candidates scored per second at K = 100: naive, each cache by itself, and all of them. */
import { modeNames } from '../engine-modes.ts';
import { type TimedMode, timeModes } from '../engine-rounds.ts';
import type { TurnName } from '../engine-turns.ts';
import { type Figure, summarise, type Target } from '../figure.ts';
import type { PartFigures, PartOptions } from '../part.ts';
import { midModel, tinyModel } from '../random-model.ts';

/** Times naive, for everything together. */
const targets: Readonly<Record<TurnName, Target>> = {
  'text follow-up': { kind: 'at least', value: 8 },
  'new picture': { kind: 'at least', value: 4 },
};

/** 10 vision tokens, and 45. */
const native = { width: 64, height: 128 };
const doubled = { width: 128, height: 256 };

export async function run({ quick, say }: PartOptions): Promise<PartFigures> {
  const candidates = quick ? 20 : 100;
  const rounds = quick ? 1 : 3;
  const sample = quick ? 2 : 8;
  const mid = await midModel();
  const cases = [
    { name: 'tiny', model: tinyModel, size: native, modes: modeNames },
    { name: 'tiny', model: tinyModel, size: doubled, modes: modeNames },
    { name: 'mid', model: mid, size: native, modes: modeNames },
    // The steps between are the same; what the larger picture changes shows at the two ends.
    { name: 'mid', model: mid, size: doubled, modes: ['naive', 'all'] as const },
  ];
  const figures: Figure[] = [];
  for (const { name, model, size, modes } of quick ? cases.filter(({ size }) => size === native) : cases) {
    const what = `${name} ${size.width}x${size.height}`;
    say(`${what}, ${candidates} candidates, ${rounds} rounds of ${modes.join(', ')}`);
    const timed = await timeModes({ model, size, modes, candidates, sample, rounds });
    figures.push(...timed.map((row) => figureOf(what, row, timed)));
  }
  return { figures };
}

function figureOf(what: string, row: TimedMode, all: readonly TimedMode[]): Figure {
  const naive = all.find(({ mode, turn }) => mode === 'naive' && turn === row.turn) as TimedMode;
  return {
    name: `${what}, ${row.turn}: ${row.mode}`,
    unit: 'candidates/s',
    samples: row.rates,
    ratio: { to: 'naive', samples: row.rates.map((rate, round) => rate / (naive.rates[round] as number)) },
    note: [
      `${row.tokens.toFixed(1)} tokens`,
      `${row.visionTokens.toFixed(1)} vision tokens`,
      `${summarise(row.processorMs).median.toPrecision(3)} ms of processor time a candidate`,
    ].join(', '),
    ...(row.mode === 'all' ? { target: targets[row.turn] } : {}),
  };
}
