/** The derived benchmarks that the command line knows. */
import type { Benchmark } from '../benchmark.ts';
import { cuhk03Crops } from './cuhk03-crops.ts';
import type { Besides } from './derived-benchmark.ts';
import { marketAltered } from './market-altered.ts';
import { marketCaptions } from './market-captions.ts';
import { marketClues } from './market-clues.ts';

export function derivedBenchmarks(besides: Besides): readonly Benchmark[] {
  return [marketCaptions(besides), marketClues(besides), marketAltered(besides), cuhk03Crops];
}
