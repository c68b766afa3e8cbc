/** Answers to the bot's open question: "yes", "nope", "no idea", "I don't think so"; more may follow. */
import { taken } from './line.ts';
import type { Rule } from './reading.ts';

const subject = '(?:he|she|they|it|there|i|that)';
const verb = '(?:did|was|were|had|is|has|does|do|think so|believe so|guess so|would say so|saw it|saw one)';
const really =
  '(?:(?:i|we) (?:think|guess|believe|am sure|would say)[\\s,]+|definitely\\s+|pretty sure\\s+|certainly\\s+|probably\\s+|most likely\\s+|for sure\\s+|absolutely\\s+)?';
const end = `(?=\\s*(?:$|[,.:;!(${taken}]|-|(?:and|but|because|cause|so|with|though)\\b))`;

const unknown = [
  "(?:(?:i|we)\\s+)?(?:(?:honestly|really|just)\\s+)?(?:don'?t|do not|dunno|didn'?t|couldn'?t|can'?t|cannot|can not|could not|did not|cant|wouldn'?t)\\s*(?:(?:really|quite|actually)\\s+)?(?:know|remember|recall|tell|say|see (?:that|it)|notice|see|be sure|look|pay attention)(?:\\s+(?:for sure|exactly|that|it|anything|sorry|either|really|tbh|from (?:here|that angle)))?",
  "(?:i\\s+)?dunno|idk|i ?d ?k|(?:(?:i|we)(?:'ve| have)? (?:got )?)?no (?:idea|clue)|not (?:a )?(?:sure|certain|clue)(?: (?:tbh|really|about (?:that|it)|sorry|at all|if \\w+ (?:did|was|had)))?|unsure|unknown|unclear",
  "(?:i'?m |i am |we'?re )?(?:really )?not (?:really |so |too |quite |entirely |100 ?% )?(?:sure|certain)(?: (?:tbh|really|about (?:that|it)|sorry|at all))?",
  "skip(?: (?:it|this|that|the question))?|pass|next question|maybe|perhaps|possibly|might be|could be|hard to (?:say|tell)|difficult to (?:say|tell)|who knows|god knows|beats me|no comment|can'?t say|don'?t know|either|both|n\\/?a|\\?+|(?:i )?forgot|impossible to (?:say|tell)|wasn'?t looking|(?:(?:it|he|she|they) (?:was|were) )?too (?:dark|far|fast|blurry|quick)(?: (?:away|to see|to tell|to say))*|(?:couldn'?t|could not) see",
];
const no = [
  "(?:(?:i|we)\\s+)?(?:really\\s+)?(?:don'?t|do not) (?:think|believe|reckon)(?: (?:so|he (?:did|was|had)|she (?:did|was|had)|they (?:did|were|had)))?",
  `(?:(?:probably |likely |maybe |definitely )?no|na|n|nope|nah|nay|noo+|negative|nein|no way|not at all|never|neither|none|nop|na|not really|absolutely not|definitely not|certainly not|probably not|of course not|(?:i )?think not|i guess not|(?:i )?doubt it|(?:he|she|they) had (?:none|nothing)|not that (?:i|we) (?:know|saw|remember|noticed|recall)(?: of)?|not as far as i (?:know|remember|saw))(?:[\\s,]+(?:(?:i'?m |i am )?(?:pretty|quite|fairly|very) (?:sure|certain)|(?:definitely|absolutely|certainly|probably) not|sorry|sir|thanks|thank you|mate|definitely|i think|not|i (?:don'?t|do not) think so|(?:${subject} (?:did|was|were|had|is|does|has)(?:n'?t| not))))?`,
  `${really}${subject} (?:definitely |certainly |probably )?(?:(?:did|was|were|had|is|has|does)(?:n'?t| not)|wasnt|didnt)(?: have (?:one|any|it)| wearing one| carrying one)?`,
];
const yes = [
  `(?:(?:probably |likely |definitely |most likely |i think |absolutely )?(?:yes|yeah|yep|yup)|ya|yea|yeh|yess+|y|aye|sure|correct|right|affirmative|true|indeed|positive|ja|of course|absolutely|definitely|certainly|exactly|probably|most likely|likely|sure thing|for sure|i'?m sure|100 ?%|that'?s (?:right|correct|true)|(?:i )?(?:think|believe|guess|reckon) so|i do|uh ?huh|mhm)(?:[\\s,]+(?:(?:i'?m |i am )?(?:pretty|quite|fairly|very) (?:sure|certain)|sir|definitely|i think(?: so)?|sure|please|i believe|${really}${subject} (?:definitely |certainly )?${verb}|one|absolutely|for sure))?`,
  `${really}${subject} (?:definitely |certainly |probably |sure )?${verb}(?: have (?:one|it)| wearing one| carrying one)?`,
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
    `^\\s*(?:(?:um+|uh|hmm+|well|oh|ok|sorry|honestly|and|so)[\\s,]+){0,2}(?:${sources.join('|')})(?:\\s+(?:tbh|sorry|really|though|i think|mate))?${end}`,
  ),
  trailing: new RegExp(`(?<=[,-]\\s*)(?:${sources.join('|')})\\s*$`),
  /** "No he had a bag": the answer, then a sentence of its own. */
  running: new RegExp(
    `^\\s*(?:${value === 'no' ? 'no|nope|nah' : value === 'yes' ? 'yes|yeah|yep|yup|ya|yea' : '(?!)'})\\s+(?=(?:he|she|they|it|but|and|a|an|there|the|his|her|i)\\b)`,
  ),
}));

export const readAnswer: Rule = (line, reading) => {
  if (reading.context.asked === undefined || reading.has('answer')) return;
  for (const how of ['leading', 'running', 'trailing'] as const) {
    const found = answers.find((answer) => line.take(answer[how]));
    if (found) {
      reading.add({ act: 'answer', value: found.value });
      return;
    }
  }
};

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
