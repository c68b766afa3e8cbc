/** How far naive and cached scoring are from this machine's own matrix-product peak, measured in the same rounds. */
import { timeModes } from '../engine-rounds.ts';
import type { Figure } from '../figure.ts';
import { MatrixPeak } from '../matrix-peak.ts';
import type { PartFigures, PartOptions } from '../part.ts';
import { midModel } from '../random-model.ts';

const giga = 1e9;

/** Operations are counted as in flops.ts. */
export async function run({ quick, say }: PartOptions): Promise<PartFigures> {
  const size = quick ? { width: 64, height: 128 } : { width: 128, height: 256 };
  const candidates = quick ? 16 : 32;
  const peak = await MatrixPeak.open();
  const peaks: number[] = [];
  say(`mid ${size.width}x${size.height}: naive, all, and matrix products in turn`);
  const timed = await timeModes({
    model: await midModel(),
    size,
    modes: ['naive', 'all'],
    candidates,
    sample: quick ? 2 : 6,
    rounds: quick ? 1 : 3,
    between: async () => {
      peaks.push(await peak.measure());
    },
  });
  await peak.close();
  const top = Math.max(...peaks);
  const figures: Figure[] = timed.map(({ turn, mode, flopRates, tokens }) => ({
    name: `mid ${size.width}x${size.height}, ${turn}: ${mode}`,
    unit: 'GFLOP/s',
    samples: flopRates.map((rate) => rate / giga),
    ratio: { to: 'peak', samples: flopRates.map((rate) => rate / top) },
    note: `${tokens.toFixed(1)} tokens a candidate; useful operations only`,
  }));
  return {
    figures: [
      {
        name: 'float32 matrix product, the best of several shapes',
        unit: 'GFLOP/s',
        samples: peaks.map((rate) => rate / giga),
      },
      ...figures,
    ],
  };
}
