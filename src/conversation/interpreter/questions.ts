/** Questions about one picture: why it is where it is, what the person looks like, anything else that can be seen. */
import type { PictureRef } from '../act.ts';
import { oneRank, ranksIn } from './ranks.ts';
import type { Reading, Rule } from './reading.ts';
import { subjectsOf, withoutCameras } from './subjects.ts';

const small =
  '^\\s*(?:(?:and|but|so|ok|okay|hey|hm+|hmm|um+|uh|oh|ah|well|then|please|pls|now|sorry|wait|hi|hello|also|great|nice|good|cool|fine|thanks|thx|yes|yeah|no|just|actually|quick question|question|still|interesting)[\\s,]+){0,3}';
const canYou =
  "(?:(?:(?:can|could|would|will) (?:you|u|i)(?: please| pls)?|i(?:'d| would)? (?:want|like|need) to|let me|(?:do|did) you)\\s+)?(?:(?:tell|show|explain to|explain|give|get)(?: (?:me|us))?\\s+|(?:know|see|have|understand|say|get)\\s+)?";

const why = new RegExp(
  `${small}${canYou}(?:why+|how come|what makes|for what reason|what'?s the reason|what is the reason|reasons? for|reasons?(?=\\s*(?:please|pls)?\\s*$)|explain|how (?:sure|certain|confident|likely)|what'?s your reasoning|justify|on what (?:basis|grounds)|what(?:'s| is| are| was)? (?:the |your )?(?:explanation|reasons?|reasoning|logic|grounds|basis|rationale|evidence)|(?:the )?(?:explanation|reasons?|reasoning|evidence|rationale) (?:for|of|behind|why)|how (?:do|did|can|could|would) you (?:know|get|find|pick|choose|come|end|arrive|decide|rank|tell (?:that )?(?:it|its|it's|he|she|#?\\d)|select|figure)|what (?:made|makes|led|let|brought) you|what (?:speaks|argues|tells you|says|supports|points)|how (?:did|does|do|comes?|is it that|can it be)\\b.{0,20}\\b(?:get (?:in|on|there|here|so)|(?:rank|score|come|end|land)(?:ed|s)?\\b|in the list|on the list|there|here|so high|so low|first|top)|because of what|based on what|(?:where|what) (?:does|do) .{1,20} come from|what for|what(?:'s| is) (?:the )?(?:score|confidence|similarity)|how (?:high|good|strong) is the (?:score|match|confidence))\\b`,
);
const rankWhy = new RegExp(
  `^\\s*${oneRank}\\s*[,:-]?\\s*(?:but |and )?(?:why|how come|how so|reason|explain)(?: (?:that|this|him|her|tho|though|is that|not|exactly))?\\s*$`,
);
const rankDetails = new RegExp(
  `${small}${oneRank}\\s*[,:-]?\\s*(?:details?|infos?|information|description|describe)(?: please| pls)?\\s*$`,
);
const describe = new RegExp(
  `${small}${canYou}(?:describe|(?:a |the |full |short )*(?:descriptions?|summary|profile|attributes|features|appearance) (?:of|for|on)|summari[sz]e|characteri[sz]e|(?:some |any |the |all |more |further |full |a few )*(?:details?|info|infos|information)\\s+(?:on|about|for|of|to|regarding|(?=#?\\d)|(?=number|nr|no\\b|candidate))|how (?:is|was|are) .{1,30} (?:dressed|clothed|looking)|what(?:'s| is| does| are) .{1,30} like$|what (?:kind of|sort of) (?:person|man|woman|guy) is|(?:show |see )?(?:me )?details (?:of|for|on|about)|(?:tell me )?(?:more|everything|all|something|anything|a bit|a bit more|a little|what you know|stuff)?\\s?about(?= (?:#|\\d|number|nr|no\\b|candidate|the|this|that|him|her|person|picture|pic|photo))|what (?:you|can you|do you|do we|have we|did we|could you|would you) (?:can |could )?(?:see|know|tell|say|notice|observe|find)(?: (?:in|on|about|of|for))|give me (?:a |the )?(?:description|details|attributes|features|profile)(?: (?:of|for|on))?|attributes of|what do(?:es)? .{1,40} looks? like|what'?s .{1,30} look like|how would you describe|what did .{1,30} look like|how do(?:es)? .{1,40} look(?: like)?|how (?:#|number |nr |candidate )?.{1,20} looks?(?: like)?$|what .{1,30} looks? like|what can you (?:tell me|say) about|what do you (?:see|know)(?: (?:in|on|about|of))?|what(?:'s| is| can you see| can be seen| is there| is visible)? (?:in|on|with) (?!\\S*'s)(?:this|the|that|my|\\d|#|number|nr|pic|picture|photo|candidate)(?! (?:hand|hands|head|back|shoulder|feet|face)\\b)(?!\\d*'s)|more (?:info|information|details|detail) (?:on|about|for)|info (?:on|about)|(?:who(?:'s| is| are)|identify) (?:in |on |that |the )?(?:guy |man |woman |person |one )?(?:in |on )?(?:#|number|candidate|\\d|the (?:first|second|third|last)))`,
);
const person =
  '(?:he|she|they|it|this|that|his|her|their|(?:this|that|the) (?:person|man|woman|guy|lady|girl|boy|kid|one|picture|photo))';
