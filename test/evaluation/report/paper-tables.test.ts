/** The paper's tables as data: digit for digit as printed, with the slips marked and nothing else. */
import { describe, expect, it } from 'vitest';
import { benchmarks } from '../../../src/evaluation/benchmarks.ts';
import {
  type PaperResult,
  paperResults,
  paperRow,
  paperSettings,
  slipsAbout,
} from '../../../src/evaluation/report/paper/paper-row.ts';
import { paperSlips, slipsOf } from '../../../src/evaluation/report/paper/paper-slips.ts';
import {
  paperAblation,
  type PaperScore,
  paperTables,
} from '../../../src/evaluation/report/paper/paper-tables.ts';

/** Added up from the text of the paper by another program: a wrong digit changes a row and a column. */
const sums: Readonly<Record<number, { columns: string[]; rows: string[]; citations: string }>> = {
  2: {
    columns: ['547.2', '481.0', '361.8', '347.0', '330.8', '259.3'],
    rows: ['324.0', '340.6', '236.3', '349.8', '521.2', '555.2'],
    citations: '12 19 36 62 13',
  },
  3: {
    columns: ['284.9', '486.7', '256.7', '286.6'],
    rows: ['108.7', '134.8', '176.2', '186.9', '115.0', '44.2', '234.3', '314.8'],
    citations: '23 56 33 16 9 12 13',
  },
  4: {
    columns: ['557.8', '583.5', '659.9', '699.7'],
    rows: ['294.3', '300.6', '302.3', '313.2', '291.6', '313.5', '322.7', '362.7'],
    citations: '44 9 42 55 31 18 53',
  },
  6: {
    columns: ['555.5', '614.3', '318.7', '493.0', '281.7', '469.6'],
    rows: ['301.3', '367.6', '393.1', '371.8', '320.6', '382.3', '140.7', '455.4'],
    citations: '18 28 32 3 47 6 13',
  },
};

const sum = (cells: readonly (number | null)[]): string =>
  cells.reduce<number>((all, cell) => all + (cell ?? 0), 0).toFixed(1);

describe('tables of the paper', () => {
  it.each(paperTables)('table $table adds up as the printed one', ({ table, benchmarks: names, rows }) => {
    const cells = rows.map(({ scores }) =>
      names.flatMap((name) => {
        const { mAP, rank1 } = scores[name] as PaperScore;
        return [mAP, rank1];
      }),
    );
    expect(cells.map(sum)).toEqual(sums[table]?.rows);
    expect(cells[0]?.map((_, column) => sum(cells.map((row) => row[column] ?? null)))).toEqual(
      sums[table]?.columns,
    );
    expect(rows.flatMap(({ citation }) => citation ?? []).join(' ')).toBe(sums[table]?.citations);
    expect(rows.filter(({ own }) => own).map(({ method }) => method)).toEqual(['ChatReID']);
  });

  it('covers ten benchmarks', () => {
    expect(paperTables.flatMap(({ benchmarks: names }) => names).sort()).toEqual(
      Object.keys(paperSettings).sort(),
    );
    expect(Object.keys(paperSettings)).toHaveLength(10);
  });

  it('has in table 5 the means that are printed, and the mAP of the other tables but where it slips', () => {
    for (const { mAP, average } of paperAblation) {
      const values = Object.values(mAP);
      expect(values).toHaveLength(10);
      expect(Math.abs(values.reduce((all, value) => all + value, 0) / 10 - average)).toBeLessThan(0.0501);
    }
    const own = paperAblation.find((row) => row.own);
    const other = Object.keys(paperSettings).filter((name) => own?.mAP[name] !== paperRow(name)?.mAP);
    expect(other.sort()).toEqual(['ltcc', 'prcc']);
    expect(other.every((name) => slipsOf(5, 'ChatReID', name).length > 0)).toBe(true);
  });

  /** What the text says of the lead over the best other mAP of a data set. */
  it.each([
    ['market1501', 2.9],
    ['msmt17', 15.1],
    ['ltcc', 24.3],
    ['prcc', 23.3],
    ['sysu-mm01', 11.8],
    ['regdb', 10.7],
    ['icfg-pedes', 25.6],
    ['rstpreid', 20.2],
  ])('leads on %s by the %d points of mAP that the text gives', (name, lead) => {
    const others = paperResults(name)
      .filter(({ own }) => !own)
      .map(({ mAP }) => mAP ?? 0);
    expect((paperRow(name)?.mAP ?? 0) - Math.max(...others)).toBeCloseTo(lead, 6);
  });

  it('has one best Rank-1 of another in the way, and that one is marked', () => {
    const better = Object.keys(paperSettings).flatMap((name) => {
      const best = paperRow(name)?.rank1 ?? 0;
      return paperResults(name).filter(({ rank1 }) => (rank1 ?? 0) > best);
    });
    expect(better.map(({ method, slips }) => [method, slips.map(({ part }) => part)])).toEqual([
      ['WoRA', ['rank1']],
    ]);
  });
});

