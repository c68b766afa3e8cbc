/** Phrases that steer the talk: start over, undo, more, help, and the small talk around them. */
import { taken } from './line.ts';
import { clause, clauseStart, wholeLine } from './patterns.ts';
import { nobodyYet, type Reading, type Rule } from './reading.ts';

const it =
  '(?:all|everything|it all|it|that|this|the search|search|chat|conversation|all (?:of )?(?:it|that|this))';

const reset = clause(
  [
    `(?:start|begin|starting)(?: it| this| everything| all| the search)?(?: all)? (?:over|again|anew|afresh|fresh|from (?:scratch|zero|the (?:start|beginning|top))|new|new one|from new|a new (?:search|one|case))(?: again)?(?: from (?:scratch|the (?:start|beginning|top)))?`,
    `(?:restart|reset|clear|wipe|scrap)(?: (?:the )?${it})?`,
    `(?:forget|drop|delete|scratch|discard) (?:all of it|everything|it all|all(?: of)? (?:that|this))(?: so far)?`,
    'next (?:case|search|job)|(?:a |do a |start a |make a |begin a )?(?:new|fresh|another|different) (?:search|start|query|case|one|chat|session)',
    "(?:a |the )?(?:clean|blank|empty|fresh|new) (?:slate|sheet|page|start|beginning)|tabula rasa|(?:lets? |let's )?(?:do )?(?:a |another |one more |the )?(?:brand[- ]?)?new (?:search|case|person|query|one|inquiry|investigation|request|session)(?: now)?",
    `(?:empty|end|close|abort|stop|quit|exit|finish|kill|cancel|erase|throw away|dump)(?: (?:the|this|that|my|our))?(?: (?:current|whole|entire|running))? (?:search|chat|session|conversation|case|query)`,
    '(?:delete|remove|clear|wipe|erase|forget|drop|discard|reset)(?: (?:it )?all| everything)(?: (?:of it|(?:that )?(?:we|i) (?:did|said|have|had|wrote)(?: so far)?|you know|so far|and (?:start|begin) (?:new|over|again|fresh|anew)))?',
    'now (?:for )?(?:someone|somebody|something) (?:else|new|different)|(?:the )?next (?:person|case|one to find|suspect|search)(?: now)?|different search|(?:search for )?a (?:new|different) person',
    '(?:from|(?:go )?back to) (?:scratch|square one|(?:the )?(?:very )?(?:start|beginning))|startover|do over',
    '(?:search for|search|look for|find|next is|now) (?:somebody|someone|a person) else|(?:a )?(?:different|new|another) (?:person|guy|man|woman|suspect)',
  ].join('|'),
);

/** "Start over with this one": a picture or words follow. */
const resetWith = new RegExp(
  `${clauseStart}(?:please |ok |now |lets? )?(?:(?:start|begin) (?:over|again|fresh|anew|afresh|from scratch)|restart|new search|start a new search)(?= (?:with|using|for|from)\\b)`,
);

