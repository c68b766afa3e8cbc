/** The rows of the paper that a measured benchmark may be held against. */
import { type PaperSlip, slipsOf } from './paper-slips.ts';
import { type PaperScore, paperTables } from './paper-tables.ts';

/** One method on one benchmark. Percent with one decimal, as printed. */
export interface PaperResult extends PaperScore {
  readonly table: number;
  readonly method: string;
  /** Number in the paper's list of references. */
  readonly citation?: number;
  readonly own: boolean;
  /** What is wrong in this row, and how one can tell. Empty as a rule. */
  readonly slips: readonly PaperSlip[];
}

/**
 * The setting by which the paper's tables score each benchmark, by the name that the reader has for it. The paper names
 * none: it follows from the rows of others, whose own papers do. Every number under another setting is another quantity.
 */
export const paperSettings: Readonly<Record<string, string>> = {
  market1501: 'across-cameras',
  msmt17: 'across-cameras',
  cuhk03: 'np-labelled',
  ltcc: 'general',
  prcc: 'cloth-changing',
  'sysu-mm01': 'all-search-single-shot',
  regdb: 'visible-to-thermal',
  'cuhk-pedes': 'any-camera',
  'icfg-pedes': 'any-camera',
  rstpreid: 'any-camera',
};

/**
 * @param benchmark its name on the command line
 * @param setting name of the setting that was measured; the paper's where absent
 * @returns the paper's own result, or undefined where the paper has none for this benchmark in this setting
 */
export function paperRow(benchmark: string, setting?: string): PaperResult | undefined {
  return paperResults(benchmark, setting).find(({ own }) => own);
}

/** All rows of the table that have a number for this benchmark, as printed, the paper's own among them. */
export function paperResults(benchmark: string, setting?: string): readonly PaperResult[] {
  if (setting !== undefined && setting !== paperSettings[benchmark]) return [];
  const table = paperTables.find(({ benchmarks }) => benchmarks.includes(benchmark));
  if (table === undefined) return [];
  return table.rows.flatMap(({ method, citation, own, scores }) => {
    const score = scores[benchmark];
    if (score === undefined || (score.mAP === null && score.rank1 === null)) return [];
    return [
      {
        ...score,
        table: table.table,
        method,
        ...(citation === undefined ? {} : { citation }),
        own,
        slips: slipsOf(table.table, method, benchmark),
      },
    ];
  });
}

/** The slips of a row that concern one part of it. */
export function slipsAbout(
  { slips }: PaperResult,
  about: NonNullable<PaperSlip['part']>,
): readonly PaperSlip[] {
  return slips.filter(({ part }) => (part === undefined ? about !== 'source' : part === about));
}
