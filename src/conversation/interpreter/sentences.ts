/** What was written, cut into sentences; a dot in 14.30, 24.11., no. 3 or 2 p.m. ends none. */
export interface Sentence {
  readonly text: string;
  readonly question: boolean;
}

const end = /[!?;\n\u2026]+|\.{2,}|\.(?=\s|$)/g;
const noEnd = /(?:\b(?:no|nr|vs|mr|mrs|ms|dr|st|ca|approx|cam|a\.m|p\.m|e\.g|i\.e)|\b\d{1,2}\.\d{1,2})$/i;

const rankAlone = /^\s*(?:and\s+|number\s+)?#?\d{1,2}$/i;
const ranksAlone = /^\s*(?:number\s+)?#?\d{1,2}(?:\s*(?:,|&|\bor\b|\band\b)\s*#?\d{1,2})+$/i;
const whichOf = /^\s*(?:which|what|who|where)\b/i;
const denial = /^\s*(?:no|nope|nah|not|wrong)\b/i;

/** A command or question after a comma or "and" is a sentence of its own. */
const command =
  /(?:,\s*(?:and|but|then|also|so)?\s*|\s+(?:and|but|then|also)\s+)(?=(?:please |pls |can you )?(?:compare\b|describe\b|explain\b|why\b|how come\b|what (?:does|do|is|colou?r)\b|tell me (?:more )?(?:about|why|what|how|if|whether)\b|start (?:over|again)\b|describe\b|case (?:no\.?|nr\.?|number|#|\d)|check (?:if|whether)\b|(?:is|are) #?\d{1,2} (?!not\b|out\b|wrong\b|also\b|too\b)[a-z]+|start a new search\b|new search\b|undo\b|show (?:me )?more\b|(?:not|exclude|remove|drop|use) (?:those|these|both|number|candidate|#|\d)|is (?:#|number |\d|(?:the )?(?:first|second|third)|there (?:a|an) [a-z ]{2,30} (?:on|in) #?\d)))/gi;

export function sentencesOf(text: string): Sentence[] {
  return cut(text).flatMap(({ text: sentence, question }) => {
    const parts = joined(sentence.split(command).filter((part) => part.trim() !== ''));
    return parts.map((part, at) => ({ text: part.trim(), question: question && at === parts.length - 1 }));
  });
}

/** "2, why?" and "why 1 and not 2" are one question each. */
function joined(parts: readonly string[]): string[] {
  const found: string[] = [];
  for (const part of parts) {
    const before = found.at(-1);
    const one =
      before !== undefined &&
      ((rankAlone.test(before) && /^\s*(?:why|how come)\s*$/i.test(part)) ||
        (/^\s*why\b/i.test(before) && /^\s*not\b/i.test(part)));
    if (one) found.splice(-1, 1, `${before}, ${part}`);
    else found.push(part);
  }
  return found;
}

function cut(text: string): Sentence[] {
  const found: Sentence[] = [];
  let from = 0;
  const add = (to: number, mark: string): void => {
    const sentence = text.slice(from, to).trim();
    if (sentence !== '') found.push({ text: sentence, question: mark.includes('?') });
  };
  for (const { 0: mark, index } of text.matchAll(end)) {
    // The token before it is all that can make a dot part of a number or of a short form.
    if (mark === '.' && noEnd.test(text.slice(Math.max(from, index - 12), index))) {
      // "No. Show me more": a number has a number behind it.
      const answered = /\bno$/i.test(text.slice(from, index)) && !/^\.\s*#?\d/.test(text.slice(index));
      if (!answered) continue;
    }
    // "6? no"
    if (
      mark === '?' &&
      rankAlone.test(text.slice(from, index)) &&
      denial.test(text.slice(index + 1, index + 12))
    )
      continue;
    // "1 or 2? what is different"
    if (mark === '?' && ranksAlone.test(text.slice(from, index)) && whichOf.test(text.slice(index + 1)))
      continue;
    add(index, mark);
    from = index + mark.length;
  }
  add(text.length, '');
  return found;
}
