/** What nobody took: the user's words about the person, in their order. */
import type { Line } from './line.ts';
import { termOf } from './trait-words.ts';

/** Words that say nothing about a person: where all of a piece are among them, nothing was said. */
const idle = new Set(
  (
    "a an the and or but so then also too please pls plz thanks thx thank you i we you u it it's its he he's hes she she's " +
    'shes they him her them his this that these those there here is are was were be been am do does did have has had not no ' +
    'yes yeah yep ok okay well um uh hmm oh only just even still in on at by from to of for with near around about into ' +
    'through via up off out over went go goes going came come comes coming walked walks walking walk left leaving ran running run ' +
    'entered entering enters passed passing seen saw see spotted spot appeared appears was where when who what which whom how ' +
    'definitely certainly clearly absolutely obviously totally thru make ' +
    'find search look looking show me us give get want need think thought guess maybe perhaps probably possibly sure really ' +
    "wait sorry actually rather mean meant i'm im i'd i'll that's thats can could would should will might may must let lets let's " +
    'someone somebody anyone anybody person people one ones photo picture pic image again now today day days time side ' +
    'bit think said say says sometime somewhere exactly hi hey hello any my our your last because cause cos as same if ' +
    'btw fyi iirc tbh imo imho afaik asap limit filter restrict set change correction additionally anywhere front back pics pictures photos lol haha ups oops got missing lost face faces two another additional wrong wanted happened happen happens must great nice perfect cool good awesome excellent super brilliant ' +
    "oops earlier check dig track follow into pass passed add both first gallery use who's whos here's nope nah yup ya defo instead heading headed moving towards toward there's know known don't dont didn't camera cameras cam cams footage place places candidate candidates result results all keep keeping better against"
  ).split(' '),
);