const undo = clause(
  [
    '(?:undo|revert|reverse|roll ?back|take back|cancel|withdraw)(?: (?:it|that|this|(?:the |my )?(?:last|previous|latest)(?: (?:one|step|thing|change|act|action|message|command|input|line|bit|request|filter|answer|click|exclusion|constraint))?|what i (?:just )?(?:said|did|wrote)))',
    'undo|revert|(?:the )?previous step|(?:delete|remove|take back|forget) (?:my|the) (?:last|latest|previous) (?:message|line|input|command|answer)|(?:restore|bring back|show again) (?:the )?(?:previous|last|earlier|old) (?:search|results?|state|page|candidates)|(?:one|a|1) step back(?:wards?)?|(?:go |take (?:me )?|bring me |step |jump )?back (?:to )?(?:before|how it was|where (?:i was|we were)|what it was|the way it was)(?: (?:that|this|it))?|(?:i )?(?:want|need) to (?:go back|undo)(?: that| it)?',
    "(?:(?:i )?(?:clicked|pressed|hit|tapped|pushed|typed|chose|picked|selected|sent|did)|that was|it was|this was)?(?: (?:on|the|a|an|my))* ?(?:wrong|mistaken|false|incorrect) (?:button|click|key|press|tap|thing|input|message|command|line|option|chat|window)(?: (?:by accident|sorry))?|(?:i )?(?:clicked|pressed|typed|tapped) (?:it |that )?wrong(?:ly)?|mis-?(?:click|clicked|press|typed|tap|tapped|take)|typo|that was (?:all )?wrong|(?:that|this|it) (?:was|is) (?:an? )?(?:accident|error|typo|mistake|by (?:accident|mistake)|unintended|unintentional|accidental|wrong input|not (?:what i (?:meant|wanted|intended)|intended|on purpose))|(?:by (?:accident|mistake)|accidentally)|my (?:mistake|error|fault)|(?:i )?(?:made|did) a (?:mistake|misclick|typo)|(?:i )?(?:did|do)(?:n'?t| not) (?:mean|want|intend) (?:that|this|to|it)(?: one)?|(?:that|this|it) is not what i (?:meant|wanted)",
    '(?:go |step )?back(?: one(?: step)?| a step)?|(?:i )?(?:take|took) (?:it|that|this) back|take back (?:that|the last(?: one)?)',
    '(?:scratch|forget|cancel|strike|ignore|disregard) (?:that|(?:the|my) (?:last|previous)(?: one| thing| message| request| step| act)?|what i just said)|(?:that was |it was |my )(?:a mistake|wrong click|misclick)',
    '(?:never ?mind|nvm)(?: that| it)?|forget (?:about )?it|(?:leave|drop) it|ctrl[ +-]?z|as (?:it was )?before|(?:(?:go )?back to )?(?:the )?(?:previous|last|earlier|old) (?:search|state|results?|page)',
    "(?:i )?did(?:n'?t| not) mean (?:that|to do that|to)",
  ].join('|'),
);

const oops = wholeLine(
  'oops+|whoops|(?:oops+|sorry|whoops|ups)[\\s,]+(?:that was )?(?:the )?wrong(?: one| picture| person| number)?|my bad|(?:that was |it was )?(?:a )?mistake',
);

const moreWords = [
  '(?:show |see |give |get |list |load |display |list |present |view |what |which |how about |what about |i want to see |want |need |do we have |did you find |you have |got any |can i see |and |any |some |are there |is there |got |do you have |have you got )?(?:me |us )?(?:any |some |a few |the |few )?(?:\\d{1,3} |ten |five |two |three |twenty )?(?:more|others?|further|additional|next|nxt|remaining|alternative|alternatives|extra|else|following|rest(?: of)?)(?: (?:\\d{1,3}|ten|five|twenty|few|pages?|ones?|results?|people|persons?|candidates?|matches|hits|pictures?|pics?|photos?|options?|possibilities|suspects|faces|entries|hints|suggestions|guys|the list|the results|the candidates|of (?:them|these|those|the list|the results)|like (?:this|these|those|that|them)|batch|set|candidate|are there|there are|do you have|have you got|you have|you got|can you (?:show|find)|exist|possible|available|below|down))*(?: (?:to|can i|i can) see)?',
  '(?:show |give |see )?(?:me )?(?:some )?(?:different|new|fresh) (?:ones|people|results|candidates|pictures|pics)|another (?:\\d{1,3}|few|batch|page|set|ten|five)',
  '(?:who|what|anyone|anybody) else(?: (?:could|might|can) (?:it|that) be| is there| do you have| have you got| you got| is in there|do you see|did you find|could be|matches)?|(?:is|are|was) there (?:anyone|anybody|someone|somebody|people|others?|any others?|anything) (?:else|more)|(?:anyone|anybody|someone|somebody|something|anything|others) (?:else|more)|(?:keep|carry|go) (?:going|on)|continue|load more',
  '(?:show |see )?(?:me )?(?:all|the rest|the others|everyone)(?! (?:but|except|apart|other than)\\b)(?: (?:of them|results|candidates|others))?(?: please)?',
  '(?:go |jump |move |turn )?to (?:the )?next page|(?:page|scroll) down|page (?:2|3|two|three)|moar|(?:second|third|2nd|3rd|another) page|is (?:that|this) (?:all|it|everything)(?: you have| you got| there is)?',
].join('|');
const more = clause(moreWords);
const moreOnly = wholeLine(moreWords);

