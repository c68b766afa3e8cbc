/** Similarities of pairs of one person and of pairs of two, and where τ cuts them. */
import type { ScoreBin } from '../../metrics/score-histogram.ts';
import { grouped, percent } from '../figures.ts';
import { type Html, html } from '../html.ts';
import { axes, chartWidth, drawing, linear, niceTicks, type Plot, place, type Scale } from './chart-frame.ts';

const height = 300;
const plot: Plot = { left: 44, right: chartWidth - 16, top: 34, bottom: height - 44 };

/**
 * @param bins at least one, ascending and side by side
 * @param tau similarity from which the filter keeps a picture
 */
export function histogramChart(bins: readonly ScoreBin[], tau: number): Html {
  const genuine = sharesOf(bins.map((bin) => bin.genuine));
  const impostor = sharesOf(bins.map((bin) => bin.impostors));
  // Empty ends say nothing, but τ has to be on the drawing.
  const seen = bins.filter((bin) => bin.genuine + bin.impostors > 0);
  const from = Math.min(tau, ...seen.map((bin) => bin.from));
  const to = Math.max(tau + 0.01, ...seen.map((bin) => bin.to));
  const highest = Math.max(1e-9, ...genuine, ...impostor);
  const x = linear(from, to, plot.left + 4, plot.right);
  // Room above the heaps for their names, under the one of τ.
  const y = linear(0, highest * 1.2, plot.bottom, plot.top);
  const edges = [...bins.map((bin) => x(bin.from)), x((bins.at(-1) as ScoreBin).to)];
  const edge = (i: number): number => edges[i] as number;
  const cut = x(tau);
  const atEnd = cut > plot.right - 60;
  return drawing({
    id: 'scores',
    height,
    title: 'Similarities of right and wrong pairs',
    description: `${sentence(bins, genuine, 'one person')} ${sentence(bins, impostor, 'two persons')} τ is ${tau.toFixed(3)}.`,
    parts: [
      axes(
        plot,
        { scale: x, ticks: niceTicks(from, to, (score) => tidy(score)), label: 'similarity' },
        {
          scale: y,
          ticks: niceTicks(0, highest, (share) => tidy(100 * share)),
          label: 'share of its kind of pairs in each bin, %',
        },
      ),
      html`<path class="area impostor" d="${steps(impostor, edge, y)}"/>`,
      html`<path class="area genuine" d="${steps(genuine, edge, y)}"/>`,
      html`<path class="cut" d="M${place(cut)} ${plot.top}V${plot.bottom}"/>`,
      ...peakLabels(genuine, impostor, edge, y),
      html`<text class="label halo" x="${place(cut + (atEnd ? -5 : 5))}" y="${plot.top + 10}" text-anchor="${atEnd ? 'end' : 'start'}">τ ${tau.toFixed(3)}</text>`,
    ],
  });
}

function steps(shares: readonly number[], edge: (i: number) => number, y: Scale): string {
  const first = shares.findIndex((share) => share > 0);
  if (first < 0) return 'M0 0';
  const last = shares.findLastIndex((share) => share > 0);
  const path = [`M${place(edge(first))} ${place(y(0))}`];
  for (let i = first; i <= last; i++) path.push(`V${place(y(shares[i] as number))}H${place(edge(i + 1))}`);
  return `${path.join('')}V${place(y(0))}Z`;
}

/** Over each heap its name, outwards, so that the two do not meet. */
function peakLabels(
  genuine: readonly number[],
  impostor: readonly number[],
  edge: (i: number) => number,
  y: Scale,
): Html[] {
  const tops = [impostor, genuine].map((shares) => shares.indexOf(Math.max(...shares)));
  const order = (tops[0] as number) <= (tops[1] as number) ? [0, 1] : [1, 0];
  const kinds = ['impostor', 'genuine'] as const;
  const words = ['two persons', 'one person'] as const;
  return order.map((kind, side) => {
    const shares = kind === 0 ? impostor : genuine;
    const at = (edge(tops[kind] as number) + edge((tops[kind] as number) + 1)) / 2;
    const left = Math.min(Math.max(at, plot.left + 70), plot.right - 70);
    const top = y(shares[tops[kind] as number] as number) - 6;
    const anchor = side === 0 ? (left - plot.left > 90 ? 'end' : 'start') : 'start';
    return html`<text class="label ${kinds[kind] as string} halo" x="${place(left + (anchor === 'end' ? -4 : 4))}" y="${place(Math.max(top, plot.top + 10))}" text-anchor="${anchor}">${words[kind] as string}</text>`;
  });
}

function sharesOf(counts: readonly number[]): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (all === 0 ? 0 : count / all));
}

function sentence(bins: readonly ScoreBin[], shares: readonly number[], kind: string): string {
  const pairs = bins.reduce((sum, bin) => sum + (kind === 'one person' ? bin.genuine : bin.impostors), 0);
  const { from, to } = bins[shares.indexOf(Math.max(...shares))] as ScoreBin;
  return `${grouped(pairs)} pairs of ${kind}, most often from ${from.toFixed(2)} to ${to.toFixed(2)}.`;
}

function tidy(value: number): string {
  return percent(value / 100, 2).replace(/\.?0+$/, '') || '0';
}
