/** Text-to-image many-to-one retrieval: which of several descriptions is about this picture? */
import { fillPrompt } from '../../retrieval/prompt-file.ts';
import { labels, pictureParts, type TaskMaker, textParts } from './task.ts';

/** Sentences are long: more than these would cost more than ten pictures. */
const mostDescriptions = 5;

/** All descriptions of a question come from one source, or the style would give the answer away. */
export const textManyToOne: TaskMaker = {
  task: 'text-many-to-one',
  together: false,
  focuses: ({ words }) => words.described,
  wording: ({ wordings }, draws) => wordings.draw('match-text', draws),
  ask({ rivals, words, gallery: [, to] }, { focus, wording: { file, canonical } }, draws) {
    const source = words.source(focus, draws);
    if (source === undefined) return undefined;
    const size = draws.between(2, Math.max(2, Math.min(to, mostDescriptions)));
    const style = { style: draws.chance(0.5) ? 'caption' : 'clue', count: draws.between(2, 6) } as const;
    const right = words.right(focus, source, draws, style)?.words;
    if (right === undefined) return undefined;
    const all = new Set([right]);
    for (let tries = 0; all.size < size && tries < size * 4; tries++) {
      const wrong = words.wrong(focus, source, rivals, draws, style)?.words;
      if (wrong !== undefined) all.add(wrong);
    }
    if (all.size < size) return undefined;
    const listed = draws.shuffled([...all]);
    const prompt = fillPrompt(file, {
      candidate: pictureParts(focus),
      descriptions: textParts(listed.map((text, at) => `${labels[at]}: "${text}"`).join('\n')),
    });
    return { prompt, reply: labels[listed.indexOf(right)]!, descriptions: size, canonical };
  },
};
