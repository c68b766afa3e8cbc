/** Scales, axes and labels that the charts of a report share. Plain SVG: no script, and the page's style colours it. */
import { Html, html } from '../html.ts';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** From a value to a place in user units of the drawing. */
export type Scale = (value: number) => number;

export interface Axis {
  readonly scale: Scale;
  readonly ticks: readonly Tick[];
  readonly label: string;
}

/** The rectangle that the data is drawn in, in user units. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Width of every chart in user units; about the pixels that it has on a wide screen, so that letters keep their size. */
export const chartWidth = 440;

export function linear(from: number, to: number, start: number, end: number): Scale {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** Values under `from`, zero among them, are drawn at its place. */
export function logarithmic(from: number, to: number, start: number, end: number): Scale {
  const log = linear(Math.log10(from), Math.log10(to), start, end);
  return (value) => log(Math.log10(Math.max(value, from)));
}

/** Three to six round ticks from `from` to `to`. */
export function niceTicks(from: number, to: number, label: (value: number) => string): Tick[] {
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: Tick[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
    ticks.push({ value: i * step, label: label(i * step) });
  }
  return ticks;
}

export interface Drawing {
  /** Unique on the page: titles are found by it. */
  readonly id: string;
  readonly height: number;
  /** What the chart shows, for who does not see it. */
  readonly title: string;
  /** What is to be seen in it, in one or two sentences. */
  readonly description: string;
  readonly parts: readonly Html[];
}

export function drawing({ id, height, title, description, parts }: Drawing): Html {
  return html`<svg class="chart" viewBox="0 0 ${chartWidth} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${description}</desc>
${parts.map((part) => html`${part}\n`)}</svg>`;
}

/** Thin grid lines for the height, a base line, and words only where they are needed. */
export function axes(plot: Plot, x: Axis, y: Axis): Html {
  const { left, right, top, bottom } = plot;
  return html`<g class="grid">${y.ticks.map(({ value }) => {
    const at = place(y.scale(value));
    return html`<path d="M${left} ${at}H${right}"/>`;
  })}</g>
<g class="tick" text-anchor="end">${y.ticks.map(
    ({ value, label }) => html`<text x="${left - 6}" y="${place(y.scale(value) + 4)}">${label}</text>`,
  )}</g>
<g class="axis"><path d="M${left} ${bottom}H${right}"/>${x.ticks.map(
    ({ value }) => html`<path d="M${place(x.scale(value))} ${bottom}v4"/>`,
  )}</g>
<g class="tick" text-anchor="middle">${x.ticks.map(
    ({ value, label }) => html`<text x="${place(x.scale(value))}" y="${bottom + 17}">${label}</text>`,
  )}</g>
<text class="name" x="${(left + right) / 2}" y="${bottom + 34}" text-anchor="middle">${x.label}</text>
<text class="name" x="${left - 36}" y="${top - 12}">${y.label}</text>`;
}

export function line(points: readonly Point[], kind: string): Html {
  if (points.length === 0) return new Html('');
  return html`<path class="line ${kind}" d="M${points.map(({ x, y }) => `${place(x)} ${place(y)}`).join('L')}"/>`;
}

/** A tenth of a unit is finer than any screen, and keeps the file small and the same everywhere. */
export function place(value: number): string {
  const text = value.toFixed(1);
  return text === '-0.0' ? '0' : text.replace(/\.0$/, '');
}

/** Moves labels of one column apart, so that none lies on another; their order stays. */
export function apart(
  heights: readonly number[],
  distance: number,
  bounds: { readonly top: number; readonly bottom: number },
): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => (heights[a] as number) - (heights[b] as number));
  const moved = [...heights];
  let last = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    last = Math.max(heights[i] as number, last + distance, bounds.top);
    moved[i] = last;
  }
  let next = Number.POSITIVE_INFINITY;
  for (const i of order.reverse()) {
    next = Math.min(moved[i] as number, next - distance, bounds.bottom);
    moved[i] = next;
  }
  return moved;
}
