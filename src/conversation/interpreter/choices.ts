/** A candidate to search with: "use #1", "that's him, 3", "2 looks right", "more like 2"; or a person of a picture. */
import { clause, clauseEnd, clauseStart, politeStart, wholeLine } from './patterns.ts';
import { candidateNoun, everyShown, oneRank, rankList, ranksIn } from './ranks.ts';
import type { Line } from './line.ts';
import { readLooseRanks } from './loose-ranks.ts';
import type { Reading, Rule } from './reading.ts';
import { withoutCameras } from './subjects.ts';

const him =
  '(?:him|her|them|it|the (?:one|guy|man|woman|person|suspect|girl|boy|lady|right one)(?: (?:i|we)(?: am| are)? (?:want|mean|looking for|saw))?|our (?:man|guy|one|woman|suspect|person)|my (?:guy|man|one))';
const think =
  "(?:(?:i|we) (?:think|guess|believe|would say|am (?:pretty |quite )?sure|'m (?:pretty |quite )?sure|reckon|bet)(?: that)?\\s+|(?:yes|yeah|yep|ok|maybe|probably|definitely|looks like|it must be|must be|could be|might be|found|got|hit|match|that one|this one|gotcha|found (?:him|her)|we (?:have|found|got) (?:a match|him|her|it)|confirm|confirmed|agreed|i agree|exactly|absolutely|correct|bingo|sure|certainly|100 ?%|right|yess+|yup|yea|aye|great|perfect|nice|(?:correct|right)(?: one)?(?: is)?|my (?:bet|guess|pick|choice|vote|money|favou?rite)(?: is|'s)?(?: on)?|(?:the|our|my) (?:suspect|man|guy|woman|person|one|girl|boy|lady|thief|kid|son|daughter|mum|mom|dad|match|answer|winner|target|right (?:one|person|guy|man|woman)|correct (?:one|person)|best (?:one|match)?)(?: (?:i|we) (?:want|mean|need|look for|saw))?(?: is| was|'s| must be| would be| should be| could be| has to be)(?: on| in)?|i(?:'d| would) (?:say|guess|go (?:for|with)|pick|choose|take|bet(?: on)?)|i(?: clearly| definitely| do)? (?:recogni[sz]e|know|pick|choose|mean|meant|say|vote)(?: him| her| that)?(?: in| on| for)?)[\\s,:!]+)";
const use =
  "(?:use|choose|pick|select|take|try|go (?:on )?with|(?:i'?m |i am )?going with|go for|settle on|dig into|track|investigate|check(?: out)?|follow|continue with|carry on with|keep going with|proceed with|stick with|i(?:'ll| will|'d| would)? (?:take|pick|choose|go with|want)|look(?:ing)? for|find(?: me)?(?: with)?|(?:re)?search(?:ing)?(?: again| now)?(?: with| for| by| using| on| from)?|set|make|query(?: with)?|i(?:'ll)? choose|keep|search (?:further|on|again) with|(?:keep|continue|go on|carry on|proceed)(?: on)? (?:searching|search|looking|to search|tracking|the search)(?: (?:with|for|by|from|using|on))?|work with|run with|switch to|start (?:from|with)|stay with|(?:base|run|do) (?:it|this|that|the search|a search)(?: again)? (?:on|with|from|using)|let'?s (?:take|use|go with)|focus on|go on|narrow (?:it )?down (?:to|on)|confirm|mark|accept|vote for|prefer|i like|zoom in on)";
const asQuery =
  '(?:\\s+(?:as|for|to) (?:(?:the|a|my|our|new)\\s+){0,2}(?:query|reference|search(?:ing)?|person|start|base|target|search with)(?: (?:picture|image|photo|person))?|\\s+from now on|\\s+the query|\\s+(?:to search|for (?:the |my |our )?search(?:ing)?)(?: with)?)?';
const like =
  '(?:(?:show|find|give|get|search|look|looking)(?: me| for)?\\s+)?(?:who else |anyone else |anybody else |who |anyone who |(?:some )?(?:more |other )?(?:others|people|persons|anyone|someone|somebody|something|pictures|photos|ones|results|candidates)? ?|looks?|looked){0,3}\\s*(?:like|similar to|resembling|closest to|close to|same as)';

