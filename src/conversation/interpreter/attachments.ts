/** Pictures that came with the text and that no other act has: they show the person, anew or once more. */
import type { Line } from './line.ts';
import type { Reading } from './reading.ts';

const more =
  /(?:^\s*and (?:this|these|him|her|that)\b)|\b(?:another|also|too|as well|additional|more|second|2nd|3rd|third|further|extra|one more|again|other (?:side|angle|view|picture|photo|shot)|different (?:angle|view|side|camera|picture|photo|shot)|same (?:person|guy|man|woman|girl|boy|kid|lady|one)|add|front view|back view|side view|from (?:behind|the (?:back|front|side)))\b/;
const anew =
  /\b(?:instead|new search|different person|someone else|somebody else|another (?:person|man|woman|guy))\b/;

/** "This man" is the one on the picture: nothing is said of him by that. */
const pointing = new RegExp(
  "(?<![\\w'])(?:(?:this|that|here) is (?:the|our|my) (?:person|man|woman|guy|lady|girl|boy|kid|child|one|dude|suspect|bloke|thief)|(?:(?:the|a|that|this) )?(?:man|woman|guy|person|one|lady|girl|boy|kid) (?:from|in|on) (?:this|the|my|that) (?:picture|photo|pic|image|shot|frame)|(?:this|that)(?: (?:one|picture|photo|pic|image))?(?:'s| is) (?:a )?(?:better|clearer|sharper|newer|more recent)(?: (?:one|picture|photo|pic|image))?|(?:and |also |here'?s |here is |this is |that'?s |it'?s )?(?:(?:another|one more|2nd|3rd|third|further|additional|two|three|some|a second|an additional|an extra|a different|a better|better|clearer|newer|second|more|a new|same|the same|add|use|this|that|these|my|a)\\s+){0,3}(?:(?:picture|photo|pic|image|shot|view|angle|snapshot|crop|still|frame)s?)(?:\\s+(?:of|for)\\s+(?:him|her|them|(?:this|that|the|the same|same) (?:person|man|woman|guy|lady|girl|boy|kid|one|suspect|thief|dude|child|individual|bloke|offender|culprit|victim|missing person|missing one)))?(?:\\s+(?:too|as well|also|again))?" +
    '|(?:the )?same (?:person|guy|man|woman|girl|boy|kid|lady|one)(?:,? (?:again|from (?:behind|the (?:back|front|side)|another angle)|(?:different|other|another) (?:angle|view|side|camera|day|picture|photo)|here(?: too)?|too))*' +
    "|(?:this|that|these|those|the attached|attached) (?:person|man|woman|guy|lady|girl|boy|kid|child|one|dude|suspect|individual|people|bloke|fella|gentleman|student|thief)s?(?:'s)?(?: here| too| as well)?" +
    "|(?:(?:here'?s|here is|this is|that is|that'?s|another(?: one)? of|one more of|more of) )?(?:him|her|them|this|these|that)(?: here| too| again| as well)?|(?:from )?(?:another|a different|the other) (?:angle|side|view)|from (?:behind|the (?:back|front|side)))(?![\\w'])",
);

export function readAttachments(lines: readonly Line[], reading: Reading): void {
  const { attachments, searching } = reading.context;
  if (attachments === 0 || reading.attachmentsTaken) return;
  const text = lines.map((line) => line.text).join(' ');
  const add = searching && more.test(text) && !anew.test(text) && !reading.has('reset');
  for (const line of lines) {
    for (let left = 4; left > 0 && line.take(pointing); left--);
  }
  reading.add({ act: 'show', pictures: reading.takeAttachments(), ...(add ? { add } : {}) });
}