const lead = [
  /^[\s,:)\]\-/&+]+/,
  /^(?:and|but|so|then|also|or|well|um+|uh|hm+|ah+|ok|okay|btw|by the way|fyi|tbh|to be honest|afaik|imo|imho|iirc|so far|also|yes|yeah|sorry|oh|hi|hello|hey|please|pls|plz|no wait|wait|actually|rather|i mean|i meant|now|now that i think(?: about it| of it)?)\b(?![-'])/i,
  /^(?:great|nice|good|perfect|cool|thanks|thank you|thx|fine|super|right|correct|exactly)(?=\s*[,.!:;-])/i,
  /^(?:can|could|would|will) (?:you|we|u|i)(?: please| pls)?\b/i,
  /^(?:i'?m|i m|i am|we'?re|we are)? ?(?:still |now |urgently |currently )?(?:looking|searching|hunting|on the lookout|after)(?: out)? (?:for|4|after)\b/i,
  /^(?:i'?m|i am|we'?re|we are) ?(?:still |now |urgently |currently )?(?:searching|seeking|looking)(?= (?:a|an|the|my|our|some)\b)/i,
  /^(?:i'?m|i am|we'?re|we are)? ?(?:trying|hoping|attempting) (?:to )?(?=(?:find|locate|look|search|spot|track)\b)/i,
  /^(?:i|we)? ?(?:need|want|would like|have|got) to (?:find|locate|see|search for|look for|track down|spot)\b/i,
  /^(?:has|have) (?:anyone|anybody|someone|somebody) (?:seen|spotted)\b/i,
  /^(?:help me|help us)(?: (?:to )?(?=(?:find|locate|search|look)\b))?/i,
  /^hello\b/i,

  /^(?:i|we) (?:need|want|would like)(?: you)?(?: to)? (?:find|locate|see|search for|look for|know)\b/i,
  /^(?:i|we) (?:need|want)\b(?! )/i,
  /^(?:please )?(?:find|search(?: for)?|look for|show|locate|track down|spot|seek|give|get)(?: me| us| all)?\b/i,
  /^(?:did|do|have|has|does) (?:you|we|u|anyone|anybody|somebody|someone|he|she|they) (?:see|seen|have|saw|spot|spotted|noticed|notice|find|found)\b/i,
  /^(?:i|we) (?:saw|have seen|seen)\b/i,
  /^(?:is|are|was|were) there(?: any)?(?: (?:footage|video|videos|a (?:picture|photo|video)|pictures|photos|images|recordings?) (?:of|with|showing))?\b/i,
  /^(?:additionally|furthermore|one more thing|another thing|(?:i )?(?:just )?(?:forgot|remembered|remember)(?: to (?:say|mention|add|tell you))?(?=\s*[,:]| (?:he|she|they|that)\b)(?: that)?|also)(?:\s*[,:])?/i,
  /^(?:add|update|addition)\s*:/i,
  /^this time\b/i,
  /^(?:just|definitely|certainly|surely|clearly)(?= (?:a|an|the|his|her)\b)/i,
  /^any(?= (?:m[ae]n|wom[ae]n|guys?|people|persons?|kids?|girls?|boys?|lad(?:y|ies))\b)/i,
  /^(?:(?:he|she|they) )?(?:could|might|may|must|would) have (?:had|worn|been (?:wearing|carrying|holding))\b/i,
  /^where(?:'s| is| are| was| were)(?= (?:a|an|the)\b)/i,
  /^no(?:[\s,]+no)*\s*[,!]/i,
  /^(?:no|nope|nah)(?=\s+(?:sorry|wait|actually|i (?:mean|meant|think)|it was|it is|it's|(?:his|her|their) |the [a-z]+ (?:was|were|is|are|had)\b|(?:he|she|they) (?:had|has|was|were|is|wore|carried)\b))/i,
  /^(?:help|urgent|urgently|asap)\s*[,!:]/i,
  /^(?:i'd|i would|we'd|we would) (?:say|guess|think|assume)(?: that)?\b/i,
  /^there (?:is|are|was|were)\b/i,
  /^(?:because|since|as|cos|cause)(?= (?:he|she|they|it|the)\b)/i,
  /^(?:i|we)? ?(?:saw|need|want)(?= (?:a|an|the|some)\b)/i,
  /^all(?= (?:men|women|people|persons|kids|girls|boys)\b)/i,
  /^(?:any sign of|help me find|help me to find|help find|help us find|the person (?:is|was)|(?:he|she|they|it|there)(?:'s|s)?(?: has| is| was| were| had)? (?:been )?(?=(?:wearing|carrying|with)\b))\b/i,
  /^(?:he|she|they)(?: had| has| have| was| were| is| wore| wears|'s|'d| did have| also had| also has| must have had| might have had)? ?(?:on |got )?(?:also )?(?:wearing|carrying|dressed in|holding|having)?(?= ?\b(?:a|an|the|his|her|some|blue|red|green|black|white|grey|gray|yellow|pink|brown|purple|orange|dark|light)\b)/i,
  /^make (?:it|that|this)\b/i,
  /^add(?= (?:a|an|the|some)\b)/i,
  /^it (?:was|is)\b(?! (?:not|dark|raining|windy))/i,
  /^it's\b(?! not)/i,
];
const tail = [
  /[\s,:;([\-/&+]+$/,
  /\b(?:and|but|so|then|or|also|on|at|in|by|from|near|around|about|with the|only|just|seen|please|pls|plz|thanks|thx|ty|btw|by the way|iirc|imo|imho|tbh|afaik|fyi|asap|lol|haha|urgent|urgently|quickly|i (?:think|guess|believe|suppose|reckon)|if i (?:remember|recall)(?: (?:it|this|that))?(?: (?:right|correctly|well|rightly))?|as far as i (?:know|remember|recall|can tell|could see)|from what i (?:remember|saw)|according to (?:the |our |my |a )?(?:witness|witnesses|guard)|if that helps|(?:i )?(?:just )?(?:forgot|remembered)|after all|was|is|to|of|last seen|spotted|between|because|though|tho)$/i,
];

/** The pieces of each line that say something. */
export function cluePieces(lines: readonly Line[]): string[][] {
  return lines.map((line) =>
    line.rest().flatMap(({ from, to }) => {
      const [first, end] = trimmed(line.text, from, to);
      return says(line.text.slice(first, end)) ? line.original(first, end).trim() : [];
    }),
  );
}

/** Pieces of a sentence with commas, sentences with full stops. */
export function joinPieces(lines: readonly (readonly string[])[]): string {
  return lines
    .filter((pieces) => pieces.length > 0)
    .map((pieces) => pieces.join(', '))
    .join('. ');
}

/** A stretch without what leads in and what hangs over. */
function trimmed(text: string, from: number, to: number): readonly [number, number] {
  let [first, end] = [from, to];
  for (let left = to - from + 1; left > end - first; ) {
    left = end - first;
    for (const pattern of [/^\s+/, ...lead]) first += pattern.exec(text.slice(first, end))?.[0].length ?? 0;
    for (const pattern of [/\s+$/, ...tail]) end -= pattern.exec(text.slice(first, end))?.[0].length ?? 0;
  }
  return [first, end];
}

/** Whoever is on a picture or was talked of is pointed at, and not described: "this man", "the guy". */
const pointedAt =
  /\b(?:this|that|the|these|those|same|our|my|your|which|what) (?:man|woman|guy|men|women|guys)\b/g;

function says(words: string): boolean {
  return saying(words).length > 0;
}

/** Whether a man or a woman is all that the words say: "she was a woman", and no more of her. */
export function saysGenderOnly(words: string): boolean {
  const said = saying(words);
  return said.length > 0 && said.every(namesGender);
}

function namesGender(word: string): boolean {
  const term = termOf(word);
  return term?.kind === 'values' && term.says.every(([name]) => name === 'gender');
}

function saying(words: string): string[] {
  const plain = words
    .toLowerCase()
    .replace(/[\u2018\u2019]/g, "'")
    .replace(pointedAt, ' ');
  return (plain.match(/[\p{L}\p{N}']+/gu) ?? []).filter((word) => !idle.has(word));
}
