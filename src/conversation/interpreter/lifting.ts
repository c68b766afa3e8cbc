/** What is taken back: "any camera", "forget the time", "drop the red cap", "clear the exclusions". */
import type { Part } from '../act.ts';
import type { Line } from './line.ts';
import { clause, clauseEnd, clauseStart } from './patterns.ts';
import { hasRank, rankList } from './ranks.ts';
import { dayPattern } from './time-words.ts';
import type { Reading, Rule } from './reading.ts';

const drop =
  "(?:forget|ignore|remove|drop|clear|lift|cancel|skip|never ?mind|nevermind|disregard|delete|lose|reset|scratch|undo|take (?:back|off|away|out)|leave out|get rid of|turn off|(?:search )?without|no longer|no more|don'?t (?:use|care about|restrict|limit|filter(?: by)?)|stop (?:using|filtering by)|screw)";
const about =
  '(?:\\s+(?:about|on|by|for))?(?:\\s+(?:all|any))?(?:\\s+(?:the|that|those|this|my|your|these))?';
const kind =
  '(?:\\s+(?:filters?|restrictions?|limits?|limitations?|constraints?|conditions?|part|thing|bit|again|range|window|numbers?|please))?';

const names: Readonly<Record<Exclude<Part, 'words' | 'answers'>, string>> = {
  cameras: '(?:cameras?|cams?)',
  places: '(?:places?|locations?|area|where)',
  time: '(?:times?|dates?|days?|hours?|when|time ?frame|period)',
  exclusions:
    '(?:exclusions?|excluded(?: ones| people)?|rejected(?: ones)?|negatives?|rejections?|nots|ones i (?:excluded|rejected|removed))',
  pictures:
    '(?:photos?|pictures?|pics?|images?|query(?: (?:photo|picture|image))?|snapshot)(?: i (?:sent|uploaded|gave))?',
  gallery: '(?:gallery|galleries)',
};
const matters =
  "(?:(?:does ?n'?t|doesnt|does not|don'?t|dont|do not|did ?n'?t) (?:matter|care|mind)|no matter|(?:(?:is|are|was|'s) |is ?n'?t |are ?n'?t )?(?:not |n't )?(?:so |really |that |very |at all )?(?:important|irrelevant|unimportant|relevant|unknown|unclear|open|flexible|arbitrary|unsure|uncertain|negligible)(?: (?:to me|for me|here|at all|any ?more))?|(?:plays?|does ?n'?t play|do not play|does not play) (?:no|a|any) role|(?:can|could|may|might) be (?:any(?:thing|where|time| one| of them)?|whatever|whenever|different|other|wrong|all)|makes no difference|(?:is|are) (?:not )?(?:up to you|all the same|all ok|all fine))";
const lessOf = '(?:off|away|out|gone|removed|not needed|no longer needed|no more|unnecessary)';

interface Lift {
  readonly pattern: RegExp;
  readonly parts: readonly Part[];
}

function dropped(part: keyof typeof names): Lift {
  const name = names[part];
  const whole = [
    `${drop}${about} ${name}${kind}`,
    `(?:i )?${matters},? (?:which|what|about|the)(?: the)? ${name}(?: (?:it|he|she) (?:is|was))?`,
    `(?:the |which |what )?${name} ${matters}`,
    ...(part === 'time'
      ? [`(?:it |i )?${matters},? when(?: it was)?`]
      : part === 'places'
        ? [`(?:it |i )?${matters},? where(?: it was)?`]
        : []),
    `(?:the |that |this |my )?${name}(?: (?:filters?|restrictions?|limits?|limitations?|constraints?|part|thing|conditions?))? ${lessOf}`,
    `(?:turn|switch|take|put|leave|set) (?:the |that |this |my )?${name}(?: (?:filters?|restrictions?|limits?|constraints?))? ${lessOf}`,
    `(?:i |we )?(?:am |'m |are )?(?:not sure|unsure|don'?t know|don'?t care|not certain)(?: (?:about|of|anymore about))?(?: the| which| what| about the)? ${name}(?:[\\s,]+(?:so )?(?:${drop})(?: (?:it|that))?)`,
    `(?:with )?no (?:more )?${name} (?:filters?|restrictions?|limits?|limitations?|constraints?)`,
    `${drop}${about} (?:what i said about )(?:the )?${name}`,
  ];
  return { pattern: clause(whole.join('|')), parts: [part] };
}