const aboutPerson = new RegExp(
  `${small}(?:(?:is|was|are|were) ${person} (?:wearing|carrying|holding|having|bald|old|young|tall|male|female|a (?:man|woman|boy|girl)|with|alone|on a|riding|pushing|smoking|facing|walking|running|limping|in (?:a|an|red|blue|black|white))|(?:does|do|did|has|have) ${person} (?:have|has|wear|carry|hold|got|look)|what(?:'s| is| are| was|s)? (?:colou?r|kind|type|sort|brand|size|pattern)|what(?:'s| is|s| are| was) ${person} (?:wearing|carrying|holding|doing|got|hair|shoes|jacket|top)|what(?:'s| is|s) (?:on|in) (?:his|her|their)|how (?:old|tall) is ${person}|what (?:shoes|hat|clothes|jacket|trousers|bag|top)\\b|can you see (?:his|her|their|a|an|any|the)\\b|(?:is|are) there (?:a|an|any|anything) [a-z ]{2,30} (?:in|on) (?:his|her|their|the (?:picture|photo|image)|this|it|him)\\b|any (?:hat|bag|backpack|glasses|beard|tattoo|logo)[a-z ]{0,20}(?:on|in) (?:him|her|it|this))`,
);
const opens = new RegExp(
  `${small}(?:is|are|was|were|does|do|did|has|have|had|what|what'?s|whats|colou?r|shoes?|hair|hat|bag|jacket|clothes|age|gender|which|(?:on|in|at|from) (?:which|what)|who|who'?s|where|where'?s|when|how|any|anything|can you see|can you tell|do you see|(?:can|could) you (?:see|tell|check|find out|say|look|make out)|(?:tell|show) me (?:if|whether|what|which|the colou?r)|check (?:if|whether)|see (?:if|whether)|[a-z]+ colou?r|male or female|man or woman|could(?! (?:you|u|we|i)\\b))\\b`,
);
/** "And 3, is he wearing a hat?" */
const leadingRank = new RegExp(
  `${small}(?:(?:(?:what|how) about|for)\\s+)?${oneRank}\\s*[,:-]\\s*|${small}(?:in|on|at|for|about|regarding|with)\\s+${oneRank}\\s*[,:-]?\\s*(?=(?:is|are|does|do|has|have|what|which|can|any|how|was|did|who|where)\\b)`,
);
/** "4 has a hat?" */
const rankHas = new RegExp(`${small}${oneRank}\\s+(?:has|have|had|wears?|carr(?:y|ies)|holds?|got)\\b`);
const askedRank = new RegExp(
  `\\b(?:in|on|of|for|at|is|are|does|do|has|have|did|was|were|around|by|behind|beside|next to|near|about|with|if|whether|wears?|wearing|holds?|that|the (?:guy|man|woman|person|one) in|doesn'?t|isn'?t|what'?s|who'?s|where'?s|how'?s)\\s+(?:the )?(?:(?:guy|man|woman|person|one|lady|girl|boy|picture|photo|image|pic) (?:in|on) )?(?:${oneRank})`,
);
const searchQuestion =
  /\b(?:any ?one|any ?body|some ?one|some ?body|a (?:man|woman|guy|person|lady|girl|boy|kid|child) (?:with|in|wearing|carrying)|you (?:see|seen|have|find|got)|we (?:see|have|seen|got))\b/;

