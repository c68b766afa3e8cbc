/** People that it is not: "not 1 or 3", "3 isn't him", "neither of the first two", "none of these", "remove 5". */
import { clause, clauseEnd, clauseStart, politeStart } from './patterns.ts';
import type { Line } from './line.ts';
import { everyShown, rankList, ranksIn } from './ranks.ts';
import { withoutCameras } from './subjects.ts';
import { nobodyYet, type Reading, type Rule } from './reading.ts';

const him =
  '(?:him|her|them|it|the (?:one|guy|man|woman|person|suspect|girl|boy|lady|right one)|our (?:man|guy|one|woman|suspect)|who (?:i|we)(?: am| are)? (?:mean|want|looking for|saw)|this (?:person|one|guy|man|woman)|that (?:person|one|guy|man|woman)|my (?:guy|man))';
const surely =
  '(?:(?:definitely|defo|deffo|def|totally|absolutely|100 ?%|certainly|surely|also|probably|really|clearly|obviously|just|for sure|and|but|maybe)\\s+){0,3}';
const it = "(?:(?:it|that|this|they|he|she|these|those)(?:'?s|'?re|\\s+is|\\s+are|\\s+was|\\s+were)?\\s+)?";
const not =
  "(?:(?:i|we) (?:really )?(?:don'?t|do not) (?:think|believe|reckon) (?:that )?(?:(?:it|that|he|she|this)(?:'?s| is| could be| was)?)|not|neither|nor|none|isn'?t|is not|aren'?t|wasn'?t|ain'?t|cannot be|can'?t be|never)";
const away =
  '(?:remove|exclude|drop|delete|hide|discard|reject|skip|lose|ditch|eliminate|dismiss|ignore|cross (?:out|off)|rule out|get rid of|take (?:out|away|off)|throw out|strike|minus|omit|forget about|kick|kick out|throw away|toss|toss out|chuck|chuck out|bin|trash|filter out|leave out|sort out|weed out|cut|scrap|scratch|leave away|put away|without)';
const parted =
  '(?:kick|throw|toss|chuck|take|leave|filter|rule|cross|sort|strike|get|cut|put|scratch|weed|screen|vote)';
const fromList =
  '(?:\\s+(?:from|off|out of|of) (?:the |your |my )?(?:list|results?|page|search|candidates|answers?|here))?';
const off = `(?:wrong|(?:of )?(?:the )?wrong (?:gender|person|people|age|size|height|clothes|colou?r|one|ones|guy|man|woman)|different|another|some(?:one|body) else|somebody different|no match|not a match|no good|out|a different (?:person|man|woman|guy|one|girl)|another (?:person|man|woman|guy)|no|incorrect|false|nope|nah|(?:can|could|may|should|must|has to|have to|needs? to) (?:go|leave|be (?:removed|excluded|out|dropped))(?: away)?|not right|not correct|not similar|(?:has|have|had) nothing to do with (?:it|this|that|us|him|her)|no way)`;
const tooOld =
  '(?:way |much |far |clearly )?too (?:old|young|tall|short|big|small|fat|thin|skinny|heavy|large|slim|dark|light|different|far|late|early)';
const those =
  '(?:(?:these|those|them)(?: (?:people|ones|guys|persons|pictures|candidates|results|faces|men|women|two|three))?|this page|the above|the candidates|the results|them all|you showed(?: me)?|the (?:pictures|photos|images|pics|list|gallery)|the (?:two|three|four|five|six|seven|eight|nine|ten|\\d{1,2})|the ones?(?: you showed| above| shown)?)';