const every =
  '(?:(?:it |he |she )?(?:can|could|may|might) (?:also )?(?:be |have been )?|(?:widen|expand|extend|broaden|open|enlarge|loosen)(?: (?:it|the search|this))?(?: up)? (?:to )?|i (?:want|need) |give me |go (?:back )?to |back to |with |include |consider |(?:please )?(?:search|look|check) (?:on |in |at |through )?|on |in |at |from |check |search |try |show |use |look (?:at|in) |include |across )?(?:any|all|every|each|whichever|whatever|all of|all the|all of the|no specific|no particular)';
const lifts: readonly Lift[] = [
  dropped('cameras'),
  {
    pattern: clause(
      `${every}(?: the)?(?: other)? (?:cameras?|cams?)(?: again| is fine| will do| (?:are |is )?(?:ok|okay|fine|good)| possible| at all| please| now| works| instead)?(?!\\s*(?:but|except))`,
    ),
    parts: ['cameras'],
  },
  {
    pattern:
      /(?<![\w'])(?:on|in|across|from|at|over) (?:any|all|every)(?: the)? (?:cameras?|cams?)\b(?!\s*(?:but|except))/,
    parts: ['cameras'],
  },
  {
    pattern: /(?<![\w'])at any time\b(?: of (?:the )?day)?(?!\s+(?:after|before|between|since|until))/,
    parts: ['time'],
  },
  dropped('time'),
  {
    pattern: clause(
      `(?:the )?(?:${dayPattern}|date|day|time) (?:is|was|could be|might be|may be|can be)(?: maybe| probably| perhaps)? (?:wrong|incorrect|not (?:right|certain|sure|correct|important)|unsure|uncertain)|(?:i'?m |i am |we'?re |we are )?(?:not (?:so |really |quite )?(?:sure|certain)|unsure) (?:about|of|if it was) (?:the )?(?:${dayPattern}|date|day|time|when)|(?:it |that |he |she )?(?:could|can|may|might)(?: also)? (?:be|have been)(?: on)? (?:another|a different|any other|any|some other) day|not (?:just|only) (?:on )?(?:${dayPattern})(?:[\\s,]+(?:but )?(?:also |on )?(?:any|all|every|other)(?: other)? days?(?: too)?)?|(?:on )?any day of the week|${drop}(?: about)? (?:on )?(?:${dayPattern})`,
    ),
    parts: ['time'],
  },
  {
    pattern: clause(
      `(?:(?:it |that |he |she )?(?:can|could|may|might) (?:also )?(?:be|have been) )?(?:at )?(?:any ?time|any day|any date|any hour|any (?:moment|period)|(?:all|every) (?:days?|hours?|times?|dates?)|all (?:the )?time|no matter when|at whatever time|all day(?: long)?|(?:the )?(?:whole|entire) (?:day|time|period|week)|whenever|around the clock|all times?|every day|all days|24/7|day or night)(?: of (?:the )?day)?(?: is fine| at all| again| will do)?(?!\\s+(?:after|before|between|since|until|on|yesterday|today|\\w+day))`,
    ),
    parts: ['time'],
  },
  dropped('places'),
  {
    pattern: clause(
      `${every} (?:places?|locations?|areas?)(?: (?:is |are )?(?:fine|ok|okay|possible|again|works|will do|good))?|wherever`,
    ),
    parts: ['places'],
  },
  {
    pattern: clause(
      `(?:search |look |check |try |in |it could be |could be |show )?(?:everywhere|anywhere|the whole (?:site|campus|mall|building|place)|all over)(?: again)?(?!\\s*,?\\s*(?:but|except|apart|other|besides))`,
    ),
    parts: ['places', 'cameras'],
  },
  dropped('exclusions'),
  {
    pattern: clause(
      '(?:un-?exclude|un-?reject|bring back|put back|show again|include|restore|allow)(?: (?:all|everyone|everybody|them|those|the))*(?: (?:back|again|excluded|rejected|ones|people|i excluded|i removed))*|(?:show|list|include|bring back|get back|return|restore|give back)(?: me)?(?: (?:again|all|also))*(?: the| my)? (?:removed|excluded|rejected|hidden|discarded|dropped|deleted|dismissed|ruled out)(?: (?:ones|people|persons|candidates|guys|pictures|results))?(?: (?:again|back|too|as well))*|(?:undo|reset|revert|cancel|take back|forget|clear)(?: all)?(?: the| my)? (?:exclusions?|rejections?|removals?)|(?:show|list|include|bring back|get back)(?: me)?(?: again)? (?:the ones|those|the people|people|everyone|all) (?:that |who |whom )?(?:i|we) (?:removed|excluded|rejected|ruled out|dropped|hid|dismissed)(?: (?:again|back|too|before))*|(?:nobody|no one|none) (?:is|should be|are) (?:excluded|ruled out|rejected|out)(?: any ?more)?|(?:bring|put|get) (?:them|everyone|everybody|those|it all|the (?:excluded|rejected) (?:ones|people))(?: all)? back',
    ),
    parts: ['exclusions'],
  },
  dropped('pictures'),
  { pattern: clause(`${every} galler(?:y|ies)`), parts: ['gallery'] },
  dropped('gallery'),
  { pattern: clause(`${drop}${about} (?:my |your |the )?(?:answers?|questions?)`), parts: ['answers'] },
  {
    pattern: clause(
      `${drop}${about} (?:words?|descriptions?|text|clues?|everything i (?:said|wrote|described)|what i (?:said|wrote))`,
    ),
    parts: ['words'],
  },
  {
    pattern: clause(
      '(?:with(?:out)?|no)(?: any| more)? (?:filters?|restrictions?|limits?|constraints?)(?: at all)?|(?:filters?|restrictions?) (?:off|away|out|gone)|(?:all |every )(?:the )?(?:filters?|restrictions?|limits?|constraints?) (?:off|away|out|gone)|(?:turn|switch|take) (?:off )?(?:all )?(?:the )?(?:filters?|restrictions?)(?: off)?|(?:remove|clear|drop|lift|reset|forget|ignore|delete|undo|cancel) (?:all |every |any )?(?:of )?(?:the |my |these |those )?(?:restrictions?|filters?|limits|constraints|conditions)',
    ),
    parts: ['cameras', 'places', 'time'],
  },
];

const said = '(?:what (?:i|we) said (?:about|on) |the (?:bit|part|thing) (?:about|with) )?';
const clueVerb =
  '(?:forget|ignore|drop|remove|scratch|cancel|never ?mind|nevermind|disregard|take (?:back|away|off|out)|get rid of|leave out|lose|skip|delete|strike|scrap)(?: about)?';
const clueWords = new RegExp(
  `${clauseStart}(?:(?:please|pls|ok|and|actually|sorry|no|can you|you can|let'?s|now|just|but|so)[\\s,]+){0,4}${clueVerb} ${said}(?:the|that|his|her|their|my|a|any) ([a-z][a-z' -]{1,60}?)(?: (?:part|thing|clue|bit|again|please|pls|now|then|for now|instead))?${clauseEnd}`,
);
const another = /^\s+and (?:the|his|her|that) ([a-z][a-z' -]{1,40}?)(?=\s*(?:$|[,.;]))/;

const oneBack = clause(
  `(?:bring|put|take) (?:${rankList}) back|(?:bring back|put back|un-?exclude|un-?reject|restore|include|allow)(?: candidate)? (?:${rankList})`,
);

/** "The cap is not important", "leave the hat out" */
const unimportant = new RegExp(
  `${clauseStart}(?:the |his |her |their |that |a )?(?!(?:it|that|this|he|she|they|i|we|you|what|which|time|when|where)\\b)([a-z][a-z-]{1,20}(?: [a-z-]{2,20})?) (?:${matters.replace('|open|flexible', '')})${clauseEnd}`,
);
/** "Cap and camera don't matter" */
const bothUnimportant = new RegExp(
  `${clauseStart}(?:the |his |her |their )?([a-z][a-z-]{1,20}) and (?:the |his |her |their )?([a-z][a-z-]{1,20}) (?:${matters})${clauseEnd}`,
);
const leftOut = new RegExp(
  `${clauseStart}(?:(?:please|pls|ok|and|actually|can you|just|but)[\\s,]+){0,3}(?:leave|take|drop|put|kick|throw) (?:the|his|her|their|that) ([a-z][a-z' -]{1,40}?) (?:out|off|away)(?: again)?${clauseEnd}`,
);

/** "The cap is not certain, leave it out" */
const doubted = new RegExp(
  `${clauseStart}(?:the |his |her |their )([a-z][a-z-]{1,20}(?: [a-z-]{2,20})?) (?:is|was|are|were|might|may|could)\\b[^,;]{0,30}[,;]?\\s+(?:so |please |pls |and |then |better )?(?:leave|drop|ignore|forget|skip|remove|scratch|delete) (?:it|that|them|this)(?: (?:out|away|then|please))?\\s*$`,
);

export const readLifts: Rule = (line, reading) => {
  if (line.take(oneBack)) {
    reading.unclear(
      'Press the mark of the one that was ruled out, or say "bring them back" for all of them.',
    );
  }
  liftBoth(line, reading);
  for (const { pattern, parts } of lifts) {
    if (!line.take(pattern)) continue;
    for (const part of parts) reading.add({ act: 'lift', part });
  }
  liftOne(line, reading);
};

function liftBoth(line: Line, reading: Reading): void {
  const found = line.take(bothUnimportant);
  for (const group of found ? [1, 2] : []) {
    const named = (Object.keys(names) as (keyof typeof names)[]).find((part) =>
      new RegExp(`^${names[part]}$`).test(found?.[group] ?? ''),
    );
    if (named) reading.add({ act: 'lift', part: named });
    else if (found) reading.add({ act: 'lift', part: 'words', value: line.originalOf(found, group) });
  }
}

/** One camera, one place, or one thing that was said. */
function liftOne(line: Line, reading: Reading): void {
  const { cameras, places } = reading.context;
  const camera = line.take(
    new RegExp(
      `${clauseStart}(?:(?:please|pls|ok|and)[\\s,]+){0,2}(?:drop|forget|remove|lift|clear|lose|scratch)(?: about)? (?:the )?(?:camera|cam)\\s*#?([\\w-]+)${clauseEnd}`,
    ),
  );
  const named = camera && cameras.find((name) => name.toLowerCase() === camera[1]);
  if (named !== undefined) reading.add({ act: 'lift', part: 'cameras', value: named });
  const found =
    clueWords.exec(line.text) ??
    doubted.exec(line.text) ??
    leftOut.exec(line.text) ??
    unimportant.exec(line.text);
  const value = found?.[1];
  if (!found || value === undefined || hasRank(value) || /^(?:first|second|third|last|top)\b/.test(value))
    return;
  // "Forget the old one": who was searched for, as a new picture shows somebody.
  if (/\bones?$/.test(value) && reading.context.attachments > 0) {
    line.blank(found.index, found.index + found[0].length);
    return;
  }
  const place = places.find((name) => name.toLowerCase() === value);
  line.blank(found.index, found.index + found[0].length);
  if (place !== undefined) reading.add({ act: 'lift', part: 'places', value: place });
  else reading.add({ act: 'lift', part: 'words', value: line.originalOf(found, 1) });
  const rest = another.exec(line.text.slice(found.index + found[0].length));
  if (!rest) return;
  const from = found.index + found[0].length;
  reading.add({
    act: 'lift',
    part: 'words',
    value: line.original(from + rest[0].length - rest[1]!.length, from + rest[0].length),
  });
  line.blank(from, from + rest[0].length);
}