describe('slips', () => {
  it('are about cells that are there', () => {
    for (const { table, method, benchmark, reason } of paperSlips) {
      expect(reason).toMatch(/\.$/);
      const found = paperTables.find((one) => one.table === table);
      if (table === 5) expect(paperAblation[0]?.mAP).toHaveProperty([benchmark as string]);
      else {
        expect(found?.benchmarks).toContain(benchmark);
        expect(found?.rows.map((row) => row.method)).toContain(method);
      }
    }
  });

  it('mark the mAP of ChatReID on LTCC and PRCC, and not its Rank-1', () => {
    for (const name of ['ltcc', 'prcc']) {
      const row = paperRow(name) as PaperResult;
      expect(row.table).toBe(3);
      expect(slipsAbout(row, 'mAP')).toHaveLength(1);
      expect(slipsAbout(row, 'rank1')).toEqual([]);
    }
    expect(paperRow('market1501')).toMatchObject({ slips: [] });
  });

  it('tell a wrong number from right numbers under a wrong name', () => {
    const named = (benchmark: string, method: string): PaperResult =>
      paperResults(benchmark).find((row) => row.method === method) as PaperResult;
    const parts = ['mAP', 'rank1', 'source'] as const;
    const marked = (row: PaperResult): string[] => parts.filter((part) => slipsAbout(row, part).length > 0);
    expect(marked(named('regdb', 'CAL'))).toEqual(['source']);
    expect(marked(named('market1501', 'TransReID'))).toEqual(['mAP', 'rank1']);
    expect(marked(named('rstpreid', 'IRRA'))).toEqual(['mAP']);
    expect(marked(named('ltcc', 'CAL'))).toEqual([]);
  });
});

describe('the row that a run is held against', () => {
  it('is of the setting of the paper only', () => {
    expect(paperRow('ltcc', 'general')).toMatchObject({ mAP: 76.3, rank1: 82.7, own: true });
    expect(paperRow('ltcc', 'cloth-changing')).toBeUndefined();
    expect(paperRow('manifest', 'across-cameras')).toBeUndefined();
    expect(paperRow('manifest')).toBeUndefined();
  });

  it('has as setting what the reader of the data set has first', () => {
    const known = benchmarks.filter(({ name }) => name in paperSettings);
    expect(known.length).toBeGreaterThan(0);
    for (const { name, settings } of known) {
      expect([name, settings[0].name]).toEqual([name, paperSettings[name]]);
    }
  });

  it('leaves out methods without a number for the data set', () => {
    expect(paperResults('cuhk03').map(({ method }) => method)).toEqual([
      'SAN',
      'HumanBench',
      'IRM',
      'ChatReID',
    ]);
    expect(paperResults('cuhk03')[1]).toMatchObject({ mAP: 77.7, rank1: null, citation: 36 });
  });
});