const denied = new RegExp(
  `(?<![\\w'])${it}${surely}${not}\\s+(?:of\\s+)?(?:(?:that|it|likely|even)\\s+)?(?:${him}(?:\\s*[,:]\\s*|\\s+(?:in\\s+|on\\s+|at\\s+)?))?(?:of\\s+)?(?:(?:candidates?|in|on)\\s+)?(${rankList})(?:\\s+(?:either|though|tho|at all|for sure))?`,
);
const judged = new RegExp(
  `(?<![\\w.'])(?<!\\b(?:cameras?|cams?)\\s)(?:(?:the|this|that) (?:one|guy|man|woman|person|lady|girl|boy|kid)s? (?:in|on|at) )?(${rankList})\\s*[,:?-]?\\s*(?:both |all )?(?:(?:is|are|was|were|looks?|seems?|'s|'re)\\s+)?(?:both |all )?${surely}(?:(?:is|are|'s)\\s+)?(?:(?:not|isn'?t|aren'?t|wasn'?t|ain'?t|can'?t be|cannot be|never|don'?t look like|doesn'?t look like|do not look like|does not look like|not)\\s+${surely}(?:${him}|the same(?: person| people| guy| man| woman| one)?(?: (?:that |who |as )?(?:i|we)(?: am|'m| are)? (?:look(?:ing)? for|mean|want|saw|search(?:ing)? for))?|right|correct|a match|similar|good|what i (?:want|mean|am looking for)|this|that)|(?:do|does|did|is|are|was|wo)(?:n'?t| not) (?:really |even )?(?:fit|match(?:es)?|belong|count|work|qualify|(?:look|seem) (?:right|similar|good|like (?:it|that))|fitting|matching)(?: (?:here|at all|in|with (?:him|her)|him|her|it|the description))?|${off}|(?<=\\b(?:is|are|was|were|looks?|seems?|be)\\s+)${tooOld})(?:\\s+(?:either|though|tho|at all))?(?:\\s*[,-]\\s*${tooOld})?${clauseEnd}`,
);
/** "I don't think 2 is him" */
const doubted = new RegExp(
  `(?:i|we) (?:really )?(?:don'?t|do not) (?:think|believe|reckon) (?:that )?(${rankList})\\s*(?:is|are|was|'s|looks? like)\\s+(?:${him}|right|a match)`,
);
const removed = new RegExp(
  `(?:${clauseStart})${politeStart}${away}\\s+(?:candidates?\\s+)?(${rankList})${fromList}`,
);
/** "Kick 2 out", "mark 3 as wrong", "don't show me 4 again" */
const putAway = new RegExp(
  `(?:${clauseStart})${politeStart}(?:${parted}\\s+(${rankList})\\s+(?:out|off|away|aside)\\b(?:\\s+(?:the|this|your|my) (?:list|results?|page|search)\\b)?${fromList}|(?:mark|flag|label|set|tag|count)\\s+(${rankList})\\s+as (?:wrong|not (?:him|her|it)|incorrect|false|different|excluded|rejected|no|negative|out|a no)|(?:i |we )?(?:don'?t|do not|never|stop|no need to) (?:showing |show )?(?:want|need|like|me|us|show|consider|use)(?: to see)?\\s+(${rankList})(?: (?:anymore|any more|again|any longer|here))?(?=\\s*(?:$|[,.;])))`,
);
const wrongOnes = new RegExp(
  `${clauseStart}(?:the )?(?:wrong|false|incorrect)(?: (?:person|people|guys?|man|woman|ones?|match(?:es)?|hits?))?\\s*:\\s*(${rankList})`,
);
const outToo = new RegExp(
  `${clauseStart}(?:(?:so|neither) (?:is|are|was)\\s+(${rankList})${clauseEnd}|(${rankList})\\s+(?:too|as well|also|either|neither|likewise)${clauseEnd})`,
);
const none = clause(
  `(?:(?:it'?s |it is |that'?s |he'?s |she'?s |he is |she is |is |sorry )?(?:none|neither|not any|no one|nobody|not one|not any(?:one|body)|(?:it |he |she |that )?(?:isn'?t|is not) any(?:one|body)?|not|not a single one|nothing)(?: one)? (?:of|on|in|from|among) (?:${those})|(?:he|she|they|it|the (?:right )?(?:one|person|guy|man|woman|suspect)|my (?:guy|man)|our (?:guy|man|suspect))(?:'s| is| are|'re)?(?: just| really)?(?: not|n'?t|n't) (?:among|one of|in|on|part of|any of|amongst) (?:${those}|the list|here|this list)|not a single (?:one|match|person)|(?:everyone|everybody|every one|each one|everything|all(?: (?:two|three|four|five|ten|\\d{1,2}))?)(?: here| of (?:them|these|those)| on (?:the|this) page| you showed)? (?:is|are) (?:wrong|not (?:him|her)|different|incorrect|someone else|no match)|wrong people|no(?:body| ?one)|none|(?:these|those|they|them|all)(?: are|'re)?(?: all)?(?: of them)? (?:wrong|not (?:him|her|it|them)|no match(?:es)?|no|different(?: people)?)|all (?:of (?:them|these|those) )?(?:are )?(?:wrong|not (?:him|her|it|them))|not (?:these|them)(?: people| guys| ones| persons)?|(?:remove|exclude|reject|discard|dismiss|drop|hide) (?:all|everyone|everybody|all of (?:them|these|those)|them all|the whole (?:page|list)|(?:all )?(?:these|those))|nothing (?:fits|matches|here|useful|right)(?: here)?|none (?:is|are) (?:him|her|it))(?: (?:is|are|was|look like|looks like) (?:${him}))?(?: match(?:es)?| fits?)?(?: here)?`,
);
const two =
  '(?:(?:those|these|the|them|that)\\s+(?:two|2|pair|both)(?:\\s+(?:people|persons|ones|guys|men|women|pictures|candidates))?|both(?:\\s+of\\s+(?:them|those|these))?|them both)';
