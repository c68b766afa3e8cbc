/** A folder with the drawn benchmark in it, and evaluations that each have a home of their own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Benchmark } from '../../../src/evaluation/benchmark.ts';
import { type EvaluationOptions, evaluateBenchmark } from '../../../src/evaluation/evaluation.ts';
import { type DrawnOptions, drawBenchmark, drawnBenchmark, evaluationOptions } from './drawn-benchmark.ts';

/** Made before the tests of the file that asks for it, and gone after them. */
export class DrawnWorkplace {
  #root = '';
  #homes = 0;

  constructor() {
    beforeAll(async () => {
      this.#root = await mkdtemp(join(tmpdir(), 'chatreid-drawn-'));
      await drawBenchmark(this.data);
    });
    afterAll(() => rm(this.#root, { recursive: true, force: true }));
  }

  get data(): string {
    return this.at('data');
  }

  at(name: string): string {
    return join(this.#root, name);
  }

  readonly evaluate = (
    more: Partial<EvaluationOptions>,
    drawn: DrawnOptions | Benchmark = {},
    home = this.at(`home-${this.#homes++}`),
  ): ReturnType<typeof evaluateBenchmark> => {
    const benchmark = 'read' in drawn ? drawn : drawnBenchmark(drawn);
    return evaluateBenchmark(benchmark, evaluationOptions(this.data, home, more));
  };
}
