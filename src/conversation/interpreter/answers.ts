/** Answers to the bot's open question: "yes", "nope", "no idea", "I don't think so"; more may follow. */
import { saysGenderOnly } from './clue.ts';
import { taken } from './line.ts';
import type { Reading, Rule } from './reading.ts';
import { traitsOf } from './traits.ts';

/** Who knows or does not: "the witness couldn't tell". */
const who =
  '(?:(?:the |our |my |a |his |her )?(?:witness(?:es)?|victim|owner|guard|caller|reporter|customer|mother|father|mum|mom|dad|parents|people|staff|colleague|friend|officer|clerk|security)|i|we|he|she|they|nobody|no one|none of us|anyone)';
const saying = `(?:${who}(?:'m| am| is| are)? (?:says?|said|thinks?|thought|believes?|told (?:me|us)|is (?:pretty |quite |very )?sure|are sure|claims?|would say|reports?|reported|reckons?|afraid)(?: (?:it'?s |that |it was |its )?(?:a )?)?|according to (?:the |our |my |a )?\\w+[\\s,]+|as far as (?:i|we) (?:know|remember|recall|saw|could see|can tell|could tell)[\\s,]+|from what (?:i|we) (?:saw|remember|know)[\\s,]+|(?:i'd|i would|id|we'd|we would) (?:say|guess|think|assume|bet)[\\s,]+|i'm afraid[\\s,]*|(?:i|we) (?:already |just )?(?:said|told you|answered|say)[\\s,:]+|good question[\\s,]+|my answer is |the answer is |(?:that|it)(?:'s| is|s| was)? (?:a |an )?(?:clear |definite |big |strong )?(?=(?:yes|no|yeah|nope)\\b)|(?:almost|nearly|pretty|quite|very|fairly|absolutely|rather|i'?m|i am|we are|for) (?:certain(?:ly)?|sure(?:ly)?|positive)(?: (?:it'?s|that|a))?[\\s,]+(?=(?:no|not|yes|yeah|nope|he|she|they|it|there)\\b)|(?:i'?m |i am )(?:pretty |quite |very |fairly )?(?:sure|certain|positive)[\\s,]+(?=(?:no|not|yes|yeah|nope|he|she|they|it|there)\\b)|(?:from (?:behind|the front|the back|the side|here|this angle|that angle|this side|that side))[\\s,]+|(?:well|tbh|to be honest|honestly|hm+|so far|let me think|let me see)[\\s,]+)`;
const subject =
  '(?:he|she|they|it|there|i|that|(?:the |that )?(?:man|woman|guy|person|girl|boy|lady|suspect|thief))';
const verb =
  '(?:did|was|were|had|is|has|does|do|think so|believe so|guess so|would say so|saw it|saw one|(?:did )?(?:carry|have|wear|wore|carried|hold|held|has|had|saw|see) (?:one|it|that|some)|(?:was|were|is) (?:carrying|wearing|holding) (?:one|it|some)|was one|were some|is one)';
const really =
  '(?:(?:i|we) (?:think|guess|believe|am sure|would say)[\\s,]+|definitely\\s+|pretty sure\\s+|certainly\\s+|probably\\s+|most likely\\s+|for sure\\s+|absolutely\\s+)?';
const end = `(?=\\s*(?:$|[,.:;!(${taken}]|-|(?:and|but|because|cause|so|with|though)\\b))`;

