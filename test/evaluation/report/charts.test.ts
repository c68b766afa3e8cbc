/** The charts of a report: scales from end to end, and numbers that stand where they are drawn. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reliability } from '../../../src/evaluation/metrics/reliability.ts';
import {
  apart,
  linear,
  logarithmic,
  niceTicks,
  place,
} from '../../../src/evaluation/report/charts/chart-frame.ts';
import { cmcChart } from '../../../src/evaluation/report/charts/cmc-chart.ts';
import { histogramChart } from '../../../src/evaluation/report/charts/histogram-chart.ts';
import { reliabilityChart } from '../../../src/evaluation/report/charts/reliability-chart.ts';
import { rocChart } from '../../../src/evaluation/report/charts/roc-chart.ts';
import { drawnMeasures } from './drawn-report.ts';
import { faults } from './well-formed.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Corners of the first path of a class, as numbers. */
function pathOf(svg: string, kind: string): number[][] {
  const d = new RegExp(`<path class="${kind}" d="M([^"]*)"`).exec(svg)?.[1] as string;
  return d.split('L').map((corner) => corner.split(' ').map(Number));
}

describe('scales', () => {
  it('go from end to end', () => {
    expect([0, 5, 10].map(linear(0, 10, 100, 300))).toEqual([100, 200, 300]);
    expect([1e-4, 1e-2, 1].map(logarithmic(1e-4, 1, 0, 40)).map(Math.round)).toEqual([0, 20, 40]);
    expect(logarithmic(1e-4, 1, 0, 40)(0)).toBeCloseTo(0);
  });

  it.each([
    [0, 1, ['0', '0.2', '0.4', '0.6', '0.8', '1']],
    [0.9, 1, ['0.9', '0.92', '0.94', '0.96', '0.98', '1']],
    [-0.13, 0.88, ['0', '0.25', '0.5', '0.75']],
  ])('have round ticks from %d to %d', (from, to, labels) => {
    expect(
      niceTicks(from, to, (value) => String(Number(value.toFixed(6)))).map(({ label }) => label),
    ).toEqual(labels);
  });

  it('write places shortly', () => {
    expect([1, 1.25, -0.01, 10.04].map(place)).toEqual(['1', '1.3', '0', '10']);
  });
});

describe('labels of one column', () => {
  it('keep their distance, their order and the bounds', () => {
    expect(apart([10, 12, 100], 16, { top: 0, bottom: 200 })).toEqual([10, 26, 100]);
    expect(apart([195, 190], 16, { top: 0, bottom: 200 })).toEqual([200, 184]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 5 }), (heights) => {
        const moved = apart(heights, 16, { top: 0, bottom: 200 }).sort((a, b) => a - b);
        expect(moved.every((at) => at >= 0 && at <= 200)).toBe(true);
        expect(moved.slice(1).every((at, i) => at - (moved[i] as number) >= 16)).toBe(true);
      }),
    );
  });
});

