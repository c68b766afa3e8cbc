/** The table of all benchmarks: what was measured, what is absent or failed, and the paper beside it. */
import { describe, expect, it } from 'vitest';
import {
  type OverviewEntry,
  overview,
  overviewHtml,
  overviewMarkdown,
} from '../../../src/evaluation/report/overview-table.ts';
import { drawnReport } from './drawn-report.ts';
import { faults } from './well-formed.ts';

const entries: OverviewEntry[] = [
  {
    benchmark: { name: 'market1501', title: 'Market-1501' },
    setting: { name: 'across-cameras', title: 'across cameras' },
    outcome: { kind: 'measured', report: drawnReport },
  },
  {
    benchmark: { name: 'ltcc', title: 'LTCC' },
    setting: { name: 'general', title: 'general' },
    outcome: {
      kind: 'measured',
      report: { ...drawnReport, partial: true, slice: { asked: 50, of: 493 } },
    },
  },
  {
    benchmark: { name: 'regdb', title: 'RegDB' },
    setting: { name: 'visible-to-thermal', title: 'visible to thermal' },
    outcome: { kind: 'absent' },
  },
  {
    benchmark: { name: 'prcc', title: 'PRCC' },
    setting: { name: 'same-clothes', title: 'same | clothes' },
    outcome: { kind: 'failed', reason: 'its folder <rgb> holds no picture.' },
  },
];

describe('table of all benchmarks', () => {
  it('has a row for each, with the paper beside it and doubtful numbers marked', () => {
    expect(overview(entries).rows).toEqual([
      ['Market-1501', 'across cameras', '53.2', '50.0', '96.4', '97.2'],
      ['LTCC', 'general', '53.2*', '50.0*', '76.3†', '82.7'],
      ['RegDB', 'visible to thermal', 'absent', '', '95.8', '96.5'],
      ['PRCC', 'same | clothes', 'failed', '', '–', '–'],
    ]);
  });

  it('names what is absent, what failed and what is not comparable', () => {
    const { notes } = overview(entries);
    expect(notes.slice(0, 4)).toEqual([
      '2 of 4 measured. All numbers in percent.',
      'Absent: RegDB.',
      '* LTCC: 50 of 493 queries, not comparable with published numbers.',
      'PRCC failed: its folder <rgb> holds no picture.',
    ]);
    expect(notes[4]).toMatch(/^† LTCC: Table 3 and the text/);
    expect(notes).toHaveLength(5);
  });

  it('is a Markdown table whose cells nothing breaks out of', () => {
    const lines = overviewMarkdown(entries).split('\n');
    expect(lines[0]).toBe('| Data set | Setting | mAP | Rank-1 | paper mAP | paper Rank-1 |');
    expect(lines[1]).toBe('|---|---|---:|---:|---:|---:|');
    expect(lines[5]).toBe('| PRCC | same \\| clothes | failed |  | – | – |');
    expect(lines.join('\n')).toContain('its folder \\<rgb\\> holds');
  });

  it('is sound HTML', () => {
    const { text } = overviewHtml(entries);
    expect(faults(text)).toEqual([]);
    expect(text).toContain('<td class="n">76.3†</td>');
    expect(text).toContain('its folder &lt;rgb&gt; holds no picture.');
  });
});
