/** What nobody took: the user's words about the person, in their order. */
import type { Line } from './line.ts';

/** Words that say nothing about a person: where all of a piece are among them, nothing was said. */
const idle = new Set(
  (
    "a an the and or but so then also too please pls plz thanks thx thank you i we you u it it's its he he's hes she she's " +
    'shes they him her them his this that these those there here is are was were be been am do does did have has had not no ' +
    'yes yeah yep ok okay well um uh hmm oh only just even still in on at by from to of for with near around about into ' +
    'through via up off out over went go goes going came come comes coming walked walks walking walk left leaving ran running run ' +
    'entered entering enters passed passing seen saw see spotted spot appeared appears was where when who what which whom how ' +
    'find search look looking show me us give get want need think thought guess maybe perhaps probably possibly sure really ' +
    "wait sorry actually rather mean meant i'm im i'd i'll that's thats can could would should will might may must let lets let's " +
    'someone somebody anyone anybody person people guy man woman one ones photo picture pic image again now today time side ' +
    'bit think said say says sometime somewhere exactly hi hey hello any my our your last because cause cos as same if ' +
    "oops earlier check dig track follow into pass passed add both first gallery use who's whos here's nope nah yup ya defo instead heading headed moving towards toward there's know known don't dont didn't camera cameras cam cams footage place places candidate candidates result results all"
  ).split(' '),
);

const lead = [
  /^[\s,:)\]\-/&+]+/,
  /^(?:and|but|so|then|also|or|well|um+|uh|hmm+|ok|okay|yes|yeah|sorry|oh|hi|hello|hey|please|pls|plz|no wait|wait|actually|rather|i mean|i meant|now|now that i think(?: about it| of it)?)\b(?![-'])/i,
  /^(?:can|could|would|will) (?:you|we|u|i)(?: please| pls)?\b/i,
  /^(?:i'?m|i am|we'?re|we are)? ?(?:looking|searching) (?:out )?for\b/i,
  /^(?:i|we) (?:need|want|would like)(?: you)?(?: to)? (?:find|locate|see|search for|look for|know)\b/i,
  /^(?:i|we) (?:need|want)\b(?! )/i,
  /^(?:please )?(?:find|search(?: for)?|look for|show|locate|seek|give|get)(?: me| us| all)?\b/i,
  /^(?:did|do|have|has|does) (?:you|we|u|anyone|anybody|somebody|someone|he|she|they) (?:see|seen|have|saw|spot|spotted|noticed|notice|find|found)\b/i,
  /^(?:i|we) (?:saw|have seen|seen)\b/i,
  /^(?:is|are|was|were) there\b/i,
  /^there (?:is|are|was|were)\b/i,
  /^(?:because|since|as|cos|cause)(?= (?:he|she|they|it|the)\b)/i,
  /^(?:i|we)? ?(?:saw|need|want)(?= (?:a|an|the|some)\b)/i,
  /^all(?= (?:men|women|people|persons|kids|girls|boys)\b)/i,
  /^(?:any sign of|help me find|help me to find|help find|help us find|the person (?:is|was)|(?:he|she|they|it|there)(?:'s|s)?(?: has| is| was| were| had)? (?:been )?(?=(?:wearing|carrying|with)\b))\b/i,
  /^(?:he|she|they)(?: had| has| have| was| were| is| wore| wears|'s|'d| did have| also had| also has| must have had| might have had)? ?(?:on |got )?(?:also )?(?:wearing|carrying|dressed in|holding|having)?(?= ?\b(?:a|an|the|his|her|some|blue|red|green|black|white|grey|gray|yellow|pink|brown|purple|orange|dark|light)\b)/i,
  /^it (?:was|is)\b(?! (?:not|dark|raining|windy))/i,
  /^it's\b(?! not)/i,
];
const tail = [
  /[\s,:;([\-/&+]+$/,
  /\b(?:and|but|so|then|or|also|on|at|in|by|from|near|around|about|with the|only|just|seen|please|pls|plz|thanks|thx|was|is|to|of|last seen|spotted|between|because|though|tho)$/i,
];

/** The pieces of each line that say something. */
export function cluePieces(lines: readonly Line[]): string[][] {
  return lines.map((line) => line.rest().flatMap(({ from, to }) => trimmed(line.original(from, to)) || []));
}

/** Pieces of a sentence with commas, sentences with full stops. */
export function joinPieces(lines: readonly (readonly string[])[]): string {
  return lines
    .filter((pieces) => pieces.length > 0)
    .map((pieces) => pieces.join(', '))
    .join('. ');
}

/** Without what leads in and what hangs over; '' where nothing is said. */
export function trimmed(written: string): string {
  let words = written;
  for (let before = ''; before !== words; ) {
    before = words;
    for (const pattern of lead) words = words.replace(pattern, '').trimStart();
    for (const pattern of tail) words = words.replace(pattern, '').trimEnd();
  }
  return says(words) ? words : '';
}

function says(words: string): boolean {
  const all = words
    .toLowerCase()
    .replace(/[\u2018\u2019]/g, "'")
    .match(/[\p{L}\p{N}']+/gu);
  return all?.some((word) => !idle.has(word)) ?? false;
}