describe('CMC curve', () => {
  const cmc = [0.5, 0.6, 0.7, 0.75, 0.8];

  it('rises to the right, with its Rank-1 and the paper’s in words', () => {
    const svg = cmcChart({ label: 'full', cmc }, [{ label: 'filter alone', cmc: [0.4, 0.5] }], 0.972).text;
    const corners = pathOf(svg, 'line own');
    expect(corners).toHaveLength(5);
    for (const [i, [x, y]] of corners.slice(1).entries()) {
      const [before, height] = corners[i] as [number, number];
      expect(x).toBeGreaterThan(before);
      expect(y).toBeLessThan(height);
    }
    expect(pathOf(svg, 'line other')).toHaveLength(2);
    expect(svg).toContain('Rank-1 50.0<');
    expect(svg).toContain('paper 97.2<');
    expect(svg).toContain('<desc id="cmc-desc">full: Rank-1 50.0\u00a0%, Rank-5 80.0\u00a0%.');
    expect(faults(svg)).toEqual([]);
  });

  it('has no mark of the paper where it has no number', () => {
    expect(cmcChart({ label: 'a', cmc }, [], undefined).text).not.toContain('paper');
  });

  it('is drawn for any curve', () => {
    fc.assert(
      fc.property(
        fc.array(share, { minLength: 1, maxLength: 50 }),
        fc.option(share, { nil: undefined }),
        (values, paper) => {
          const curve = values.sort((a, b) => a - b);
          expect(faults(cmcChart({ label: 'a', cmc: curve }, [], paper).text)).toEqual([]);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('reliability diagram', () => {
  it('has a bar for each bin with answers, as high as they are right', () => {
    const measured = reliability([0.05, 0.95, 0.95, 0.95, 0.95], [false, true, true, true, false]);
    const svg = reliabilityChart(measured).text;
    const bars = [...svg.matchAll(/<rect class="bar own"[^>]*height="([\d.]+)"/g)].map((bar) =>
      Number(bar[1]),
    );
    const full = 244 - 34;
    expect(bars).toHaveLength(2);
    expect(bars[0]).toBe(0);
    expect(bars[1]).toBeCloseTo(full * 0.75, 0);
    expect(svg).toContain(`ECE ${(100 * measured.ece).toFixed(1)}\u00a0%`);
    expect(svg).toContain('Said 95\u00a0%, right 75\u00a0% of 4.');
    expect([...svg.matchAll(/class="bar quiet"/g)]).toHaveLength(2);
    expect(faults(svg)).toEqual([]);
  });

  it('is drawn for one answer', () => {
    expect(faults(reliabilityChart(reliability([1], [true])).text)).toEqual([]);
  });
});

describe('score histogram', () => {
  it('draws each kind as shares of its own, and τ between them', () => {
    const svg = histogramChart(drawnMeasures.histogram, 0.15).text;
    expect(svg).toContain('20 pairs of one person, most often from 0.20 to 0.30.');
    expect(svg).toContain('200 pairs of two persons, most often from 0.00 to 0.10.');
    expect(svg).toContain('τ 0.150<');
    const top = (kind: string): number => {
      const d = new RegExp(`area ${kind}" d="([^"]*)"`).exec(svg)?.[1] as string;
      return Math.min(...[...d.matchAll(/V([\d.]+)/g)].map((height) => Number(height[1])));
    };
    // 90 % of the genuine pairs are in one bin and 60 % of the others.
    const base = 300 - 44;
    expect((base - top('genuine')) / (base - top('impostor'))).toBeCloseTo(1.5, 1);
    expect(faults(svg)).toEqual([]);
  });

  it('has τ where the bin begins that begins with it', () => {
    const first = drawnMeasures.histogram.find(({ genuine }) => genuine > 0)!;
    const svg = histogramChart(drawnMeasures.histogram, first.from).text;
    const start = /area genuine" d="M([\d.]+) /.exec(svg)?.[1];
    expect(/class="cut" d="M([\d.]+) /.exec(svg)?.[1]).toBe(start);
    expect(Number(start)).toBeGreaterThan(48);
  });

  it.each([-1, 0.999, 1])('is drawn with τ %d, and without pairs of one kind', (tau) => {
    const none = drawnMeasures.histogram.map((bin) => ({ ...bin, genuine: 0 }));
    expect(faults(histogramChart(none, tau).text)).toEqual([]);
    expect(faults(histogramChart([{ from: -1, to: 1, genuine: 0, impostors: 0 }], tau).text)).toEqual([]);
  });
});

describe('error rates', () => {
  it('fall to the right on a logarithmic scale', () => {
    const svg = rocChart(drawnMeasures.roc).text;
    const corners = pathOf(svg, 'line own');
    expect(corners).toHaveLength(3);
    const [first, middle, last] = corners.map(([x]) => x as number) as [number, number, number];
    // From 0.5 % over 10 % to 100 %: 1.3 decades and 1.
    expect((middle - first) / (last - middle)).toBeCloseTo(Math.log10(20), 1);
    const heights = corners.map(([, y]) => y as number);
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    expect(heights[0]).toBeLessThan(heights[2] as number);
    expect(svg).toContain(
      'At a false match rate of 1\u00a0%, 30.0\u00a0% of the pairs of one person are missed.',
    );
    expect(faults(svg)).toEqual([]);
  });

  it('write no number over the name of the axis', () => {
    const [point] = drawnMeasures.roc.operatingPoints;
    const operatingPoints = [{ ...point!, falseNonMatchRate: 1 }];
    const svg = rocChart({ ...drawnMeasures.roc, operatingPoints }).text;
    const top = Number(/class="label own halo" x="[\d.]+" y="([\d.]+)">100\.0</.exec(svg)?.[1]);
    const name = Number(/y="([\d.]+)">false non-match rate/.exec(svg)?.[1]);
    expect(top - name).toBeGreaterThan(12);
  });

  it('are drawn where nothing is mistaken', () => {
    const perfect = {
      ...drawnMeasures.roc,
      curve: [
        { falseMatchRate: 0, falseNonMatchRate: 1, threshold: 1 },
        { falseMatchRate: 0, falseNonMatchRate: 0, threshold: 0 },
        { falseMatchRate: 1, falseNonMatchRate: 0, threshold: -1 },
      ],
    };
    expect(faults(rocChart(perfect).text)).toEqual([]);
  });
});
