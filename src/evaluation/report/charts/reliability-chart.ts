/** Reliability diagram: how often answers of one confidence are right, and how many there are of each. */
import type { Reliability } from '../../metrics/reliability.ts';
import { grouped, percent } from '../figures.ts';
import { type Html, html } from '../html.ts';
import {
  axes,
  chartWidth,
  drawing,
  linear,
  logarithmic,
  niceTicks,
  type Plot,
  place,
  type Scale,
} from './chart-frame.ts';

const height = 374;
const plot: Plot = { left: 44, right: chartWidth - 16, top: 34, bottom: 244 };
const counts = { top: 298, bottom: 346 } as const;

export function reliabilityChart({ bins, ece }: Reliability): Html {
  const x = linear(0, 1, plot.left, plot.right);
  const y = linear(0, 1, plot.bottom, plot.top);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const tall = countScale(most);
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const filled = bins.filter(({ count }) => count > 0);
  const bars = filled.map(({ from, to, accuracy, confidence }) => {
    const left = x(from) + 1;
    const width = x(to) - x(from) - 2;
    const top = y(accuracy);
    const wanted = y(confidence);
    return html`<rect class="bar own" x="${place(left)}" y="${place(top)}" width="${place(width)}" height="${place(plot.bottom - top)}"/><path class="gap" d="M${place(left + width / 2)} ${place(top)}V${place(wanted)}"/><path class="cap own" d="M${place(left)} ${place(top)}h${place(width)}"/>`;
  });
  const columns = filled.map(({ from, to, count }) => {
    const top = tall(count);
    return html`<rect class="bar quiet" x="${place(x(from) + 1)}" y="${place(top)}" width="${place(x(to) - x(from) - 2)}" height="${place(counts.bottom - top)}"/>`;
  });
  const ticks = niceTicks(0, 1, (share) => percent(share, 0));
  return drawing({
    id: 'reliability',
    height,
    title: 'Reliability diagram',
    description: `Expected calibration error ${percent(ece)}\u00a0% over ${grouped(total)} answers. ${filled
      .map(
        ({ confidence, accuracy, count }) =>
          `Said ${percent(confidence, 0)}\u00a0%, right ${percent(accuracy, 0)}\u00a0% of ${grouped(count)}.`,
      )
      .join(' ')}`,
    parts: [
      axes(plot, { scale: x, ticks, label: 'confidence said, %' }, { scale: y, ticks, label: 'right, %' }),
      ...bars,
      html`<path class="ideal" d="M${plot.left} ${plot.bottom}L${plot.right} ${plot.top}"/>`,
      html`<text class="label" x="${plot.right}" y="${plot.top - 12}" text-anchor="end">ECE ${percent(ece)}\u00a0%</text>`,
      ...columns,
      html`<g class="axis"><path d="M${plot.left} ${counts.bottom}H${plot.right}"/></g>`,
      html`<g class="tick" text-anchor="end"><text x="${plot.left - 6}" y="${place(tall(most) + 4)}">${grouped(most)}</text><text x="${plot.left - 6}" y="${place(tall(1) + 4)}">1</text></g>`,
      html`<text class="name" x="${(plot.left + plot.right) / 2}" y="${counts.bottom + 18}" text-anchor="middle">answers in each bin, logarithmic</text>`,
    ],
  });
}

/** Logarithmic, with one answer high enough to be seen: most answers of a good model are in one bin. */
function countScale(most: number): Scale {
  return logarithmic(1, Math.max(most, 2), counts.bottom - 5, counts.top);
}
