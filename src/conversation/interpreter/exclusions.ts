/** People that it is not: "not 1 or 3", "3 isn't him", "neither of the first two", "none of these", "remove 5". */
import { clause, clauseEnd, clauseStart } from './patterns.ts';
import { everyShown, rankList, ranksIn } from './ranks.ts';
import type { Rule } from './reading.ts';

const him =
  '(?:him|her|them|it|the (?:one|guy|man|woman|person|suspect|girl|boy|lady|right one)|our (?:man|guy|one|woman|suspect)|who (?:i|we)(?: am| are)? (?:mean|want|looking for|saw)|this (?:person|one|guy|man|woman)|that (?:person|one|guy|man|woman)|my (?:guy|man))';
const surely =
  '(?:(?:definitely|defo|deffo|def|totally|absolutely|100 ?%|certainly|surely|also|probably|really|clearly|obviously|just|for sure|and|but|maybe)\\s+){0,3}';
const it = "(?:(?:it|that|this|they|he|she|these|those)(?:'?s|'?re|\\s+is|\\s+are|\\s+was|\\s+were)?\\s+)?";
const not =
  "(?:(?:i|we) (?:really )?(?:don'?t|do not) (?:think|believe|reckon) (?:that )?(?:(?:it|that|he|she|this)(?:'?s| is| could be| was)?)|not|neither|nor|none|isn'?t|is not|aren'?t|wasn'?t|ain'?t|cannot be|can'?t be|never)";
const away =
  '(?:remove|exclude|drop|delete|hide|discard|reject|skip|lose|ditch|eliminate|dismiss|ignore|cross (?:out|off)|rule out|get rid of|take (?:out|away|off)|throw out|strike|minus|omit|forget about)';
const fromList = '(?:\\s+(?:from|off) (?:the )?(?:list|results?|page|search|candidates|answers?))?';
const off = `(?:wrong|different|another|some(?:one|body) else|somebody different|no match|not a match|no good|out|a different (?:person|man|woman|guy|one|girl)|another (?:person|man|woman|guy)|no|incorrect|false|nope|not right|not correct|not similar)`;
const tooOld =
  '(?:way |much |far |clearly )?too (?:old|young|tall|short|big|small|fat|thin|skinny|heavy|large|slim|dark|light|different|far|late|early)';
const those =
  '(?:(?:these|those|them)(?: (?:people|ones|guys|persons|pictures|candidates|results|faces|men|women|two|three))?|this page|the above|the candidates|the results|them all|you showed(?: me)?|the ones?(?: you showed| above| shown)?)';

const denied = new RegExp(
  `(?<![\\w'])${it}${surely}${not}\\s+(?:of\\s+)?(?:(?:that|it|likely|even)\\s+)?(?:${him}(?:\\s*[,:]\\s*|\\s+(?:in\\s+|on\\s+|at\\s+)?))?(?:of\\s+)?(?:(?:candidates?|in|on)\\s+)?(${rankList})(?:\\s+(?:either|though|tho|at all|for sure))?`,
);
const judged = new RegExp(
  `(?<![\\w.'])(?:(?:the|this|that) (?:one|guy|man|woman|person|lady|girl|boy|kid)s? (?:in|on|at) )?(${rankList})\\s*[,:-]?\\s*(?:both |all )?(?:(?:is|are|was|were|looks?|seems?|'s|'re)\\s+)?(?:both |all )?${surely}(?:(?:is|are|'s)\\s+)?(?:(?:not|isn'?t|aren'?t|wasn'?t|ain'?t|can'?t be|cannot be|never|don'?t look like|doesn'?t look like|do not look like|does not look like|not)\\s+${surely}(?:${him}|the same(?: person| guy| man| woman)?|right|correct|a match|similar|good|what i (?:want|mean|am looking for)|this|that)|${off}|(?<=\\b(?:is|are|was|were|looks?|seems?|be)\\s+)${tooOld})(?:\\s+(?:either|though|tho|at all))?${clauseEnd}`,
);
/** "I don't think 2 is him" */
const doubted = new RegExp(
  `(?:i|we) (?:really )?(?:don'?t|do not) (?:think|believe|reckon) (?:that )?(${rankList})\\s*(?:is|are|was|'s|looks? like)\\s+(?:${him}|right|a match)`,
);
const removed = new RegExp(
  `(?:${clauseStart})(?:(?:please|pls|and|can you|could you|you can|ok|now)\\s+){0,3}${away}\\s+(?:candidates?\\s+)?(${rankList})${fromList}`,
);
const none = clause(
  `(?:(?:it'?s |it is |that'?s |he'?s |she'?s |he is |she is |is |sorry )?(?:none|neither|not any|no one|nobody|not one|not)(?: one)? (?:of|on|in|from) (?:${those})|none|(?:it'?s |he'?s |she'?s )?neither(?: one)?|(?:these|those|they|them|all)(?: are|'re)?(?: all)?(?: of them)? (?:wrong|not (?:him|her|it|them)|no match(?:es)?|no|different(?: people)?)|all (?:of (?:them|these|those) )?(?:are )?(?:wrong|not (?:him|her|it|them))|not these|remove all|exclude all|none (?:is|are) (?:him|her|it))(?: (?:is|are|was|look like|looks like) (?:${him}))?(?: match| fits?)?`,
);
const notThis = clause(
  `(?:no )?(?:(?:that|this|it|he|she)(?:'?s| is|s)?\\s+)?${surely}(?:not|isn'?t|is not|ain'?t|wasn'?t)\\s+(?:${him}|this (?:one|guy|man|woman|person))|wrong (?:person|guy|man|woman|one)`,
);

export const readExclusions: Rule = (line, reading) => {
  const { shown } = reading.context;
  for (const pattern of [removed, doubted, judged, denied]) {
    for (let found = line.take(pattern); found; found = line.take(pattern)) {
      reading.exclude(ranksIn(found[1]!, shown));
    }
  }
  if (shown === 0) return;
  if (line.take(none)) reading.exclude(everyShown(shown));
  else if (line.take(notThis)) reading.exclude([1]);
};