const unknown = [
  "(?:(?:i|we)\\s+)?(?:(?:honestly|really|just)\\s+)?(?:don'?t|do not|dunno|didn'?t|couldn'?t|can'?t|cannot|can not|could not|did not|cant|wouldn'?t)\\s*(?:(?:really|quite|actually)\\s+)?(?:know|remember|recall|tell|say|see (?:that|it)|notice|see|be sure|look|pay attention)(?:\\s+(?:for sure|exactly|that|it|anything|sorry|either|really|tbh|from (?:here|that angle)))?",
  "(?:i\\s+)?dunno|idk|i ?d ?k|(?:(?:i|we)(?:'ve| have)? (?:got )?)?no (?:idea|clue)|not (?:a )?(?:sure|certain|clue)(?: (?:tbh|really|about (?:that|it)|sorry|at all|if \\w+ (?:did|was|had)))?|unsure|unknown|unclear",
  "(?:i'?m |i am |we'?re )?(?:really )?not (?:really |so |too |quite |entirely |100 ?% )?(?:sure|certain)(?: (?:tbh|really|about (?:that|it)|sorry|at all))?",
  "skip(?: (?:it|this|that|the question))?|pass|next question|maybe|perhaps|possibly|might be|could be|hard to (?:say|tell)|difficult to (?:say|tell)|who knows|god knows|beats me|no comment|can'?t say|don'?t know|either|both|n\\/?a|\\?+|(?:i )?forgot|impossible to (?:say|tell)|wasn'?t looking|(?:(?:it|he|she|they) (?:was|were) )?too (?:dark|far|fast|blurry|quick)(?: (?:away|to see|to tell|to say))*|(?:couldn'?t|could not) see",
  `${who}(?:'s| is| are| was|'m)?(?:n'?t| not)? (?:doesn'?t|does not|don'?t|do not|didn'?t|did not|couldn'?t|could not|can'?t|cannot|isn'?t|is not|aren'?t|not|wasn'?t|weren'?t|never)?\\s?(?:really |quite |actually |exactly )?(?:know|knows|remember|remembers|recalls?|tell|say|saw|see it|see that|notice|noticed|sure|certain|unsure|confirm|paying attention)(?: (?:that|it|this|anything|for sure|exactly|either|anymore|any more|sorry))*`,
  "(?:i|we|they) (?:don'?t|do not|did not|didn'?t) have (?:that|this|any|the|such|an?) (?:info|infos|information|detail|details|data|answer)(?: (?:about|on|of) (?:that|it))?|(?:(?:i|we|you|one|he|she|they) )?(?:can'?t|cannot|can not|couldn'?t|could not|didn'?t|did not|don'?t) (?:really )?see (?:it|that|this|him|her|anything|his|her|their|the|from)(?: (?:back|front|head|hands?|face|shoulders?|behind|side|feet))?(?: (?:well|clearly|properly|enough))?(?: (?:on|in|from) (?:the |this |that )?(?:picture|photo|pic|image|camera|video|footage|here|behind|angle))?|(?:it'?s |it is |that'?s |it was |(?:his|her|the) (?:back|head|hands?) (?:is|was|are|were) )?(?:not|hardly|barely|wasn'?t|isn'?t|weren'?t|never) (?:really |clearly )?visible(?: (?:here|on the (?:picture|photo|image)|from (?:here|behind)))?|(?:the |that |this )?(?:camera|picture|photo|image|video|footage|pic) (?:doesn't|does not|didn't|did not|don't) show (?:it|that|this|his|her|their|the)(?: (?:back|front|head|hands?|face|shoulders?|feet))?|leave (?:it|that|this) (?:open|out|blank|for now)|skip (?:that|this) (?:one|question)|ask (?:me )?(?:something|anything) else|irrelevant|not (?:relevant|important)|(?:it |that )?(?:does ?n'?t|does not|do ?n'?t) matter|(?:it'?s |it is |that'?s |that is )?(?:quite |very |well )?possible",
  "(?:can(?:not|'t)|could(?:n't| not)|unable to|impossible to|not able to|no way to|not possible to|hard to|difficult to|not easy to|tough to)(?: (?:really|honestly|possibly))? (?:confirm|know|tell|say|judge|see|remember|decide|determine|answer|make (?:it|that) out)(?: (?:that|it|for sure|from here|with certainty))?|(?:50|fifty)[ \\/-]+(?:50|fifty)|(?:(?:he|she|they|it|there) )?(?:might|may|could)(?: (?:have|be|well have))?(?: (?:had|one|been))*|not clear|no info(?:rmation)?|(?:was|were)n'?t (?:looking|paying attention)|(?:i )?(?:missed|overlooked) (?:it|that)|can be|it depends|undecided|no memory(?: of (?:that|it))?|no answer|(?:i |we )?have no (?:idea|clue|information|memory)(?: (?:about|of) (?:that|it))?|whatever|question ?mark|next(?: one)?(?=\\s*$)",
];
const no = [
  "(?:(?:i|we)\\s+)?(?:really\\s+)?(?:don'?t|do not) (?:think|believe|reckon)(?: (?:so|he (?:did|was|had)|she (?:did|was|had)|they (?:did|were|had)))?",
  `(?:(?:probably |likely |maybe |definitely )?no|na|n|nope|nah|nay|noo+|negative|nein|no way|not at all|never|neither|none|nop|na|not really|absolutely not|definitely not|certainly not|probably not|of course not|(?:i )?think not|i guess not|(?:i )?doubt it|(?:he|she|they) had (?:none|nothing)|not that (?:i|we) (?:(?:could|can) )?(?:see|tell|know|saw|remember|noticed|recall)(?: of)?|not as far as i (?:know|remember|saw|could see|could tell|can tell))(?:[\\s,]+(?:(?:i'?m |i am )?(?:(?:pretty|quite|fairly|very|absolutely) )?(?:sure|certain)|(?:definitely|absolutely|certainly|probably) not|sorry|sir|thanks|thank you|mate|definitely|i think|not|nothing|none|neither|nada|i (?:don'?t|do not) think so|${subject} (?:had|has|carried|wore) (?:none|nothing)|(?:${subject} (?:did|was|were|had|is|does|has)(?:n'?t| not)(?: (?:have|carry|wear|wearing|carrying|holding|hold) (?:one|any|it|anything|some|that))?)))?`,
  `(?:${subject} )?(?:never (?:saw|had|wore|carried|noticed)|(?:was|were|is|did|do|does|had|has)(?:n'?t| not) (?:have|carry|wear|hold|wearing|carrying|holding|see)|not (?:wearing|carrying|holding|having)|(?:did|do)(?:n'?t| not) see) (?:one|any|anything|it|some|that)(?: (?:like that|of that|of the sort|at all))?|empty[- ]?handed|nothing (?:on|in|over|at) (?:his|her|their|the) (?:head|back|hands?|shoulders?)|hands free|both no`,
  `${really}${subject} (?:definitely |certainly |probably )?(?:(?:did|was|were|had|is|has|does)(?:n'?t| not)|wasnt|didnt)(?: have (?:one|any|it)| wearing one| carrying one)?`,
  `(?:i|we) (?:really )?(?:don'?t|do not) (?:think|believe|reckon) (?:that )?${subject}(?: (?:did|was|were|had|is|has|wore|carried|does))?(?: (?:one|any|it|that|so|wearing one|carrying one|carrying any))?`,
  `(?:${subject} (?:did|do|does|was|were|had|has|is)(?:n'?t| not) (?:have|carry|wear|wearing|carrying|hold|holding|see)(?: (?:one|any|it|anything|that))?|${subject} (?:had|has|have|carried|wore|was carrying|was wearing) (?:none|nothing|no such thing)|(?:there )?(?:was|were) (?:none|no such thing)|(?:pretty|quite|fairly|very|almost|rather) (?:sure|certain(?:ly)?) (?:not|no)|(?:surely|certainly|clearly|hopefully|obviously|mostly|likely|unlikely|rather|more likely|i'?m afraid|i hope|i'd say|i would say|better) (?:not|no)\\b|unlikely|i doubt (?:that|so|it)|no[ -]?(?:one|thing) (?:like that|of the sort|there)|nothing|without(?: one| any)?(?=\\s*$)|nix|nada|nay|noo*pe*|nopes|nuh ?uh|no+|not (?:one|any|that i (?:saw|know|remember|noticed|can tell)|from what i (?:saw|remember))|wrong|incorrect|false)`,
];
const yes = [
  `(?:(?:probably |likely |definitely |most likely |i think |absolutely )?(?:yes|yeah|yep|yup)|ya|yea|yeh|yess+|y|aye|sure|correct|right|affirmative|true|indeed|positive|ja|of course|absolutely|definitely|certainly|exactly|probably|most likely|likely|sure thing|for sure|i'?m sure|100 ?%|that'?s (?:right|correct|true)|(?:i )?(?:think|believe|guess|reckon) so|i do|uh ?huh|mhm)(?:[\\s,]+(?:(?:i'?m |i am )?(?:pretty|quite|fairly|very) (?:sure|certain)|sir|definitely|i think(?: so)?|sure|please|i believe|${really}${subject} (?:definitely |certainly )?${verb}|one|absolutely|for sure))?`,
  `${really}${subject} (?:definitely |certainly |probably |sure )?${verb}(?: have (?:one|it)| wearing one| carrying one)?`,
  '(?:confirmed|agreed|yes+|yess*ir|yis|yup+|yeap|yeahh*|yep+|y(?:ea)?h+|okay|ok|roger|affirm|definitly|def|totally|obviously|clearly|surely|certainly so|very likely|quite likely|very probably|pretty sure|quite sure|very sure|fairly sure|i am sure|i am certain|absolutely sure|that it is|it is true|exactly so|with certainty|without (?:a )?doubt|no doubt|yes please|sure (?:did|was|had|do|is))',
];