const used = new RegExp(
  `${clauseStart}${politeStart}${use}\\s+(?:that (?:guy|man|woman|person)[, ]+)?(${rankList})${asQuery}`,
);
const named = new RegExp(
  `(?<![\\w'])${think}{0,3}(?:it|that|this|he|she|him|her)(?:'?s|\\s+is|\\s+was|\\s+must be|\\s+could be|\\s+might be|\\s+may be|\\s+looks like)?\\s+(?:(?:definitely|probably|clearly|him|her|it|the one|the guy|the man|the woman|our (?:man|guy)|for sure|in|on|at|maybe|surely)[\\s,:!.-]+){0,3}(${oneRank})${clauseEnd}`,
);
const judged = new RegExp(
  `(?<![\\w.'])(?:(?:the|this|that) (?:one|guy|man|woman|person|lady|girl|boy|kid) (?:in|on|at) )?(${oneRank})\\s*,?\\s*(?:(?:definitely|probably|certainly|clearly|really|maybe)\\s+)?(?:(?:is|was|'s|must be|could be|might be|may be|looks? (?:a lot |very much |just |exactly |most |quite |really )?like|seems? like|has to be)\\s+(?:(?:definitely|probably|certainly|clearly|really|maybe|most likely|very likely)\\s+)?(?:${him}|the same(?: person| guy| man| woman)?|a match|right|correct|good|the best|closest|perfect|similar|spot on|close)(?!\\s*,?\\s*but (?:not|too))|(?:looks?|seems?|is|feels?) (?:very |pretty |quite |about |most )?(?:right|good|promising|similar|correct|familiar|close|best|likely))(?!\\s*,?\\s*but (?:not|too))${clauseEnd}`,
);
const similar = new RegExp(
  `${clauseStart}(?:(?:please|pls|and|then|can you|could you|no|yes|i want|we want|i need)[\\s,]+){0,3}(?:${like}|(?:(?:show|find|give|get|see)(?: me| us)? )?(?:some )?more (?:(?:pictures|photos|pics|images|shots|views|footage) )?of)\\s+(?:the )?(?:${candidateNoun}\\s+(?:in|on)\\s+)?(${oneRank})`,
);
const yesThat = new RegExp(
  `${clauseStart}(?:${think}{1,3}|this is (?:him|her)[\\s,:]+|(?:him|her)[\\s,:]+)(?:in\\s+|on\\s+)?(${oneRank})${clauseEnd}`,
);
const alone = wholeLine(
  `(?:only |just |click |open |maybe |perhaps )?(${oneRank})(?:[\\s,]+(?:no doubt|without (?:a )?doubt|maybe|perhaps|probably|i think|i guess|it is|for sure|definitely|100 ?%|it must be|i'?d say|i believe|matches|fits|is a match|yes))?`,
);
const thatsHim = clause(
  `(?:${think})?(?:yes |yeah )?(?:that|this|it)(?:'?s| is|s)? (?:definitely |clearly |exactly )?${him}|(?:found|got) (?:him|her)|(?:him|her) exactly|bingo|(?:use|take|choose|pick|select) (?:that|this) (?:one|guy|man|woman|person|lady|girl|boy)`,
);

