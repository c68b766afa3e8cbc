/** What an evaluation refuses before it begins: options, rows and models that cannot be measured. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Benchmark, QueryRow } from '../../../src/evaluation/benchmark.ts';
import { type EvaluationOptions, evaluateBenchmark } from '../../../src/evaluation/evaluation.ts';
import { FakeEncoder } from '../../support/fake-engine.ts';
import { type DrawnOptions, drawBenchmark, drawnBenchmark, evaluationOptions } from './drawn-benchmark.ts';

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-refused-'));
  data = join(root, 'data');
  await drawBenchmark(data);
});
afterAll(() => rm(root, { recursive: true, force: true }));

function evaluate(
  more: Partial<EvaluationOptions>,
  drawn: DrawnOptions | Benchmark = {},
): ReturnType<typeof evaluateBenchmark> {
  const benchmark = 'read' in drawn ? drawn : drawnBenchmark(drawn);
  return evaluateBenchmark(benchmark, evaluationOptions(data, join(root, 'home'), more));
}

describe('what cannot be evaluated', () => {
  it.each<[string, Partial<EvaluationOptions>, string, RegExp]>([
    ['a mode without its model', { mode: 'full' }, 'ENGINE_CANNOT', /Mode "full" needs a language model/],
    ['another setting', { setting: 'night' }, 'OPTION_INVALID', /no setting "night"/],
    ['an empty shortlist', { shortlist: 0 }, 'OPTION_INVALID', /shortlist of 0/],
    ['half a query', { limit: 0.5 }, 'OPTION_INVALID', /0.5 queries/],
    ['a τ out of range', { tau: 2 }, 'OPTION_INVALID', /τ cannot be 2/],
  ])('%s', async (_, options, code, message) => {
    await expect(evaluate(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each<[string, (row: QueryRow) => QueryRow, string, RegExp]>([
    [
      'a row twice',
      (row) => ({ ...row, source: 'same' }),
      'DATASET_INVALID',
      /row same is there twice in the queries/,
    ],
    [
      'a query of nothing',
      ({ path: _, caption: __, ...row }) => ({ ...row, caption: '  ' }),
      'DATASET_INVALID',
      /query-0-0 has neither a picture nor words/,
    ],
    [
      'a novel',
      (row) => ({ ...row, caption: 'a man '.repeat(1000) }),
      'DATASET_INVALID',
      /caption of query-0-0 has 5999 characters/,
    ],
  ])('%s', async (_, change, code, message) => {
    const whole = drawnBenchmark();
    const changed: Benchmark = {
      ...whole,
      async read(folder, options) {
        const rows = await whole.read(folder, options);
        return { ...rows, queries: rows.queries.map(change) };
      },
    };
    await expect(evaluate({}, changed)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('a picture twice in the gallery', async () => {
    const whole = drawnBenchmark();
    const twice: Benchmark = {
      ...whole,
      async read(folder, options) {
        const rows = await whole.read(folder, options);
        return { ...rows, gallery: [...rows.gallery, rows.gallery[3]!] };
      },
    };
    await expect(evaluate({}, twice)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/row gallery-1-0 is there twice in the gallery/),
    });
  });

  it('words, by a filter that reads none', async () => {
    class Wordless extends FakeEncoder {
      override async describeEncoder() {
        return { ...(await super.describeEncoder()), text: false };
      }
    }
    await expect(evaluate({ encoder: new Wordless() })).rejects.toMatchObject({
      code: 'QUERY_WORDS_UNSUPPORTED',
      message: expect.stringContaining('query-0-1'),
    });
    const { report } = await evaluate({ encoder: new Wordless() }, { kinds: ['image'] });
    expect(report.queryKinds).toEqual({ image: 18, text: 0, mixed: 0 });
  });
});
