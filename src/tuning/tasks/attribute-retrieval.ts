/** Attribute-based retrieval (paper section 3.3.1): a fragment such as "a person wearing a blue top" finds the picture. */
import { Comparison } from '../../retrieval/comparison.ts';
import { queryOf, type TaskMaker, toPicture, yesNo } from './task.ts';
import { chooseByWords } from './text-one-to-many.ts';

/** Half are asked as a search asks pairs, half as it asks groups. */
const pairs = 0.5;
/** Fragments name one to three attributes. */
const mostNamed = 3;

export const attributeRetrieval: TaskMaker = {
  task: 'attribute-retrieval',
  together: true,
  focuses: ({ words }) => words.attributed,
  wording: ({ wordings }, draws) => wordings.draw(draws.chance(pairs) ? 'verify-text' : 'choose-text', draws),
  ask(context, { focus, wording }, draws) {
    const { words, rivals, positiveShare } = context;
    const style = { style: 'clue', count: draws.between(1, mostNamed) } as const;
    if (wording.file.name === 'choose-text') {
      const said = words.right(focus, 'attributes', draws, style);
      return said && chooseByWords(context, { focus, said, wording }, draws);
    }
    const positive = draws.chance(positiveShare);
    const said = positive
      ? words.right(focus, 'attributes', draws, style)
      : words.wrong(focus, 'attributes', rivals, draws, style);
    if (said === undefined) return undefined;
    const query = queryOf(undefined, said.words);
    const prompt = new Comparison(wording.file, wording.file, query).pairPrompt(toPicture(focus));
    return { prompt, reply: yesNo(positive), positive, canonical: wording.canonical };
  },
};
