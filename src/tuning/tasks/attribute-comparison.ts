/** Attribute-level commonality and uniqueness: what do two people share, and what has one alone? */
import { compareAttributes, comparisonReply } from '../../foundation/person-attributes.ts';
import { fillPrompt } from '../../retrieval/prompt-file.ts';
import { pictureParts, type TaskMaker } from './task.ts';

/** Of one person everything is common: some of it keeps the model from inventing differences. */
const samePersonShare = 0.15;

export const attributeComparison: TaskMaker = {
  task: 'attribute-comparison',
  together: false,
  focuses: ({ words }) => words.attributed,
  wording: ({ wordings }, draws) => wordings.draw('compare', draws),
  ask({ roster, rivals }, { focus, wording: { file, canonical } }, draws) {
    const [second] = draws.chance(samePersonShare)
      ? rivals.others(focus, 1, draws)
      : rivals.drawn(focus, 1, draws, (picture) => roster.attributes(picture) !== undefined);
    const own = roster.attributes(focus);
    const theirs = second && roster.attributes(second);
    if (second === undefined || own === undefined || theirs === undefined) return undefined;
    return {
      prompt: fillPrompt(file, { first: pictureParts(focus), second: pictureParts(second) }),
      reply: comparisonReply(compareAttributes(own, theirs)),
      canonical,
    };
  },
};
