/** A process of its own that evaluates with a slow engine; the parent test kills it. */
import { evaluateBenchmark } from '../../../src/evaluation/evaluation.ts';
import { ChatReidError } from '../../../src/foundation/error.ts';
import type { SearchMode } from '../../../src/retrieval/search-result.ts';
import { drawnBenchmark, evaluationOptions, SlowEngine } from './drawn-benchmark.ts';

const [folder = '', home = '', mode = 'full', delay = '0'] = process.argv.slice(2);
const tell = (message: object) => process.send?.(message);

try {
  const { report } = await evaluateBenchmark(
    drawnBenchmark(),
    evaluationOptions(folder, home, {
      mode: mode as SearchMode,
      engine: new SlowEngine(Number(delay)),
      onProgress: ({ phase, done, total }) => tell({ phase, done, total }),
    }),
  );
  tell({ report });
} catch (error) {
  if (!(error instanceof ChatReidError)) throw error;
  tell({ error: error.report() });
}
process.disconnect?.();
