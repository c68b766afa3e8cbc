/** False non-matches against false matches: what each threshold on the similarity of a pair costs. */
import type { Roc } from '../../metrics/roc.ts';
import { percent } from '../figures.ts';
import { type Html, html } from '../html.ts';
import {
  axes,
  chartWidth,
  drawing,
  line,
  linear,
  logarithmic,
  niceTicks,
  type Plot,
  place,
} from './chart-frame.ts';

const height = 300;
const plot: Plot = { left: 44, right: chartWidth - 16, top: 34, bottom: height - 44 };

export function rocChart({ curve, operatingPoints, equalErrorRate }: Roc): Html {
  const smallest = Math.min(0.1, ...curve.map((point) => point.falseMatchRate).filter((rate) => rate > 0));
  const from = 10 ** Math.max(-7, Math.floor(Math.log10(smallest) + 1e-9));
  const x = logarithmic(from, 1, plot.left + 4, plot.right);
  const y = linear(0, 1, plot.bottom, plot.top);
  const read = operatingPoints.filter(({ rate }) => rate >= from);
  const decades = Array.from({ length: Math.round(-Math.log10(from)) + 1 }, (_, i) => 10 ** -i);
  return drawing({
    id: 'roc',
    height,
    title: 'False non-match rate against false match rate',
    description: `${operatingPoints
      .map(
        ({ rate, falseNonMatchRate }) =>
          `At a false match rate of ${rateText(rate)}\u00a0%, ${percent(falseNonMatchRate)}\u00a0% of the pairs of one person are missed.`,
      )
      .join(' ')} Equal error rate ${percent(equalErrorRate.value)}\u00a0%.`,
    parts: [
      axes(
        plot,
        {
          scale: x,
          ticks: decades.map((value) => ({ value, label: rateText(value) })),
          label: 'false match rate (FMR), %',
        },
        {
          scale: y,
          ticks: niceTicks(0, 1, (share) => percent(share, 0)),
          label: 'false non-match rate (FNMR), %',
        },
      ),
      line(
        curve
          .filter((point) => point.falseMatchRate >= from)
          .map((point) => ({ x: x(point.falseMatchRate), y: y(point.falseNonMatchRate) })),
        'own',
      ),
      ...read.map(({ rate, falseNonMatchRate }) => {
        const [left, top] = [x(rate), y(falseNonMatchRate)];
        return html`<circle class="dot own" cx="${place(left)}" cy="${place(top)}" r="3.5"/><text class="label own halo" x="${place(left + 7)}" y="${place(top < plot.top + 8 ? top + 16 : top - 6)}">${percent(falseNonMatchRate)}</text>`;
      }),
    ],
  });
}

/** 1e-3 -> `0.1`, in percent. */
export function rateText(fraction: number): string {
  return String(Number((100 * fraction).toPrecision(3)));
}
