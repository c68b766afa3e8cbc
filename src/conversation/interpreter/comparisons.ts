/** Two pictures: are they the same person, what do they share and what differs. */
import type { PictureRef } from '../act.ts';
import { everyRankIn, ranksIn, withoutRanks } from './ranks.ts';
import type { Reading, Rule } from './reading.ts';
import { withoutCameras } from './subjects.ts';

const people =
  '(?:person|people|guy|man|woman|one|individual|lady|girl|boy|dude|bloke|suspect|kid|fella|human|figure)s?';
const same = new RegExp(
  `\\bsame (?:${people})\\b|\\b(?:the|is|are|be|really) (?:the )?same(?: as)?\\b|\\bsame as\\b|\\b(?:are|is) .{1,20} same\\s*$|^\\s*(?:the )?same (?:as )?(?=#?\\d)|\\d\\s+(?:the )?same\\s*$|\\b(?:identical|one and the same|(?:just |only )?(?:one|a single) (?:person|man|woman|guy|individual)|twins?|the very same)\\b`,
);
const asking =
  /^\s*(?:(?:and|but|so|ok|hey|hmm|well|then|please|pls|do you think|would you say|can you (?:tell|check|see|say)(?: me)?(?: if| whether)?|could you (?:tell|check)(?: me)?(?: if| whether)?|tell me (?:if|whether)|check (?:if|whether)|(?:verify|check|confirm|make sure|ensure|find out|see|know|examine|look)(?: again)? (?:that|if|whether)?|(?:can|could|would) you (?:verify|confirm|double[- ]?check|make sure|say|find out|look)(?: (?:if|whether|that))?|i(?:'d| would)? (?:want|like|need) to know (?:if|whether)|i wonder (?:if|whether)|any chance(?: that)?|do you believe|are you sure(?: that)?|see if)[\s,]+){0,3}(?:is|are|was|were|isn'?t|aren'?t|could|might|can|do|does|these|those|both|same|\d|the|this|that|he|she|it|they)\b/;
const him =
  "(?:him|her|them|the (?:right (?:one|person|guy|man|woman)|one|guy|man|woman|person|suspect|girl|boy|lady|thief)(?: (?:from|in|on|of|we|i|i'm|we're)(?: [a-z']+){1,4})?|our (?:man|guy|one|woman|suspect|person)|my (?:guy|man|suspect))";
const isHim = new RegExp(
  `\\b(?:is|are|was|could|might|can)\\s+(?:the )?(?:[#\\w. ]{1,24}?)\\s*(?:be |really |also |actually |maybe )?${him}\\s*(?:too|as well|again|here|in \\d+|on \\d+)?\\s*$`,
);
const isRank =
  /^\s*(?:and |but |so |ok )*(?:is|could|might|was) (?:it|that|this|he|she|him|her)(?: be| really)? (?:the |number |no\.? |#|candidate )?[\w#]+(?: one| guy| man| woman)?\s*$/;
/** "Does 2 match the photo?" */
const matchesHim = new RegExp(
  `^\\s*(?:(?:and|but|so|ok)\\s+)?(?:does|do|would|could) [#\\w. ]{1,24}? (?:match|correspond (?:to|with)|resemble|fit)(?: with)? (?:${him}|(?:the|my|our) (?:query|photo|picture|image|pic|original))\\s*$`,
);
/** "Check whether 3 is him", "do you think 2 could be her" */
const checksHim = new RegExp(
  `^\\s*(?:(?:please|pls|and|now|ok|so|then|can you|could you|would you|i want to|i'd like to|let'?s|let me)[\\s,]+){0,3}(?:verify|check|double[- ]?check|confirm|make sure|ensure|find out|see|know|tell me|do you (?:think|believe|know)|are you sure|is it (?:possible|likely|true)|any chance|would you say|i wonder|how likely is it)(?: again)?(?: (?:that|if|whether))?\\s+[#\\w. ]{1,24}?\\s+(?:is|are|was|could be|might be|may be|can be|'s)\\s+(?:really |also |actually |maybe )?${him}\\s*$`,
);
/** "Is 2 also 4?": two numbers and nothing else beside. */
const alsoIs =
  /^\s*(?:(?:and|but|so|ok|is|are|was|were|could|be|also|really|maybe|the|man|woman|guy|person|lady|girl|boy|number|in|on|one|possibly)\b[\s,]*)*$/;
const notWhoIMean =
  /\b(?:not|n't) the same (?:person|man|woman|guy|one|people|lady|girl|boy)?s? ?(?:that |who |as )?(?:i|we|in my|on my|as)\b/;
const verifyVerb =
  /^\s*(?:(?:please|pls|ok|can you|could you|and|now)[\s,]+){0,2}(?:verify|double[- ]?check|match(?!\s*(?:on|in|is|at|:|!))|cross[- ]?check|verification(?: of)?|is it (?:really|truly|definitely))\b(?!.*\bcamera\b)(?!.*\bmore\b)/;

const compareVerb =
  /^\s*(?:(?:please|pls|ok|okay|can you|could you|can i|can we|could we|i want to|i'd like to|i need to|and|now|let'?s|let me|then|hey|thanks|great|good|hm+|so|just|also|first)[\s,]+){0,4}(?:(?:make|do|give me|show me|show|i (?:want|need)|run) (?:a |the )?)?(?:compare|comparison|contrast|diff)\b/;
const comparing =
  /\b(?:in common|have in common|common(?:alities|ality)?|difference|differences|differ|different (?:between|about|from|in|than|to|to|with)|differs?|separates?|sets? .{1,12} apart|what(?:'s| is| are)? (?:the )?(?:the )?same|what(?:'s| is| are)? different|how (?:is|are|do|does) .{1,40} (?:different|differ)|side by side|next to each other|against each other|compar(?:ed|ing|ison)(?: (?:to|with|of|between|and))?|tell (?:them )?apart|similarit(?:y|ies)|distinguish(?:es)?|shared?|alike|how similar|how close|the same about)\b|\b(?:vs\.?|versus)\b/;

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
  if (compareVerb.test(text) || (numbered > 1 && /\bcompare\s*$/.test(text))) return 'compare';
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
  if (
    attachments > 0 &&
    question &&
    /^\s*(?:(?:is it|is this|are they|are these) )?(?:the )?same\s*$/.test(text)
  ) {
    return 'verify';
  }
  if (numbered === 2 && /\balso\b/.test(text) && alsoIs.test(withoutRanks(text).rest)) return 'verify';
  // "3 and 4 are not the same person that I look for" says, and asks nothing.
  if (!question && notWhoIMean.test(text)) return undefined;
  const asks = question || numbered > 1 || asking.test(text);
  if (verifyVerb.test(text) || /\d\s*={1,3}\s*#?\d/.test(text)) return 'verify';
  if (
    same.test(text) &&
    asks &&
    !/\b(?:same|other) (?:place|time|day|camera|clothes|outfit|jacket)/.test(text)
  ) {
    // "Same person from the side" beside a picture is one more view of them.
    return question ||
      numbered > 1 ||
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
  if (numbered === 1 && (checksHim.test(text) || matchesHim.test(text))) return 'verify';
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

/** "Same person as this one?" */
const otherPicture =
  /\b(?:as|with|to|and|like)\s+(?:in\s+|on\s+)?(?:(?:this|that)(?:\s+(?:one|man|woman|guy|person|lady|girl|boy|kid|photo|picture|pic|image))?|the (?:attached|new|other) (?:one|photo|picture|pic|image))\s*$/;

/** The two that are meant; where one is not named it is what was sent, what is searched with, or the first candidates. */
function pairOf(text: string, reading: Reading): readonly [PictureRef, PictureRef] | undefined {
  const { attachments, searching, shown } = reading.context;
  const ranks = ranksIn(text, shown);
  if (ranks.length === 1 && everyRankIn(text, shown).length > 1) {
    reading.unclear(`That is candidate ${ranks[0]} twice: name two, as in "compare 1 and 2".`);
    return undefined;
  }
  if (ranks.length === 0 && attachments === 0 && otherPicture.test(text)) {
    reading.unclear('Attach the other picture, or name a candidate by its number.');
    return undefined;
  }
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
