/** What a soak found, for people. */
import type { SoakReport } from './soak.ts';

/** What must not be, each a sentence; none where all is well. */
export function failures(report: SoakReport): string[] {
  const { lost, doubled, wrongTurns, unfinished, mistakes, exitCode } = report;
  return [
    ...lost.map((one) => `Lost: ${one}`),
    ...doubled.map((one) => `Doubled: ${one}`),
    ...wrongTurns.map((one) => `Not one turn: ${one}`),
    ...mistakes.map((one) => `Refused by the platform: ${one}`),
    ...unfinished.map((one) => `In the journal still: ${one}`),
    ...(exitCode === 0 ? [] : [`The last bot ended with ${exitCode} when it was told to stop.`]),
  ];
}

export function soakTable(report: SoakReport): string {
  const { points, seed, kills, said, delivered, lost, doubled, wrongTurns, unfinished, seconds } = report;
  const wrong = failures(report);
  return [
    `${points} kills (seed ${seed}) in ${seconds.toFixed(0)} s:`,
    `  ${kills.write} before or after a write, ${kills.call} at a call or an acknowledgement, ${kills.time} at a moment, ${kills.idle} with nothing left to do`,
    `${said} messages, brought ${delivered} times`,
    `  lost ${lost.length}, doubled ${doubled.length}, not one turn ${wrongTurns.length}, events left over ${unfinished.length}`,
    wrong.length === 0
      ? 'Nothing was lost and nothing was doubled.'
      : [...wrong.slice(0, 30), 'The log of the last bot:', report.log].join('\n'),
  ].join('\n');
}
