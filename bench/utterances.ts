/** `npm run utterances`: how well free text is read, on the labelled corpus; the part kept apart only as numbers. */
import { Command } from 'commander';
import { readActs } from '../src/conversation/interpreter/read-acts.ts';
import {
  developedThemes,
  keptApart,
  type LabelledUtterance,
  readTheme,
} from './utterances/labelled-utterance.ts';
import { situation } from './utterances/situations.ts';
import { scoreUtterance, share, sum, type UtteranceScore } from './utterances/utterance-score.ts';

interface Scored {
  readonly utterance: LabelledUtterance;
  readonly score: UtteranceScore;
}

const command = new Command('npm run utterances --')
  .description(
    'Act accuracy and slot accuracy of the interpreter; test/conversation/interpreter/corpus/README.md says how.',
  )
  .option('--wrong', 'print the utterances of the developed part that are misread')
  .option('--developed', 'leave the part that is kept apart alone')
  .action(evaluate);

await command.parseAsync();

function evaluate({ wrong = false, developed = false }: { wrong?: boolean; developed?: boolean }): void {
  const scored = scoreThemes(developedThemes());
  if (wrong) for (const one of [...scored.values()].flat()) printWrong(one);
  for (const [theme, of] of scored) console.log(row(theme, of));
  console.log(row('developed', [...scored.values()].flat()));
  if (developed) return;
  const apart = scoreThemes(keptApart);
  for (const [theme, of] of apart) console.log(row(theme, of));
  console.log(row('kept apart', [...apart.values()].flat()));
}

function scoreThemes(names: readonly string[]): Map<string, Scored[]> {
  return new Map(names.map((theme) => [theme, readTheme(theme).map(scoreOne)]));
}

function scoreOne(utterance: LabelledUtterance): Scored {
  return { utterance, score: scoreUtterance(utterance, readActs(utterance.text, situation(utterance.in))) };
}

function isRight({ score: { acts, slots } }: Scored): boolean {
  return acts.right === acts.of && slots.right === slots.of;
}

function row(name: string, scored: readonly Scored[]): string {
  const acts = sum(scored.map(({ score }) => score.acts));
  const slots = sum(scored.map(({ score }) => score.slots));
  return [
    name.padEnd(16),
    `${String(scored.length).padStart(4)} utterances`,
    `acts ${percent(share(acts))} of ${acts.of}`,
    `slots ${percent(share(slots))} of ${slots.of}`,
    `all right ${percent(scored.filter(isRight).length / Math.max(1, scored.length))}`,
  ].join('  ');
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`.padStart(7);
}

function printWrong(one: Scored): void {
  if (isRight(one)) return;
  const { utterance, score } = one;
  const only = (some: readonly string[], others: readonly string[]): string =>
    some.filter((slot) => !others.includes(slot)).join(' | ') || '-';
  console.log(`[${utterance.in}] ${utterance.text}`);
  console.log(`   missing: ${only(score.wanted, score.read)}`);
  console.log(`   instead: ${only(score.read, score.wanted)}`);
}