/** "Not those two", "neither", "both are wrong": of which two, what was said before tells. */
const pair = clause(
  `(?:it'?s |it is |that'?s )?(?:not|neither|none|nor)(?: of)? ${two}(?: (?:is|are|was|were) (?:${him}))?|${away} ${two}${fromList}|${two} (?:(?:are|were|is) )?(?:both )?(?:${off}|not (?:${him}))|${two} (?:aren'?t|isn'?t|weren'?t) (?:${him})`,
);
const neither = clause("(?:it'?s )?neither(?: one)?");
const notThis = clause(
  `(?:no )?(?:(?:that|this|it|he|she)(?:'?s| is|s)?\\s+)?${surely}(?:not|isn'?t|is not|ain'?t|wasn'?t)\\s+(?:${him}|this (?:one|guy|man|woman|person))|wrong (?:person|guy|man|woman|one)|(?:that|this) (?:one|guy|man|woman|person|lady)(?:'?s| is| was)? (?:(?:not|isn'?t|wasn'?t) (?:right|correct|a match|good|similar)|wrong|incorrect)`,
);
const removeIt =
  /(?<=,\s*|\b(?:so|and|please)\s+)(?:please |pls |so )?(?:no$|not$|out$|wrong$|remove|exclude|skip|drop|ignore|discard|rule out|kick out|take out|hide)(?: (?:him|her|it|that|that one|them))?(?: out)?(?: please| pls| then)?\s*$/;

/** With a picture that shows somebody else. */
const notSent = clause(
  "(?:(?:this|that|it|he|she)(?:'?s| is) not|(?:this|that|it|he|she) (?:isn'?t|ain'?t)|not|isn'?t) (?:him|her|them|the (?:one|guy|man|woman|person|suspect)|our (?:guy|man|suspect))|(?:it'?s |it is |he'?s |she'?s )?not (?:this|that|these|the attached) (?:one|person|man|woman|guy|lady|girl|boy|kid|people|picture|photo)",
);