/** "3 has the same jacket, use it" */
const useIt =
  /(?:,|\band\b|\bso\b)\s*(?:please |pls |so |then )?(?:use|take|choose|pick|select|go with|search with|go on with) (?:it|him|her|them|that one|this one|that|this)\s*$|,\s*(?:yes |yeah )?(?:that|this|it|he|she)(?:'?s| is) (?:definitely |clearly |exactly )?(?:him|her|the (?:one|guy|man|woman|person|suspect)|our (?:man|guy|woman|suspect))\s*$/;
/** "3 no, 4 yes" */
const verdict = `#?(\\d{1,2})\\s*[:=-]?\\s*(yes|no|nope|nah|right|wrong|out|correct)`;
const verdicts = new RegExp(`^\\s*${verdict}(?:\\s*[,;/]?\\s*(?:and |but )?${verdict})+\\s*$`);
/** "One of 2 and 3" */
const undecided = wholeLine(
  `(?:it'?s |it is |he'?s |she'?s |it must be |it could be |could be |must be )?(?:one of|either)(?: the)? (${rankList})`,
);

const place =
  '(?:(?:far |very |most )?(?:left|right)(?: ?most)?(?: (?:hand )?side)?|leftmost|rightmost|(?:in the )?(?:middle|centre|center)|(?:first|second|third|fourth|fifth|2nd|3rd|1st|4th|\\d)(?: one)? from (?:the )?(?:left|right))';
const person = wholeLine(
  `(?:it'?s |it is |that'?s |i mean |i meant |take |use |pick |choose |him )?(?:the )?(?:(?:one|guy|man|woman|person|lady|girl|boy|kid|him|her)(?: who is|'s| standing| is)? )?(?:on |to |at |in )?(?:the )?(${place})(?: (?:one|guy|man|woman|person|lady|girl|boy|kid))?`,
);

export const readPersonChoice: Rule = (line, reading) => {
  const { people } = reading.context;
  if (people === 0) return;
  const found = line.take(person);
  if (found) choosePerson(placeNumber(found[1]!, people), reading);
};

/** "3 no, 4 yes, 5 no": each number with its verdict. */
export const readVerdicts: Rule = (line, reading) => {
  const { shown, people } = reading.context;
  const found = shown > 0 && people === 0 ? line.take(verdicts) : undefined;
  for (const [, number, said = ''] of (found?.[0] ?? '').matchAll(new RegExp(verdict, 'g'))) {
    if (/yes|right|correct/.test(said)) choose([Number(number)], reading);
    else reading.exclude([Number(number)]);
  }
};

export const readChoices: Rule = (line, reading) => {
  const { shown, people, searching, attachments } = reading.context;
  if (shown > 0 && attachments === 0) readUseIt(line, reading);
  const some = line.take(undecided);
  if (some) reading.unclear('Which of them? Say its number, as in "use 2", or rule one out: "not 3".');
  const patterns = [used, similar, named, judged, yesThat];
  // "Second photo" beside a photo is not the second candidate.
  // "A guy, maybe 20" is no candidate where none is shown.
  const fitting = shown + people > 0 ? patterns : patterns.filter((pattern) => pattern !== yesThat);
  for (const pattern of attachments > 0 ? fitting : [...fitting, alone]) {
    for (let found = line.take(pattern); found; found = line.take(pattern)) {
      const ranks = ranksIn(found[1]!, Math.max(shown, people));
      choose(ranks, reading);
    }
  }
  readLooseRanks(line, shown, (judgement, clause) => {
    if (judgement === 'choose' && attachments > 0) return false;
    if (judgement === 'choose') choose(ranksIn(clause, Math.max(shown, people)), reading);
    else if (shown > 0) reading.exclude(judgement === 'exclude' ? ranksIn(clause, shown) : everyShown(shown));
    return judgement === 'choose' || shown > 0;
  });
  if (searching && shown > 0 && attachments === 0 && line.take(thatsHim))
    reading.pointedAt = reading.thatOne();
};

function readUseIt(line: Line, reading: Reading): void {
  const found = useIt.exec(line.text);
  if (!found) return;
  const ranks = ranksIn(withoutCameras(line.text.slice(0, found.index)), reading.context.shown);
  if (ranks.length !== 1) return;
  choose(ranks, reading);
  line.blank(0, line.text.length);
}

function choose(ranks: readonly number[], reading: Reading): void {
  if (reading.context.people > 0) choosePerson(ranks[0] ?? 0, reading);
  else for (const picture of reading.candidates(ranks)) reading.add({ act: 'choose', picture });
}

function choosePerson(number: number, reading: Reading): void {
  const { people } = reading.context;
  if (number >= 1 && number <= people) reading.add({ act: 'person', number });
  else reading.unclear(`The picture shows ${people} people, numbered from 1 from left to right.`);
}

/** People are numbered from left to right. */
function placeNumber(words: string, people: number): number {
  if (/middle|cent/.test(words)) return Math.ceil(people / 2);
  const right = /right/.test(words);
  const counted = ranksIn(words.replace(/ ?from.*$/, ''), people)[0];
  const number = counted ?? 1;
  return right ? people - number + 1 : number;
}
