/** The Benchmark seam: a data set in its public layout, and the protocols by which it is scored. */
import type { Labelled, Protocol } from './protocol.ts';

/** A data set that people train on: the ten benchmarks, and the training-only sets of the paper's table 1. */
export interface TrainingSet {
  /** What the command line calls it, e.g. `market1501`. */
  readonly name: string;
  /** What people call it, e.g. `Market-1501`. */
  readonly title: string;

  /**
   * The training part. Reads names and labels, and opens no picture. Rows come in the order of their sources.
   *
   * @throws ChatReidError DATASET_INVALID as {@link Benchmark.read}
   */
  readTraining(folder: string, options: { readonly allowPartial: boolean }): Promise<TrainingRows>;
}

/** Every implementation passes the one suite in test/evaluation/datasets/benchmark-contract.ts. */
export interface Benchmark extends TrainingSet {
  /** The ways this data set is scored, at least one. The first is the default: the one of the paper's tables. */
  readonly settings: readonly [Setting, ...Setting[]];

  /**
   * Reads names and labels, and opens no picture. Rows come in the order of their sources, so that equal scores rank the
   * same on every machine.
   *
   * @throws ChatReidError DATASET_INVALID when the folder is not in the data set's layout, naming what is missing; when
   *   a row is malformed, naming it; and when the counts are not those of the table or a listed picture is not there,
   *   unless `allowPartial`, which leaves such rows out
   */
  read(folder: string, options: ReadOptions): Promise<BenchmarkRows>;
}

export interface ReadOptions {
  readonly allowPartial: boolean;
  /** One of the benchmark's {@link Benchmark.settings}; its first where absent. */
  readonly setting?: Setting;
  /** True draws galleries as the data set's authors meant it, where the common code does otherwise. Default false. */
  readonly corrected?: boolean;
}

export interface Setting {
  /** For the command line, e.g. `cloth-changing`. Unique within the benchmark. */
  readonly name: string;
  /** For people, e.g. `cloth-changing (other clothes than the query's)`. */
  readonly title: string;
  /** Agrees with the reference code number for number, its quirks included. */
  readonly protocol: Protocol;
  /** What the reference code should have done. Absent where it is right. */
  readonly corrected?: Protocol;
  /** The reference code's quirks, one sentence each: what strict keeps and corrected mends where it is known what was meant. */
  readonly quirks: readonly string[];
}

/** What is looked for: a picture (path), words (caption) or both. At least one of the two is there. */
export interface QueryRow extends Labelled {
  /** How the data set names the row: a path relative to its folder, with `#n` behind it for the n-th caption of one. */
  readonly source: string;
  /** Absolute path of the picture. */
  readonly path?: string;
  readonly caption?: string;
}

/** A picture of the gallery. */
export interface BenchmarkRow extends Labelled {
  /** How the data set names the row: a path relative to its folder. */
  readonly source: string;
  /** Absolute path of the picture. */
  readonly path: string;
}

export interface BenchmarkRows {
  readonly queries: readonly QueryRow[];
  /** What is searched: junk is not in it, distractors are. */
  readonly gallery: readonly BenchmarkRow[];
  /**
   * Where a protocol draws its queries or galleries several times: the metrics are means over the draws. Absent where
   * everything is scored once. Every row is in at least one draw.
   */
  readonly trials?: readonly Trial[];
  /**
   * Where the rows differ from the published counts or, where there are none, from the manifest, as sentences. Empty for
   * the whole data set.
   */
  readonly differences: readonly string[];
  /** What is worth knowing of the whole data set, as sentences. */
  readonly remarks?: readonly string[];
}

/** Row numbers of one draw, ascending. */
export interface Trial {
  /** All queries where absent. */
  readonly queries?: readonly number[];
  /** The whole gallery where absent. */
  readonly gallery?: readonly number[];
}

/** A picture to train on, with what the data set says of it. */
export interface TrainingRow {
  readonly source: string;
  /** Absolute path of the picture. */
  readonly path: string;
  /** Absent where the data set has no identities (captions alone). */
  readonly personId?: string;
  readonly cameraId?: string;
  readonly clothesId?: string;
  readonly modality?: string;
  /** Sentences of people or of a captioner. Empty where the data set has none. */
  readonly captions: readonly string[];
}

export interface TrainingRows {
  readonly rows: readonly TrainingRow[];
  readonly differences: readonly string[];
}
