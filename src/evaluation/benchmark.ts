/** The Benchmark seam: a data set in its public layout, and the protocol by which it is scored. */
import type { Labelled, Protocol } from './protocol.ts';

/** Every implementation passes the one suite in test/evaluation/benchmark-contract.ts. */
export interface Benchmark {
  /** What the command line calls it, e.g. `market1501`. */
  readonly name: string;
  /** What people call it, e.g. `Market-1501`. */
  readonly title: string;
  readonly protocol: Protocol;

  /**
   * Reads names and labels, and opens no picture. Rows come in the order of their names, so that equal scores rank the
   * same on every machine.
   *
   * @throws ChatReidError DATASET_INVALID when the folder is not in the data set's layout, naming what is missing; when
   *   a row is malformed, naming it; and when the counts are not those of the table, unless `allowPartial`
   */
  read(folder: string, options: { readonly allowPartial: boolean }): Promise<BenchmarkRows>;
}

export interface BenchmarkRow extends Labelled {
  /** How the data set names the row: a path relative to its folder. */
  readonly source: string;
  /** Absolute path of the picture. */
  readonly path: string;
}

export interface BenchmarkRows {
  readonly queries: readonly BenchmarkRow[];
  /** What is searched: junk is not in it, distractors are. */
  readonly gallery: readonly BenchmarkRow[];
  /** Where the folder differs from the published counts, as sentences. Empty for the whole data set. */
  readonly differences: readonly string[];
}
