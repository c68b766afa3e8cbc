/** "Approved": a second person lets a search go on. Read where one waits alone, and where nothing else is in the sentence. */
import { taken } from './line.ts';
import type { Rule } from './reading.ts';

/** No words of politeness around it: "can we approve it", "no, approved by whom" approve nothing. */
const approval = new RegExp(
  `^[\\s,${taken}]*(?:(?:yes|ok|okay)[\\s,]+)?(?:i (?:hereby )?)?approved?(?: (?:it|this|that|(?:the|this|that) (?:search|request)))?[\\s,${taken}]*$`,
);

export const readApproval: Rule = (line, reading, question) => {
  if (!reading.context.waiting || question || reading.has('approve')) return;
  if (line.take(approval)) reading.add({ act: 'approve' });
};
