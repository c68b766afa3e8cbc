/** Attribute annotations prediction: what can be seen of the person in one picture? */
import { attributeReply } from '../../foundation/person-attributes.ts';
import { fillPrompt } from '../../retrieval/prompt-file.ts';
import { pictureParts, type TaskMaker } from './task.ts';

export const attributePrediction: TaskMaker = {
  task: 'attribute-prediction',
  together: false,
  focuses: ({ words }) => words.attributed,
  wording: ({ wordings }, draws) => wordings.draw('attributes', draws),
  ask({ roster }, { focus, wording: { file, canonical } }) {
    const attributes = roster.attributes(focus);
    if (attributes === undefined) return undefined;
    return {
      prompt: fillPrompt(file, { picture: pictureParts(focus) }),
      reply: attributeReply(attributes),
      canonical,
    };
  },
};
