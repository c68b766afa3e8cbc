/** What a part of the benchmark is: figures, measured in a process of its own. */
import type { Figure } from './figure.ts';

/** In the order in which they run. Each is a file in parts/. */
export const partNames = [
  'engine',
  'peak',
  'search',
  'lag',
  'import',
  'metrics',
  'conversation',
  'acks',
  'audit',
] as const;
export type PartName = (typeof partNames)[number];

/** Halves of a part that run in a process each; parts/ holds them too. */
export const subpartNames = ['import-product', 'import-plain'] as const;
export type SubpartName = (typeof subpartNames)[number];

export interface PartOptions {
  /** Fewer rounds, smaller sizes; figures are for a look, and targets are not judged. */
  readonly quick: boolean;
  /** Lines of what is being done, for whoever waits. */
  readonly say: (line: string) => void;
  /** What the part that started this one gave it. */
  readonly argument?: string;
}

/** The most memory that a process ever had. */
export interface PeakMemory {
  readonly process: string;
  readonly bytes: number;
}

export interface PartFigures {
  readonly figures: readonly Figure[];
  /** Of the processes that the part itself started. */
  readonly memory?: readonly PeakMemory[];
}

export interface PartModule {
  run(options: PartOptions): Promise<PartFigures>;
}

export interface PartResult {
  readonly figures: readonly Figure[];
  /** The part's own process first. */
  readonly memory: readonly PeakMemory[];
}
