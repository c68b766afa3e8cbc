/** Image-to-image one-to-one matching: do two pictures show the same person? */
import { Comparison } from '../../retrieval/comparison.ts';
import { queryOf, type TaskMaker, toPicture, yesNo } from './task.ts';

/** The candidate is the first picture, so that a run of questions about it shares its beginning, as at inference. */
export const imageOneToOne: TaskMaker = {
  task: 'image-one-to-one',
  together: true,
  focuses: ({ roster }) =>
    roster.people.filter(({ pictures }) => pictures.length > 1).flatMap((p) => p.pictures),
  wording: ({ wordings }, draws) => wordings.draw('verify-image', draws),
  ask({ rivals, positiveShare }, { focus, wording: { file, canonical } }, draws) {
    const positive = draws.chance(positiveShare);
    const [query] = positive ? rivals.others(focus, 1, draws) : rivals.drawn(focus, 1, draws);
    if (query === undefined) return undefined;
    const prompt = new Comparison(file, file, queryOf(query)).pairPrompt(toPicture(focus));
    return { prompt, reply: yesNo(positive), positive, canonical };
  },
};
