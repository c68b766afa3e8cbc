/** Free text to acts: each sentence goes through the rules, and what none of them took is a clue. */
import type { Act } from '../act.ts';
import type { Interpreter, ReadingContext } from '../interpreter.ts';
import { answersInWords, readAnswer, readLooseAnswer, readRunningYes } from './answers.ts';
import { readApproval } from './approvals.ts';
import { readAttachments } from './attachments.ts';
import { readCameras, readRightCamera } from './cameras.ts';
import { readCase } from './cases.ts';
import { readChoices, readPersonChoice, readVerdicts } from './choices.ts';
import { cluePieces, joinPieces } from './clue.ts';
import { readComparison } from './comparisons.ts';
import { readControl, readSmallTalk } from './control.ts';
import { readAllBut, readExclusions } from './exclusions.ts';
import { readGalleries } from './galleries.ts';
import { readLifts } from './lifting.ts';
import { Line } from './line.ts';
import { readPeriod } from './period.ts';
import { readPlaces } from './places.ts';
import { readQuestion } from './questions.ts';
import { Reading, type Rule } from './reading.ts';
import { readForgetting, readRegistration } from './registering.ts';
import { sentencesOf } from './sentences.ts';
import { traitsOf } from './traits.ts';

/** Characters that are searched for acts: nobody steers a talk in longer texts. What lies beyond is clue. */
const readLimit = 2000;

/** Each sees what those before it left. */
const rules: readonly Rule[] = [
  readApproval,
  readCase,
  readRegistration,
  readPersonChoice,
  readVerdicts,
  readAnswer,
  readComparison,
  readAllBut,
  readLifts,
  readControl,
  readForgetting,
  readQuestion,
  readRightCamera,
  readExclusions,
  readChoices,
  readGalleries,
  readCameras,
  readPlaces,
  readRunningYes,
];

/**
 * Acts come in the order in which they are to be done. Nothing is an error: what is no act is the clue in the user's own words,
 * and what cannot be done or says nothing is `unclear` with a hint. Nothing written and nothing attached is no act.
 */
export const readActs: Interpreter = (text, context) => {
  const reading = new Reading(context);
  if (/^\s*\?+\s*$/.test(text) && context.attachments === 0) return [{ act: 'help' }];
  const read = text.slice(0, readLimit);
  const words = `${wordsLeft(read, reading)} ${text.slice(readLimit)}`.trim();
  if (words !== '' && !answersInWords(words, reading)) reading.add(clueOf(words, context));
  if (reading.empty && text.trim() !== '') {
    reading.unclear(
      'I could make nothing of that. Say what the person looks like, where or when, or "help".',
    );
  }
  return reading.finish();
};

function wordsLeft(text: string, reading: Reading): string {
  const sentences = sentencesOf(text);
  const lines = sentences.map((sentence) => new Line(sentence.text, namesOf(reading.context)));
  lines.forEach((line, at) => {
    for (const rule of rules) rule(line, reading, sentences[at]!.question);
  });
  readPeriod(lines, reading);
  readAttachments(lines, reading);
  if (reading.empty) {
    for (const line of lines) {
      readSmallTalk(line, reading);
      readLooseAnswer(line, reading, false);
    }
  }
  const untouched = lines.every((line) => line.untouched);
  return untouched && lines.length > 1 ? text.trim() : joinPieces(cluePieces(lines));
}

/** Words of the site's own names, of letters only. */
function namesOf({ cameras, places, galleries }: ReadingContext): string[] {
  return [...cameras, ...places, ...galleries].flatMap(
    (name) => name.toLowerCase().match(/[a-z]{6,}/g) ?? [],
  );
}

/** A colour alone is of what was asked about, or of what was said already. */
function clueOf(words: string, { asked, held }: ReadingContext): Act {
  const colourAsked = asked !== undefined && (asked.name === 'top' || asked.name === 'bottom');
  // "A red one" is the thing that was asked about.
  const thing = asked !== undefined && /\bones?\b/i.test(words);
  const about = colourAsked
    ? [{ name: asked.name, value: asked.value, present: true }]
    : ((thing ? undefined : held?.clues) ?? []).flatMap((clue) => clue.traits);
  const traits = traitsOf(words, about);
  return { act: 'clue', words, ...(traits.length > 0 ? { traits } : {}) };
}