/** Unknown before no, as "no idea" begins with one. */
const answers = (
  [
    ['unknown', unknown],
    ['no', no],
    ['yes', yes],
  ] as const
).map(([value, sources]) => ({
  value,
  leading: new RegExp(
    `^\\s*(?:(?:um+|uh|hmm+|well|oh|ok|sorry|honestly|and|so)[\\s,]+){0,2}(?:${saying})?(?:${sources.join('|')})(?:\\s+(?:from me|in my opinion|imo|afaik|i guess|i believe|i suppose|to be honest|for me|at all|there|this time|100 ?%|thanks|pls|please|lol|haha|tbh|sorry|really|though|i think|mate))?${end}`,
  ),
  trailing: new RegExp(
    `(?:(?<=[,-]\\s*)(?:${sources.join('|')})|${value === 'yes' ? '(?<=\\w )(?:yes|yeah|yep)' : '(?!)'})\\s*$`,
  ),
  /** "No he had a bag": the answer, then a sentence of its own. */
  running: new RegExp(
    `^\\s*(?:${value === 'no' ? 'no|nope|nah' : value === 'yes' ? 'yes|yeah|yep|yup|ya|yea' : '(?!)'})\\s+(?=(?:he|she|they|it|but|and|a|an|there|the|his|her|i|no|only|just)\\b)`,
  ),
}));

