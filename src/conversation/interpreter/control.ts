/** Phrases that steer the talk: start over, undo, more, help, and the small talk around them. */
import { clause, clauseStart, wholeLine } from './patterns.ts';
import type { Reading, Rule } from './reading.ts';

const it =
  '(?:all|everything|it all|it|that|this|the search|search|chat|conversation|all (?:of )?(?:it|that|this))';

const reset = clause(
  [
    `(?:start|begin|starting)(?: it| this| everything| all| the search)?(?: all)? (?:over|again|anew|afresh|fresh|from (?:scratch|zero|the (?:start|beginning|top))|new|a new (?:search|one|case))(?: again)?(?: from (?:scratch|the (?:start|beginning|top)))?`,
    `(?:restart|reset|clear|wipe|scrap)(?: (?:the )?${it})?`,
    `(?:forget|drop|delete|scratch|discard) (?:all of it|everything|it all|all(?: of)? (?:that|this))(?: so far)?`,
    'next (?:case|search|job)|(?:a |do a |start a |make a |begin a )?(?:new|fresh|another|different) (?:search|start|query|case|one|chat|session)',
    '(?:from|back to) (?:scratch|square one|the (?:start|beginning))|startover|do over',
    '(?:search for|look for|find|next is|now) (?:somebody|someone|a person) else|(?:a )?(?:different|new|another) (?:person|guy|man|woman|suspect)',
  ].join('|'),
);

/** "Start over with this one": a picture or words follow. */
const resetWith = new RegExp(
  `${clauseStart}(?:please |ok |now |lets? )?(?:start over|start again|restart|new search|start a new search|begin again)(?= (?:with|using|for|from)\\b)`,
);

const undo = clause(
  [
    '(?:undo|revert)(?: (?:it|that|this|the last (?:one|step|thing|change|act|message)|last(?: one| step)?|my last (?:message|one)))?',
    '(?:go |step )?back(?: one(?: step)?| a step)?|(?:i )?(?:take|took) (?:it|that|this) back|take back (?:that|the last(?: one)?)',
    '(?:scratch|forget|cancel|strike|ignore|disregard) (?:that|(?:the|my) (?:last|previous)(?: one| thing| message| request| step| act)?|what i just said)|(?:that was |it was |my )(?:a mistake|wrong click|misclick)',
    '(?:never ?mind|nvm)(?: that| it)?|ctrl[ +-]?z|as (?:it was )?before|(?:(?:go )?back to )?(?:the )?(?:previous|last|earlier|old) (?:search|state|results?|page)',
    "(?:i )?did(?:n'?t| not) mean (?:that|to do that|to)",
  ].join('|'),
);

const oops = wholeLine('oops+|whoops|my bad|(?:that was |it was )?(?:a )?mistake');

const more = clause(
  [
    '(?:show |see |give |get |list |load |any |some |are there |is there |got |do you have |have you got )?(?:me |us )?(?:any |some |a few |the )?(?:\\d{1,3} |ten |five )?(?:more|others|further|additional|next|nxt)(?: (?:\\d{1,3}|ten|five|twenty|few|pages?|ones?|results?|people|persons?|candidates?|matches|hits|pictures?|pics?|photos?|options|of them|like (?:this|these|that)|batch|set))*(?: (?:to|can i|i can) see)?',
    '(?:who|what|anyone|anybody) else(?: (?:could|might|can) (?:it|that) be| is there| do you have| have you got| you got| is in there)?|(?:keep|carry|go) (?:going|on)|continue|load more',
    '(?:show |see )?(?:me )?(?:all|the rest|the others|everyone)(?: (?:of them|results|candidates|others))?(?: please)?',
    '(?:page|scroll) down|page (?:2|3|two|three)|moar|(?:second|third|2nd|3rd|another) page|is (?:that|this) (?:all|it|everything)(?: you have| you got| there is)?',
  ].join('|'),
);

const help = wholeLine(
  [
    '(?:/)?(?:help|halp|hilfe|commands?|manual|instructions|usage|options|menu|tutorial)(?: me| page| text)?',
    'what (?:can|could|do|should) (?:you|i|we|u)(?: all)? (?:do|ask|say|write|type|send|tell you|understand|ask you)(?: here| with (?:this|it))?(?: now)?',
    'how (?:does|do|can|should|would) (?:this|it|i|you|one|we|the bot)(?: (?:thing|bot|tool|app|search))? (?:work|use (?:this|it|you)|do (?:this|it|that)|start|search|begin|go|search for (?:someone|somebody|a person)|use the bot|find (?:someone|somebody|a person))',
    "(?:what|which|list|show)(?: me)?(?: are)?(?: the| all| your){0,2} (?:commands|options|functions|features)(?: are there)?|how to(?: use(?: (?:this|it))?)?|what is this|who are you|what are you|i (?:need|want) (?:some )?help|i am lost|i'm lost|what now",
  ].join('|'),
);

const greeting = wholeLine(
  '(?:hi|hello|hey|hiya|howdy|yo|good (?:morning|afternoon|evening|day)|morning|greetings|moin|hallo)(?: (?:there|bot|all|everyone|chatreid|team))*',
);

const thanks = wholeLine(
  "(?:(?:thanks|thank you|thx|ty|cheers|great|perfect|cool|nice(?: one)?|good (?:job|work|bot)|well done|awesome|brilliant|lovely|excellent|got it|understood|ok|okay|k|kk|alright|all right|fine|very good|bye|goodbye|see you|(?:that's|thats|that is) (?:all|great|fine|perfect|it)|that will be all|no more)(?: (?:so much|a lot|very much|a bunch|for (?:your|the) help|for that|bot|mate|man|everyone))?[\\s,]*)+",
);

export const readControl: Rule = (line, reading) => {
  const { context } = reading;
  if (line.takeAll(reset).length > 0 || line.take(resetWith)) reading.add({ act: 'reset' });
  if (line.take(oops) ?? line.takeAll(undo)[0]) reading.add({ act: 'undo' });
  if (line.take(help) ?? (context.attachments === 0 ? line.take(greeting) : undefined))
    reading.add({ act: 'help' });
  if ((context.shown > 0 || context.searching) && line.take(more)) reading.add({ act: 'more' });
};

/** Thanks are answered and change nothing. */
export const readSmallTalk = (line: Parameters<Rule>[0], reading: Reading): void => {
  if (reading.context.attachments > 0) return;
  if (line.take(thanks)) reading.unclear('You are welcome. Say more about the person, or "start over".');
};
