/** Pictures registered per second by the importer, against a plain loop that does the same one by one. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartFigures, PartOptions, PeakMemory, SubpartName } from '../part.ts';
import { runPart } from '../part-process.ts';
import { syntheticJpeg } from '../synthetic-pictures.ts';

const ways = ['import-plain', 'import-product'] as const satisfies readonly SubpartName[];
const size = { width: 64, height: 128 };

export async function run({ quick, say }: PartOptions): Promise<PartFigures> {
  const count = quick ? 32 : 400;
  const rounds = quick ? 1 : 3;
  const folder = await mkdtemp(join(tmpdir(), 'chatreid-bench-import-'));
  try {
    await mkdir(join(folder, 'pictures'));
    for (let i = 0; i < count; i++) {
      await writeFile(join(folder, 'pictures', `${i}.jpg`), await syntheticJpeg(i, size));
    }
    const rates = new Map<SubpartName, number[]>(ways.map((way) => [way, []]));
    const memory: PeakMemory[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const way of round % 2 === 0 ? ways : [...ways].reverse()) {
        say(`${way}, ${count} pictures, round ${round + 1}`);
        const result = await runPart(way, { quick, argument: folder, say });
        rates.get(way)?.push(result.figures[0]?.samples[0] ?? Number.NaN);
        memory.push(...result.memory);
      }
    }
    const plain = rates.get('import-plain') ?? [];
    return {
      figures: ways.map((way) => {
        const samples = rates.get(way) ?? [];
        return {
          name: way === 'import-plain' ? 'plain loop' : 'importPictures',
          unit: 'pictures/s',
          samples,
          ratio: { to: 'plain loop', samples: samples.map((rate, i) => rate / (plain[i] as number)) },
          note: `${count} JPEGs of ${size.width}x${size.height}, model already loaded`,
        };
      }),
      memory: highest(memory),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function highest(memory: readonly PeakMemory[]): PeakMemory[] {
  const most = new Map<string, number>();
  for (const { process, bytes } of memory) most.set(process, Math.max(bytes, most.get(process) ?? 0));
  return [...most].map(([process, bytes]) => ({ process, bytes }));
}