export const readQuestion: Rule = (line, reading, question) => {
  const { text } = line;
  if (why.test(text) || rankWhy.test(text)) readWhy(text, reading);
  else if (
    (describe.test(text) || rankDetails.test(text)) &&
    (reading.context.shown > 0 || reading.context.attachments > 0 || reading.context.searching)
  )
    readDescription(text, reading);
  else if (!asksAboutPicture(withoutCameras(text), reading, question)) return;
  else readAsked(line.original(0, text.length).trim() + (question ? '?' : ''), text, reading);
  line.blank(0, text.length);
};

function readWhy(text: string, reading: Reading): void {
  const { shown } = reading.context;
  // "Why is she on top" names no number.
  const all = withoutCameras(text).replace(/\b(?:on|at) (?:the )?(?:top|bottom)\b/, '');
  const before = ranksIn(
    all.replace(/\b(?:and not|but not|instead of|rather than|not|before|over|above|ahead of)\b.*$/, ''),
    shown,
  );
  // "Why 1 and not 2" asks about the first.
  const ranks = before.length > 0 ? before : ranksIn(all, shown);
  if (ranks.length === 0) {
    if (shown > 0) reading.add({ act: 'why' });
    else reading.unclear('There is nothing to explain yet: no candidates are shown.');
    return;
  }
  // "Why is 3 second" asks about one.
  const named = /,|\band\b|\bor\b|&/.test(text) ? ranks : ranks.slice(0, 1);
  for (const picture of reading.candidates(named)) reading.add({ act: 'why', picture });
}

function readDescription(text: string, reading: Reading): void {
  for (const picture of subjectsOf(text, reading, byDefault(reading)))
    reading.add({ act: 'describe', picture });
}

function asksAboutPicture(text: string, { context }: Reading, question: boolean): boolean {
  const { shown, attachments } = context;
  const addressed = leadingRank.exec(text);
  if (shown > 0 && addressed && opens.test(text.slice(addressed[0].length))) return true;
  if (
    shown > 0 &&
    opens.test(text) &&
    askedRank.test(text) &&
    ranksIn(text, shown).some((rank) => rank <= shown) &&
    !/\bmen\b|\bwomen\b/.test(text)
  )
    return true;
  if (shown > 0 && question && rankHas.test(text)) return true;
  if (searchQuestion.test(text)) return false;
  return (
    (shown > 0 || attachments > 0) &&
    aboutPerson.test(text) &&
    (question || opens.test(text)) &&
    !/\b(?:camera|cam)\b/.test(text)
  );
}

function readAsked(asked: string, text: string, reading: Reading): void {
  for (const picture of subjectsOf(text, reading, byDefault(reading))) {
    reading.add({ act: 'ask', question: asked, picture });
  }
}

/** A question that names nobody is about whom the message chooses, or the best candidate. */
function byDefault({ chosen, context }: Reading): PictureRef | undefined {
  if (chosen) return chosen;
  if (context.shown > 0) return { rank: 1 };
  return context.searching ? { query: true } : undefined;
}
