/** A small benchmark with queries of every kind and, where wanted, several draws; and what evaluates it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunOptions } from '../../../src/engine/engine.ts';
import type { Prompt } from '../../../src/engine/prompt.ts';
import type { Benchmark, BenchmarkRow, QueryRow, Trial } from '../../../src/evaluation/benchmark.ts';
import type { EvaluationOptions } from '../../../src/evaluation/evaluation.ts';
import { acrossCameras } from '../../../src/evaluation/protocol.ts';
import { Calibration } from '../../../src/retrieval/calibration.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';
import { FakeEncoder, FakeEngine } from '../../support/fake-engine.ts';
import { testPicture } from '../../support/prompts.ts';

const persons = 6;
const cameras = 3;

export async function drawBenchmark(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let person = 0; person < persons; person++) {
    for (let camera = 0; camera < cameras; camera++) {
      for (const [at, part] of ['query', 'gallery'].entries()) {
        const picture = await testPicture(person * 20 + camera * 2 + at, { width: 8, height: 16 });
        if (!('bytes' in picture)) throw new Error('The test picture has no bytes.');
        await writeFile(join(folder, `${part}-${person}-${camera}.png`), picture.bytes);
      }
    }
  }
}

export interface DrawnOptions {
  readonly trials?: readonly Trial[];
  readonly kinds?: readonly ('image' | 'text' | 'mixed')[];
}

/** The kinds take turns; every person's words are the same in all its queries. */
export function drawnBenchmark({ trials, kinds = ['image', 'text', 'mixed'] }: DrawnOptions = {}): Benchmark {
  return {
    name: 'drawn',
    title: 'Drawn',
    settings: [
      { name: 'across cameras', title: 'across cameras', protocol: acrossCameras, quirks: [] },
      { name: 'other', title: 'other', protocol: acrossCameras, quirks: [] },
      { name: 'persons', title: 'persons', protocol: { ...acrossCameras, cmc: 'persons' }, quirks: [] },
      {
        name: 'drawn',
        title: 'drawn',
        protocol: { ...acrossCameras, cmc: 'single-shot' },
        quirks: ['drawn'],
      },
    ],
    async read(folder) {
      const queries: QueryRow[] = [];
      const gallery: BenchmarkRow[] = [];
      for (let person = 0; person < persons; person++) {
        for (let camera = 0; camera < cameras; camera++) {
          const labels = { personId: `${person}`, cameraId: `${camera}` };
          const kind = kinds[(person + camera) % kinds.length]!;
          const source = `query-${person}-${camera}`;
          queries.push({
            ...labels,
            source,
            ...(kind === 'text' ? {} : { path: join(folder, `${source}.png`) }),
            ...(kind === 'image' ? {} : { caption: `a man with bag ${person}` }),
          });
          const name = `gallery-${person}-${camera}`;
          gallery.push({ ...labels, source: name, path: join(folder, `${name}.png`) });
        }
      }
      return { queries, gallery, ...(trials ? { trials } : {}), differences: [] };
    },
    readTraining: async () => ({ rows: [], differences: [] }),
  };
}

/** Answers slowly, so that there is a middle to be killed in, and counts. */
export class SlowEngine extends FakeEngine {
  asked = 0;

  constructor(private readonly delayMs = 0) {
    super();
  }

  override async score(
    prompts: readonly Prompt[],
    answers: readonly string[],
    options?: RunOptions,
  ): Promise<number[][]> {
    await sleep(this.delayMs);
    this.asked += prompts.length;
    return super.score(prompts, answers, options);
  }
}

/** What varies from test to test is given; the rest is the same everywhere. */
export function evaluationOptions(
  folder: string,
  home: string,
  more: Partial<EvaluationOptions> = {},
): EvaluationOptions {
  return {
    folder,
    encoder: new FakeEncoder(),
    calibration: new Calibration({ ...calibrationNumbers, tau: { image: 0, text: -0.1, mixed: 0.1 } }),
    cacheFolder: join(home, 'cache'),
    runsFolder: join(home, 'evaluations'),
    ...more,
  };
}
