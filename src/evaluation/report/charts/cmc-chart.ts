/** Cumulative match characteristic: the share of queries that are answered among the first k candidates. */

import { percent } from '../figures.ts';
import { Html, html } from '../html.ts';
import {
  apart,
  axes,
  chartWidth,
  drawing,
  line,
  linear,
  niceTicks,
  type Plot,
  type Point,
  place,
} from './chart-frame.ts';

export interface CmcCurve {
  /** A word or two, written at the end of the curve. */
  readonly label: string;
  /** cmc[k - 1] is Rank-k as a fraction, at least one of them. */
  readonly cmc: readonly number[];
}

const height = 300;
const plot: Plot = { left: 44, right: chartWidth - 84, top: 34, bottom: height - 44 };

/**
 * @param own the measured curve
 * @param others drawn thin and dashed, e.g. the filter alone behind a language mode
 * @param paper Rank-1 that the paper gives, as a fraction
 */
export function cmcChart(own: CmcCurve, others: readonly CmcCurve[], paper: number | undefined): Html {
  const curves = [own, ...others];
  const ranks = Math.max(2, ...curves.map(({ cmc }) => cmc.length));
  const lowest = Math.min(...curves.map(({ cmc }) => cmc[0] ?? 0), paper ?? 1);
  const floor = Math.min(0.9, Math.floor(Math.max(0, lowest - 0.02) * 10) / 10);
  const x = linear(1, ranks, plot.left + 10, plot.right);
  const y = linear(floor, 1, plot.bottom, plot.top);
  const pointsOf = (cmc: readonly number[]): Point[] => cmc.map((share, i) => ({ x: x(i + 1), y: y(share) }));
  const ends = apart(
    curves.map(({ cmc }) => y(cmc.at(-1) ?? 0) + 4),
    16,
    { top: plot.top, bottom: plot.bottom },
  );
  const first = own.cmc[0] ?? 0;
  const marks = apart([y(first) + 4, ...(paper === undefined ? [] : [y(paper) + 4])], 16, {
    top: plot.top + 2,
    bottom: plot.bottom - 4,
  });
  return drawing({
    id: 'cmc',
    height,
    title: 'Cumulative match characteristic',
    description: describe(own, others, paper),
    parts: [
      axes(
        plot,
        { scale: x, ticks: rankTicks(ranks), label: 'rank k' },
        {
          scale: y,
          ticks: niceTicks(floor, 1, (share) => percent(share, 0)),
          label: 'queries answered among the first k, %',
        },
      ),
      ...others.map(({ cmc }) => line(pointsOf(cmc), 'other')),
      line(pointsOf(own.cmc), 'own'),
      html`<circle class="dot own" cx="${place(x(1))}" cy="${place(y(first))}" r="3.5"/>`,
      html`<text class="label own halo" x="${place(x(1) + 10)}" y="${place(marks[0] as number)}">Rank-1 ${percent(first)}</text>`,
      paper === undefined ? new Html('') : paperMark(x(1), y(paper), marks[1] as number, paper),
      ...curves.map(
        ({ label }, i) =>
          html`<text class="label ${i === 0 ? 'own' : 'other'}" x="${plot.right + 6}" y="${place(ends[i] as number)}">${label}</text>`,
      ),
    ],
  });
}

function paperMark(x: number, y: number, label: number, rank1: number): Html {
  return html`<path class="mark paper" d="M${place(x)} ${place(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5Z"/>
<text class="label paper halo" x="${place(x + 10)}" y="${place(label)}">paper ${percent(rank1)}</text>`;
}

function rankTicks(ranks: number): { value: number; label: string }[] {
  const wanted = ranks > 20 ? [1, 5, 10, 20, 30, 40, 50] : [1, 2, 3, 5, 10, 15, 20];
  return wanted.filter((rank) => rank <= ranks).map((rank) => ({ value: rank, label: String(rank) }));
}

function describe(own: CmcCurve, others: readonly CmcCurve[], paper: number | undefined): string {
  const said = [own, ...others].map(({ label, cmc }) => {
    const ranks = [1, 5, 10].filter((k) => k <= cmc.length);
    return `${label}: ${ranks.map((k) => `Rank-${k} ${percent(cmc[k - 1] as number)}\u00a0%`).join(', ')}.`;
  });
  if (paper !== undefined) said.push(`The paper's Rank-1 is ${percent(paper)}\u00a0%.`);
  return said.join(' ');
}
