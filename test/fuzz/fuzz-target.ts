/** A fuzz target: one file in targets/, found by its name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Seed = string | Uint8Array;

export interface FuzzTarget {
  /** Throws where something does not hold of this input. */
  fuzz(data: Buffer): Promise<void>;
  /** Good inputs and known bad ones, made by code, to begin with. */
  seeds(): Promise<readonly Seed[]>;
  /** Bytes of the longest input; 4096 without. */
  readonly longest?: number;
  /** Inputs that are tried by `npm test`. */
  readonly runs: number;
}

const folder = import.meta.dirname;

export const targetNames: readonly string[] = readdirSync(join(folder, 'targets'))
  .filter((name) => name.endsWith('.fuzz.ts'))
  .map((name) => name.slice(0, -'.fuzz.ts'.length))
  .sort();

export async function targetNamed(name: string): Promise<FuzzTarget> {
  return (await import(`./targets/${name}.fuzz.ts`)) as FuzzTarget;
}

/** An input that did harm once. */
export interface Found {
  /** What was wrong. */
  readonly about: string;
  readonly base64: string;
}

export function foundBefore(name: string): readonly Found[] {
  try {
    return JSON.parse(readFileSync(join(folder, 'found', `${name}.json`), 'utf8')) as Found[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
