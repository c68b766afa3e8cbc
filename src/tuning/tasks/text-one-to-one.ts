/** Text-to-image one-to-one matching: do these words describe this picture? */
import { Comparison } from '../../retrieval/comparison.ts';
import { queryOf, type TaskMaker, toPicture, yesNo } from './task.ts';

export const textOneToOne: TaskMaker = {
  task: 'text-one-to-one',
  together: true,
  focuses: ({ words }) => words.described,
  wording: ({ wordings }, draws) => wordings.draw('verify-text', draws),
  ask({ rivals, words, positiveShare }, { focus, wording: { file, canonical } }, draws) {
    const source = words.source(focus, draws);
    if (source === undefined) return undefined;
    const positive = draws.chance(positiveShare);
    const said = positive ? words.right(focus, source, draws) : words.wrong(focus, source, rivals, draws);
    if (said === undefined) return undefined;
    const prompt = new Comparison(file, file, queryOf(undefined, said.words)).pairPrompt(toPicture(focus));
    return { prompt, reply: yesNo(positive), positive, canonical };
  },
};
