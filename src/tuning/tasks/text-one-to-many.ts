/** Text-to-image one-to-many retrieval: which of several pictures do the words describe? */
import type { Description } from '../caption-grammar.ts';
import type { Draws } from '../draws.ts';
import { Comparison } from '../../retrieval/comparison.ts';
import type { TuningPicture } from '../roster.ts';
import type { Exchange } from '../tuning-record.ts';
import type { Wording } from '../wording.ts';
import { labels, queryOf, type TaskContext, type TaskMaker, toPicture } from './task.ts';

export const textOneToMany: TaskMaker = {
  task: 'text-one-to-many',
  together: false,
  focuses: ({ words }) => words.described,
  wording: ({ wordings }, draws) => wordings.draw('choose-text', draws),
  ask(context, { focus, wording }, draws) {
    const source = context.words.source(focus, draws);
    const said = source && context.words.right(focus, source, draws);
    return said && chooseByWords(context, { focus, said, wording }, draws);
  },
};

/** Everybody else in the gallery is known not to be described, so exactly one answer is right. */
export function chooseByWords(
  { rivals, words, gallery: [from, to] }: TaskContext,
  {
    focus,
    said,
    wording,
  }: { readonly focus: TuningPicture; readonly said: Description; readonly wording: Wording },
  draws: Draws,
): Exchange | undefined {
  const size = draws.between(Math.max(2, from), to);
  const wrong = rivals.drawn(focus, size - 1, draws, (picture) => words.excludes(said, picture));
  if (wrong.length < size - 1) return undefined;
  const candidates = draws.shuffled([focus, ...wrong]);
  const prompt = new Comparison(wording.file, wording.file, queryOf(undefined, said.words)).groupPrompt(
    candidates.map(toPicture),
    labels,
  );
  const reply = labels[candidates.indexOf(focus)]!;
  return { prompt, reply, gallery: size, canonical: wording.canonical };
}