/** "No, I mean yes", "no no no": the last word counts. */
const lastWord =
  /^\s*(?:(?:no|nope|yes|yeah|yep)[\s,]+(?:(?:i mean|i meant|sorry|wait|actually|rather|oops)[\s,]+){1,3}(no|yes)\b|(no|yes)(?:[\s,]+\2){1,5}(?=\s*(?:$|,)))/;

export const readAnswer: Rule = (line, reading) => {
  if (reading.context.asked === undefined || reading.has('answer')) return;
  const last = line.take(lastWord);
  if (last) {
    reading.answer = (last[1] ?? last[2]) === 'yes' ? 'yes' : 'no';
    return;
  }
  for (const how of ['leading', 'running', 'trailing'] as const) {
    const found = answers.find((answer) => line.take(answer[how]));
    if (found) {
      reading.answer = found.value;
      return;
    }
  }
};

/** "Yeah red one": what follows is no act of its own, so that the yes was an answer. */
export const readRunningYes: Rule = (line, reading) => {
  if (reading.context.asked === undefined || reading.has('answer') || !line.untouched) return;
  if (line.take(/^\s*(?:yes|yeah|yep|yup|yea|yeh)\s+(?=[a-z])/)) reading.answer = 'yes';
};

/** Asked whether it is a man, "she was a woman" answers it. @returns whether the words are that and no clue */
export function answersInWords(words: string, reading: Reading): boolean {
  const { asked } = reading.context;
  const [said, ...more] = traitsOf(words);
  if (asked?.name !== 'gender' || said?.name !== 'gender' || more.length > 0 || !saysGenderOnly(words)) {
    return false;
  }
  reading.answer = (said.value === asked.value) === said.present ? 'yes' : 'no';
  return true;
}

const alone = /^\s*(?:yes|yeah|yep|yup|no|nope|nah|sure|correct|right|maybe|dunno|idk)[\s,.!]*$/;

/** A yes or no that answers nothing. */
export const readLooseAnswer: Rule = (line, reading) => {
  if (reading.context.asked !== undefined || !line.take(alone)) return;
  reading.unclear(
    reading.context.shown > 0
      ? 'I asked nothing just now. Say "use 2" for the person you mean, or "not 2" for one that it is not.'
      : 'I asked nothing just now. Say or show who is searched for.',
  );
};