/** "All wrong except 4", "everyone but 2 is wrong": those named are the ones that are left. */
const allBut = new RegExp(
  `${clauseStart}(?:(?:exclude|remove|drop|hide)\\s+)?(?:all|everyone|everybody|everything|anyone|none|no one|nobody|every one)(?:\\s+(?:of (?:them|these|those)|are|is|look|looks|fits?|match(?:es)?|wrong|right|good|out|him|her|others?|people|candidates|results))*\\s+(?:except|but|apart from|other than|besides|save)(?: for)?\\s+(?:maybe\\s+)?(${rankList})(?:\\s+(?:is|are)\\s+(?:all )?(?:wrong|out|not (?:him|her)))?${clauseEnd}`,
);

/** "Only keep 1 and 2" */
const keepOnly = new RegExp(
  `${clauseStart}${politeStart}(?:only (?:keep|leave|show)|(?:keep|leave|show)(?: me)? only|only)\\s+(?:candidates? |numbers? )?(${rankList})(?:\\s+(?:are|is|look|looks) (?:possible|right|good|left|ok|okay|relevant|similar|likely))?${clauseEnd}`,
);

export const readAllBut: Rule = (line, reading) => {
  const { shown } = reading.context;
  const found = shown > 0 ? (line.take(allBut) ?? takeKeepOnly(line)) : undefined;
  if (!found) return;
  const left = ranksIn(found[1]!, shown);
  reading.exclude(everyShown(shown).filter((rank) => !left.includes(rank)));
};

/** "Only 3" alone chooses, "only 9 to 5" is a time: the verb or the judgement must be there. */
function takeKeepOnly(line: Line): RegExpExecArray | undefined {
  const found = keepOnly.exec(line.text);
  if (!found || !/\b(?:keep|leave|are|look)\b/.test(found[0])) return undefined;
  return line.take(keepOnly);
}

export const readExclusions: Rule = (line, reading) => {
  const { attachments, shown } = reading.context;
  for (const pattern of [wrongOnes, removed, putAway, doubted, judged, denied]) {
    for (let found = line.take(pattern); found; found = line.take(pattern)) {
      reading.exclude(ranksIn(found[1] ?? found[2] ?? found[3] ?? '', shown));
    }
  }
  // "1 is wrong, 2 too"
  if (reading.excludes)
    for (const found of line.takeAll(outToo)) reading.exclude(ranksIn(found[1] ?? found[2] ?? '', shown));
  if (attachments > 0 && !reading.attachmentsTaken && line.take(notSent)) {
    reading.add({ act: 'exclude', pictures: reading.takeAttachments() });
  }
  if (line.take(pair)) excludePair(reading);
  else if (line.take(none)) excludeAll(reading);
  else if (line.take(neither)) excludeNeither(reading);
  else if (shown > 0) readNotThis(line, reading);
};

/** "The second we know already, not her": the one that the sentence began with. */
function readNotThis(line: Line, reading: Reading): void {
  const found = line.take(notThis) ?? line.take(removeIt);
  if (!found) return;
  const before = withoutCameras(line.text.slice(0, found.index));
  const [named, ...others] = ranksIn(before, reading.context.shown);
  if (named === undefined || others.length > 0) {
    if (notThis.test(found[0])) reading.exclude([reading.thatOne()]);
    return;
  }
  reading.exclude([named]);
  line.blank(0, found.index);
}

function excludeAll(reading: Reading): void {
  const { shown } = reading.context;
  if (shown > 0) reading.exclude(everyShown(shown));
  else reading.unclear(nobodyYet);
}

/** Without two that were talked of, it is no one of those shown. */
function excludeNeither(reading: Reading): void {
  if (pairOf(reading)) excludePair(reading);
  else excludeAll(reading);
}

function excludePair(reading: Reading): void {
  const meant = pairOf(reading);
  if (meant) reading.exclude(meant);
  else if (reading.context.shown === 0) reading.unclear(nobodyYet);
  else reading.unclear('Which two? Say their numbers, as in "not 1 and 2".');
}

function pairOf(reading: Reading): readonly number[] | undefined {
  const talkedOf = reading.talkedOf();
  if (talkedOf.length === 2) return talkedOf;
  return reading.context.shown === 2 ? [1, 2] : undefined;
}
