/** The benchmarks that the command line knows: adding one is a file of its own and a line here. */
import type { Benchmark } from './benchmark.ts';
import { market1501 } from './datasets/market1501.ts';

export const benchmarks: readonly Benchmark[] = [market1501];
