/** Tables 2, 3, 4 and 6 of the ChatReID paper: what it claims for itself, and what it says of other methods. */

/** A cell as it is printed, in percent with one decimal. `null` where the paper has a dash. */
export interface PaperScore {
  readonly mAP: number | null;
  readonly rank1: number | null;
}

export interface PaperRow {
  readonly method: string;
  /** Number in the paper's list of references. Absent for the paper's own row. */
  readonly citation?: number;
  /** True for ChatReID itself: the row that this project is measured against. */
  readonly own: boolean;
  /** By the name that the command line has for the benchmark. */
  readonly scores: Readonly<Record<string, PaperScore>>;
}

export interface PaperTable {
  /** Number of the table in the paper. */
  readonly table: number;
  readonly topic: string;
  readonly benchmarks: readonly string[];
  readonly rows: readonly PaperRow[];
}

type Cell = number | null;

/** One row as the table prints it: mAP and Rank-1 of the first benchmark, then of the second, and so on. */
type Printed = readonly [method: string, citation: number | undefined, ...cells: Cell[]];

const dash = null;

export const paperTables: readonly PaperTable[] = [
  table(
    2,
    'standard person re-ID',
    ['market1501', 'msmt17', 'cuhk03'],
    [
      ['TransReID', 12, 86.8, 94.4, 61.0, 81.8, dash, dash],
      ['SAN', 19, 88.0, 96.1, dash, dash, 76.4, 80.1],
      ['HumanBench', 36, 89.5, dash, 69.1, dash, 77.7, dash],
      ['PASS', 62, 93.0, 96.8, 71.8, 88.2, dash, dash],
      ['IRM', 13, 93.5, 96.5, 72.4, 86.9, 85.4, 86.5],
      ['ChatReID', undefined, 96.4, 97.2, 87.5, 90.1, 91.3, 92.7],
    ],
  ),
  table(
    3,
    'person re-ID in other clothes',
    ['ltcc', 'prcc'],
    [
      ['HACNN', 23, 26.7, 60.2, dash, 21.8],
      ['RGA-SC', 56, 27.5, 65.0, dash, 42.3],
      ['PCB', 33, 30.6, 65.1, 38.7, 41.8],
      ['IANet', 16, 31.0, 63.7, 45.9, 46.3],
      ['CAL', 9, 40.8, 74.2, dash, dash],
      ['TransReID', 12, dash, dash, 44.2, dash],
      ['IRM', 13, 52.0, 75.8, 52.3, 54.2],
      ['ChatReID', undefined, 76.3, 82.7, 75.6, 80.2],
    ],
  ),
  table(
    4,
    'visible-infrared person re-ID',
    ['sysu-mm01', 'regdb'],
    [
      ['DART', 44, 66.3, 68.7, 75.7, 83.6],
      ['CAL', 9, 66.9, 69.6, 79.1, 85.0],
      ['MPANet', 42, 68.2, 70.6, 80.7, 82.8],
      ['MMN', 55, 66.9, 70.6, 84.1, 91.6],
      ['DCLNet', 31, 65.3, 70.8, 74.3, 81.2],
      ['MAUM', 18, 68.8, 71.7, 85.1, 87.9],
      ['DEEN', 53, 71.8, 74.7, 85.1, 91.1],
      ['ChatReID', undefined, 83.6, 86.8, 95.8, 96.5],
    ],
  ),
  table(
    6,
    'text-to-image person re-ID',
    ['cuhk-pedes', 'icfg-pedes', 'rstpreid'],
    [
      ['IRRA', 18, 66.1, 73.4, 38.1, 63.5, dash, 60.2],
      ['RDE', 28, 67.6, 75.9, 40.1, 67.7, 50.9, 65.4],
      ['WoRA', 32, 67.2, 76.4, 42.6, 87.5, 52.5, 66.9],
      ['RaSa', 3, 69.4, 76.5, 41.3, 65.3, 52.3, 67.0],
      ['APTM', 47, 66.9, 76.5, 41.2, 68.5, dash, 67.5],
      ['MARS', 6, 71.7, 77.6, 44.9, 67.6, 52.9, 67.6],
      ['IRM', 13, 66.5, 74.2, dash, dash, dash, dash],
      ['ChatReID', undefined, 80.1, 83.8, 70.5, 72.9, 73.1, 75.0],
    ],
  ),
];

/** Table 5: mAP in percent after some of the three training stages, and the mean over the ten benchmarks. */
export interface AblationRow {
  readonly stages: string;
  readonly own: boolean;
  readonly mAP: Readonly<Record<string, number>>;
  readonly average: number;
}

const ablationOrder = [
  'market1501',
  'msmt17',
  'cuhk03',
  'prcc',
  'ltcc',
  'sysu-mm01',
  'regdb',
  'cuhk-pedes',
  'icfg-pedes',
  'rstpreid',
] as const;

/** In the order of the columns as printed: see {@link paperSlips} for the two of them that are exchanged. */
export const paperAblation: readonly AblationRow[] = [
  ablation('stage 3', false, [59.2, 41.5, 60.3, 31.2, 35.4, 11.4, 12.7, 65.1, 49.9, 43.5], 41.0),
  ablation('stages 2 and 3', false, [92.1, 79.5, 85.7, 60.2, 55.1, 76.2, 74.7, 77.8, 62.5, 71.4], 73.5),
  ablation('all three', true, [96.4, 87.5, 91.3, 76.3, 75.6, 83.6, 95.8, 80.1, 70.5, 73.1], 83.0),
];

function table(
  number: number,
  topic: string,
  benchmarks: readonly string[],
  rows: readonly Printed[],
): PaperTable {
  return {
    table: number,
    topic,
    benchmarks,
    rows: rows.map(([method, citation, ...cells]) => ({
      method,
      ...(citation === undefined ? {} : { citation }),
      own: citation === undefined,
      scores: Object.fromEntries(
        benchmarks.map((name, i) => [name, { mAP: cells[2 * i] ?? null, rank1: cells[2 * i + 1] ?? null }]),
      ),
    })),
  };
}

function ablation(stages: string, own: boolean, mAP: readonly number[], average: number): AblationRow {
  return {
    stages,
    own,
    mAP: Object.fromEntries(ablationOrder.map((name, i) => [name, mAP[i] as number])),
    average,
  };
}
