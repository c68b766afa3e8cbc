/** Two pictures: are they the same person, what do they share and what differs. */
import type { PictureRef } from '../act.ts';
import { ranksIn } from './ranks.ts';
import type { Reading, Rule } from './reading.ts';
import { withoutCameras } from './subjects.ts';

const people =
  '(?:person|people|guy|man|woman|one|individual|lady|girl|boy|dude|bloke|suspect|kid|fella|human|figure)s?';
const same = new RegExp(
  `\\bsame (?:${people})\\b|\\b(?:the|is|are|be|really) (?:the )?same(?: as)?\\b|\\bsame as\\b|\\b(?:identical|one and the same)\\b`,
);
const asking =
  /^\s*(?:(?:and|but|so|ok|hey|hmm|well|then|please|pls|do you think|would you say|can you (?:tell|check|see|say)(?: me)?(?: if| whether)?|could you (?:tell|check)(?: me)?(?: if| whether)?|tell me (?:if|whether)|check (?:if|whether)|verify (?:that|if|whether)?|i wonder (?:if|whether)|see if)[\s,]+){0,3}(?:is|are|was|were|isn'?t|aren'?t|could|might|can|do|does|these|those|both|same|\d|the|this|that|he|she|it|they)\b/;
const him =
  "(?:him|her|them|the (?:one|guy|man|woman|person|suspect|girl|boy|lady|thief)(?: (?:from|in|on|of|we|i|i'm|we're)(?: [a-z']+){1,4})?|our (?:man|guy|one|woman|suspect|person)|my (?:guy|man|suspect))";
const isHim = new RegExp(
  `\\b(?:is|are|was|could|might|can)\\s+(?:the )?(?:[#\\w. ]{1,24}?)\\s*(?:be |really |also |actually |maybe )?${him}\\s*(?:too|as well|again|here|in \\d+|on \\d+)?\\s*$`,
);
const isRank =
  /^\s*(?:and |but |so |ok )*(?:is|could|might|was) (?:it|that|this|he|she|him|her)(?: be| really)? (?:the |number |no\.? |#|candidate )?[\w#]+(?: one| guy| man| woman)?\s*$/;
const verifyVerb =
  /^\s*(?:(?:please|pls|ok|can you|could you|and|now)[\s,]+){0,2}(?:verify|double[- ]?check|match|cross[- ]?check)\b(?!.*\bmore\b)/;

const compareVerb =
  /^\s*(?:(?:please|pls|ok|can you|could you|and|now|let'?s|then)[\s,]+){0,3}(?:compare|contrast|diff)\b/;
const comparing =
  /\b(?:in common|have in common|common(?:alities|ality)?|difference|differences|differ|different (?:between|about|from|in)|differs?|similarit(?:y|ies)|distinguish(?:es)?|shared?|alike|how similar|how close|the same about)\b|\b(?:vs\.?|versus)\b/;

export const readComparison: Rule = (line, reading, question) => {
  const text = line.text;
  const kind = kindOf(text, question, reading);
  if (kind === undefined) return;
  const pair = pairOf(withoutCameras(text), reading);
  line.blank(0, text.length);
  if (pair) reading.add({ act: kind, first: pair[0], second: pair[1] });
};

function kindOf(text: string, question: boolean, reading: Reading): 'compare' | 'verify' | undefined {
  const { shown, attachments } = reading.context;
  const numbered = ranksIn(withoutCameras(text), shown).length;
  if (compareVerb.test(text)) return 'compare';
  if (
    comparing.test(text) &&
    (numbered > 0 || question || /^\s*(?:what|how|whats|which|any|show|tell)\b/.test(text))
  ) {
    return numbered >= 1 ||
      /\b(?:they|these|those|them|both|two|the (?:photo|picture|query))\b/.test(text) ||
      attachments > 0
      ? 'compare'
      : undefined;
  }
  const asks = question || asking.test(text);
  if (verifyVerb.test(text) || /\d\s*={1,3}\s*#?\d/.test(text)) return 'verify';
  if (
    same.test(text) &&
    asks &&
    !/\b(?:same|other) (?:place|time|day|camera|clothes|outfit|jacket)/.test(text)
  ) {
    // "Same person from the side" beside a picture is one more view of them.
    return question ||
      /^\s*(?:(?:and|but|so|ok)\s+)?(?:is|are|was|were|could|might|do|does|isn|aren|can|tell|check|verify|i wonder|see if|would|these|those|\d)/.test(
        text,
      ) ||
      (/^\s*same \w+\s*$/.test(text) && attachments !== 1)
      ? 'verify'
      : undefined;
  }
  if (
    numbered > 0 &&
    /^\s*(?:(?:and|but|so|ok)\s+)?(?:is|are|could|might|was)\b/.test(text) &&
    (isHim.test(text) || isRank.test(text))
  )
    return 'verify';
  if (
    attachments > 0 &&
    (question || /^\s*(?:is|could|might|was|can)\b/.test(text)) &&
    /\b(?:is|are|could|might) (?:this|that|it|these|he|she)(?: be| also| really)? (?:him|her|them|the (?:guy|man|woman|one|person|suspect)|our \w+)\b/.test(
      text,
    )
  )
    return 'verify';
  return undefined;
}

const query =
  /\b(?:query|original|the (?:photo|picture|image|pic)(?! in| of| on)|(?:my|our|first) (?:photo|picture|image|pic)|search(?:ed)? (?:photo|picture|image))\b/;

/** The two that are meant; where one is not named it is what was sent, what is searched with, or the first candidates. */
function pairOf(text: string, reading: Reading): readonly [PictureRef, PictureRef] | undefined {
  const { attachments, searching, shown } = reading.context;
  const ranks = ranksIn(text, shown);
  const sides: PictureRef[] = ranks.length > 0 ? reading.candidates(ranks) : [];
  if (sides.length < ranks.length) return undefined;
  const sent = attachments > 0 ? reading.takeAttachments() : [];
  sides.push(...sent);
  const both = /\b(?:they|these|those|them|both|two|each other)\b/.test(text);
  if (sides.length < 2 && (query.test(text) || !both || sides.length === 1) && searching)
    sides.push({ query: true });
  if (sides.length < 2 && shown > 0)
    sides.push(...[{ rank: 1 }, { rank: 2 }].slice(0, Math.min(shown, 2 - sides.length)));
  const [first, second] = sides;
  if (first && second) {
    const asked = 'query' in second && sent.length + ranks.length === 1;
    return asked ? [second, first] : [first, second];
  }
  reading.unclear('Two pictures are needed for that: candidates by number, or one that you attach.');
  return undefined;
}
