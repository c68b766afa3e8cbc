/** What the reference readers drew and listed from made-up folders: test/fixtures/evaluation/draws.json.gz. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { readFixture } from '../metrics/reference-cases.ts';

/** Path, person, camera and clothes, as the reference numbers them. */
export type ReferenceRow = readonly [path: string, person: number, camera: number, clothes: number];

type Draws = Readonly<Record<'all' | 'indoor', readonly (readonly string[])[]>>;

/**
 * `single` of sysu is process_gallery_sysu of Cross-Modal-Re-ID-baseline; `multi` is Python's random.sample in its place.
 * `tests` of regdb is process_test_regdb, prcc and ltcc are Simple-CCReID's readers, their glob sorted.
 */
export const drawReferences = readFixture<{
  readonly about: string;
  readonly sources: Readonly<Record<'sysu' | 'regdb' | 'prcc' | 'ltcc', string>>;
  readonly sysu: {
    readonly test_id: string;
    readonly tree: Readonly<Record<string, readonly number[]>>;
    readonly queries: readonly (readonly [path: string, person: number, camera: number])[];
    readonly single: Draws;
    readonly multi: Draws;
  };
  readonly regdb: {
    readonly lists: Readonly<Record<string, readonly string[]>>;
    readonly tests: Readonly<
      Record<'visible' | 'thermal', readonly (readonly (readonly [path: string, label: number])[])[]>
    >;
  };
  readonly prcc: {
    readonly names: readonly string[];
    readonly train: readonly ReferenceRow[];
    readonly same: readonly ReferenceRow[];
    readonly changed: readonly ReferenceRow[];
    readonly gallery: readonly ReferenceRow[];
    readonly galleries: readonly (readonly string[])[];
  };
  readonly ltcc: {
    readonly names: readonly string[];
    readonly train: readonly ReferenceRow[];
    readonly query: readonly ReferenceRow[];
    readonly gallery: readonly ReferenceRow[];
  };
}>('draws');

/** A folder for each test of the suite that calls this. */
export function folderForEachTest(): () => string {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chatreid-dataset-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/** Which rows share a label, whatever it is called: the number of the first row that has it. */
export function sameAs(labels: readonly (string | number | undefined)[]): number[] {
  return labels.map((label) => labels.indexOf(label));
}

/** @param at row numbers, e.g. of a trial; all rows where absent */
export function sourcesOf(rows: readonly { readonly source: string }[], at?: readonly number[]): string[] {
  return (at?.map((row) => rows[row]!) ?? rows).map(({ source }) => source);
}
