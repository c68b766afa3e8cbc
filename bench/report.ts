/** The results as a table for people and as JSON for programs. */
import Table from 'cli-table3';
import { type Figure, isMet, type Summary, summarise, type Target } from './figure.ts';
import type { Machine } from './machine.ts';
import type { PartName, PartResult } from './part.ts';

export interface PartReport extends PartResult {
  readonly part: PartName;
  readonly seconds: number;
}

export interface Report {
  readonly started: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly parts: readonly PartReport[];
}

/** What goes to the JSON file: every sample, and what the table shows of them. */
export function reportJson({ parts, ...head }: Report): object {
  return {
    ...head,
    parts: parts.map(({ figures, ...part }) => ({
      ...part,
      figures: figures.map((figure) => {
        const judged = head.quick ? undefined : isMet(figure);
        return {
          ...figure,
          summary: summarise(figure.samples),
          ...(figure.ratio ? { ratio: { ...figure.ratio, summary: summarise(figure.ratio.samples) } } : {}),
          ...(judged === undefined ? {} : { met: judged }),
        };
      }),
    })),
  };
}

export function partTable({ part, seconds, figures }: PartReport, quick: boolean): string {
  const table = new Table({
    head: [part, 'unit', 'min', 'median', 'max', 'ratio (min-max)', 'target', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const figure of figures) {
    const { min, median, max } = summarise(figure.samples);
    table.push([
      figure.name,
      figure.unit,
      ...[min, median, max].map(short),
      ratioText(figure),
      figure.target ? targetText(figure.target, figure.ratio !== undefined) : '',
      verdict(figure, quick),
    ]);
  }
  const notes = figures.flatMap(({ name, note }) => (note ? [`  ${name}: ${note}`] : []));
  return [table.toString(), ...notes, `  ${part} took ${seconds.toFixed(0)} s`].join('\n');
}

export function memoryTable(parts: readonly PartReport[]): string {
  const table = new Table({
    head: ['peak memory', 'process', 'MiB'],
    colAligns: ['left', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { part, memory } of parts) {
    for (const { process, bytes } of memory) table.push([part, process, (bytes / 2 ** 20).toFixed(0)]);
  }
  return table.toString();
}

export function targetsLine({ quick, parts }: Report): string {
  const judged = parts.flatMap(({ figures }) => figures.flatMap((figure) => isMet(figure) ?? []));
  if (quick) return 'A quick run: targets are not judged.';
  if (judged.length === 0) return 'None of these figures has a target.';
  return `${judged.filter(Boolean).length} of ${judged.length} targets met.`;
}

export function machineLine({
  processor,
  cores,
  memoryBytes,
  platform,
  node,
  onnxruntime,
  load,
}: Machine): string {
  const memory = `${(memoryBytes / 2 ** 30).toFixed(0)} GiB`;
  const busy = load > cores / 2 ? ` - others are working here (load ${load.toFixed(1)}): expect noise` : '';
  return `${processor}, ${cores} cores, ${memory}, ${platform}, Node ${node}, ONNX Runtime ${onnxruntime}${busy}`;
}

function ratioText({ ratio }: Figure): string {
  if (!ratio) return '';
  const { min, median, max }: Summary = summarise(ratio.samples);
  return `${short(median)} x ${ratio.to} (${short(min)}-${short(max)})`;
}

function targetText({ kind, value }: Target, ofRatio: boolean): string {
  const sign = { 'at least': '>=', 'at most': '<=', under: '<' }[kind];
  return `${sign} ${value}${ofRatio ? ' x' : ''}`;
}

function verdict(figure: Figure, quick: boolean): string {
  const met = isMet(figure);
  if (met === undefined) return '';
  if (quick) return 'not judged';
  return met ? 'met' : 'NOT MET';
}

/** Three significant digits, thousands in full. */
function short(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : `${Number(value.toPrecision(3))}`;
}