const help = wholeLine(
  [
    '(?:i |we )?(?:really )?(?:need|want|require)(?: some| a bit of| your)? (?:help|assistance|instructions)(?: (?:with|using) (?:this|it|the bot))?|(?:(?:can|could) (?:you|someone|anyone|anybody) )?help(?: (?:me|us))?(?: out)?(?: (?:with (?:this|it)|here))?|(?:show|give|open|see|get|print|display)(?: me)?(?: the| some| a)? (?:help|manual|instructions|commands|guide|tutorial|options)|help (?:needed|wanted|required|page|menu|text)|sos',
    "(?:explain|tell me|show me|describe)(?: to me)?,? (?:how (?:this|it|that|the bot|you)(?: (?:thing|bot|tool|search))? works?|how to (?:use|search|start|do this|begin).*|how (?:i|we) (?:can |could |should )?(?:use|search|start|do|work with) ?(?:this|it|that|the bot)?|what (?:you|i|we) can do(?: here)?|the (?:commands|options|functions|features)|what to do)|(?:i )?(?:don'?t|do not) (?:understand|know|get|see)(?: (?:it|this|how (?:this|it|that|the bot|to)(?: \\w+){0,4}|what to (?:do|say|type|write|ask)(?: now| here| next)?|what (?:i|you) can (?:do|say|ask)(?: here)?))",
    "what(?: are|'s|'re)? (?:my|the|your|all) (?:options|commands|possibilities|choices|functions|features|abilities)(?: here| now)?|(?:what|which) (?:commands|options|functions|features|things|questions|words)(?: (?:do|can|are|could|may|you|i|we|there|use|know|understand|have|available|say|ask|type|here|give))*|what (?:kind|sort|kinds|sorts) of (?:things|questions|commands|stuff) (?:can|do|could) (?:you|i) (?:do|ask|understand|say|know|answer)|what (?:else )?(?:are you able to|is possible|is this for|does this do|does this bot do|do you do|are you for)(?: do)?(?: here)?|how to (?:search|find|look|start|begin|do this|do it|go on|proceed|work|operate)(?: \\w+){0,4}|how (?:do|can|should|could) (?:i|we) (?:search|find|look|start|begin|upload|add|exclude|use|send|tell|ask|register|filter|undo|reset|get)(?: (?!#?\\d)[a-z']+){0,5}|i(?:'m| am) (?:lost|confused|stuck|new here)",
    '(?:/)?(?:help|halp|hilfe|commands?|manual|instructions|usage|options|menu|tutorial)(?: me| page| text)?',
    'what (?:do|must|should) (?:i|we) (?:have |need )?to do|what (?:can|could|do|should) (?:you|i|we|u)(?: all)? (?:do|ask|say|write|type|send|tell you|understand|ask you)(?: here| with (?:this|it))?(?: now)?',
    'how (?:does|do|can|should|would) (?:this|it|i|you|one|we|the bot)(?: (?:thing|bot|tool|app|search))? (?:work|use (?:this|it|you)|do (?:this|it|that)|start|search|begin|go|search for (?:someone|somebody|a person)|use the bot|find (?:someone|somebody|a person))',
    "(?:what|which|list|show)(?: me)?(?: are)?(?: the| all| your){0,2} (?:commands|options|functions|features)(?: are there)?|how to(?: use(?: (?:this|it))?)?|what is this|where (?:do|can|could|should) (?:i|we) (?:upload|send|attach|add|put|type|write|start|click|begin)(?: [a-z']+){0,4}|who are you|what are you|i (?:need|want) (?:some )?help|i am lost|i'm lost|what now",
  ].join('|'),
);

