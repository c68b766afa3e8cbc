/** Person re-ID as multi-turn best choice (paper section 3.3.1): the best of a gallery, then the next best without it. */
import { Comparison } from '../../retrieval/comparison.ts';
import { fillPrompt } from '../../retrieval/prompt-file.ts';
import { labels, queryOf, type TaskMaker, textParts, toPicture } from './task.ts';

/** Turns of one dialogue, at most. */
const mostTurns = 4;

/**
 * One question is exactly what a search asks a group. A dialogue goes on: the chosen one is taken away, and the next is
 * asked for, as long as there is another picture of the person. Which of them comes first is the filter's similarity;
 * without a filter it is by lot.
 */
export const bestChoice: TaskMaker = {
  task: 'best-choice',
  together: false,
  focuses: ({ roster }) =>
    roster.people.filter(({ pictures }) => pictures.length > 1).flatMap((p) => p.pictures),
  wording: ({ wordings }, draws) => wordings.draw('choose-image', draws),
  ask({ rivals, gallery: [from, to] }, { focus, wording: { file, canonical } }, draws) {
    const size = draws.between(Math.max(2, from), to);
    const [right] = rivals.others(focus, 1, draws);
    const wrong = rivals.drawn(focus, size - 1, draws);
    if (right === undefined || wrong.length < size - 1) return undefined;
    const candidates = draws.shuffled([right, ...wrong]);
    const prompt = new Comparison(file, file, queryOf(focus)).groupPrompt(candidates.map(toPicture), labels);
    return { prompt, reply: labels[candidates.indexOf(right)]!, answers: 1, gallery: size, canonical };
  },
  talk({ rivals, wordings, gallery: [from, to] }, { focus, wording: { file, canonical } }, draws) {
    const size = draws.between(Math.max(3, from), Math.max(3, to));
    const right = rivals.others(focus, draws.between(2, Math.min(mostTurns, size - 1)), draws);
    const wrong = rivals.drawn(focus, size - right.length, draws);
    if (right.length < 2 || right.length + wrong.length < size) return undefined;
    const candidates = draws.shuffled([...right, ...wrong]);
    const answers = rivals.bySimilarity(focus, right).map((picture) => labels[candidates.indexOf(picture)]!);
    return answers.map((reply, turn) => {
      const next = wordings.draw('choose-next', draws);
      const prompt =
        turn === 0
          ? new Comparison(file, file, queryOf(focus)).groupPrompt(candidates.map(toPicture), labels)
          : fillPrompt(next.file, { label: textParts(answers[turn - 1]!) });
      const counts = turn === 0 ? { answers: right.length, gallery: size } : {};
      return { prompt, reply, canonical: turn === 0 ? canonical : next.canonical, ...counts };
    });
  },
};