const greeting = wholeLine(
  '(?:hi|hello|hey|hiya|howdy|yo|good (?:morning|afternoon|evening|day)|morning|greetings|moin|hallo)(?: (?:there|bot|all|everyone|chatreid|team))*',
);

const crowd = '(?: (?:there|bot|all|everyone|everybody|chatreid|team|guys|folks|sir|colleagues))';
/** "Good evening, we look for a man": no time of day. Without "good" it is one, where somebody is searched for already. */
const goodDay = new RegExp(
  `^[\\s,${taken}]*(?:(?:hi|hello|hey|dear)${crowd}?[\\s,]+)?(?:good (?:morning|afternoon|evening|day)${crowd}{0,2}|(?:morning|afternoon|evening)${crowd})(?=\\s*(?:$|[,.!:;-]|\\b(?:i|we|i'm|we're|can|could|please|pls|have|need|looking|searching|this)\\b))`,
);
const barePart = /^\s*(?:morning|afternoon|evening)\s*$/;

const thanks = wholeLine(
  "(?:(?:thanks|thank you|thx|ty|cheers|great|perfect|cool|nice(?: one)?|(?:good|nice|great) (?:job|work|bot|work bot)|well done|awesome|brilliant|lovely|excellent|got it|understood|super|awesome work|great work|amazing|impressive|fantastic|wow|haha+|lol|love it|well|noted|sounds good|that helps(?: a lot)?|very helpful|(?:much )?appreciated?(?: it)?|you(?:'re| are) (?:great|the best|awesome|amazing|good|helpful|a star)|i'?m done|done|nothing else|see ya|cya|ciao|take care|have a (?:nice|good|great) (?:day|one|evening|weekend)|no problem|ok|okay|k|kk|alright|all right|fine|very good|bye|goodbye|see you|(?:that's|thats|that is) (?:all|great|fine|perfect|it)|that will be all|no more)(?: (?:so much|a lot|very much|a bunch|for (?:your|the) help|for that|bot|mate|man|everyone))?[\\s,]*)+",
);

const again = wholeLine('redo(?: (?:it|that|the last(?: one)?))?|undo (?:the|my) undo');

const enough = wholeLine(
  "(?:stop|abort|exit|quit|no more|enough|that'?s enough)(?: (?:results|candidates|people|of them|questions))?",
);

export const readControl: Rule = (line, reading) => {
  const { context } = reading;
  if (line.take(enough)) reading.unclear(welcome);
  if (line.takeAll(reset).length > 0 || line.take(resetWith)) reading.add({ act: 'reset' });
  if (line.take(oops) ?? line.takeAll(undo)[0]) reading.add({ act: 'undo' });
  if (line.take(help)) reading.add({ act: 'help' });
  if (line.take(goodDay) || (!context.searching && line.take(barePart))) reading.greeted = true;
  if (context.attachments === 0 && line.take(greeting)) reading.greeted = true;
  if ((context.shown > 0 || context.searching) && context.attachments === 0 && line.take(more))
    reading.add({ act: 'more' });
};

const welcome = 'You are welcome. Say more about the person, or "start over".';

/** Thanks are answered and change nothing; of nobody there is no more. */
export const readSmallTalk = (line: Parameters<Rule>[0], reading: Reading): void => {
  if (reading.context.attachments > 0) return;
  if (line.take(moreOnly)) reading.unclear(nobodyYet);
  if (line.take(thanks)) reading.unclear(welcome);
  if (line.take(again))
    reading.unclear('What was undone does not come back by itself: say or press it once more.');
};
