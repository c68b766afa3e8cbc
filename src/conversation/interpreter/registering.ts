/** Pictures that are kept ("register this, camera 3") or removed for good ("forget 2", "delete 4 from the gallery"). */
import type { Act } from '../act.ts';
import { readCameras } from './cameras.ts';
import { type Line, taken } from './line.ts';
import { readPlaces } from './places.ts';
import { rankList, ranksIn } from './ranks.ts';
import { periodOf } from './period.ts';
import { Reading, type Rule } from './reading.ts';
import { takeTimeWords, type TimeWords } from './time-words.ts';

const polite =
  "^\\s*(?:(?:please|pls|ok|and|now|can you|could you|hi|hey|so|i want to|i'd like to|let'?s|we should|then)[\\s,]+){0,3}";
const thing =
  '(?:(?:this|these|that|those|it|him|her|them|the|both|all|attached|new|a|my|one|ones|two)\\b\\s*){0,3}(?:photos?|pictures?|pics?|images?|person|people|man|woman|guy|lady|girl|boy|shots?|snapshots?|attachments?|frames?|stills?)?';
const gallery =
  '(?:\\s*(?:in|to|into|with|for)\\s+(?:the |our |my )?(?:gallery|database|db|system|watch ?list|index|collection|records?|known (?:people|persons)))';
const register = new RegExp(
  `${polite}(?:(?:register|enroll?|index)\\b\\s*(?:${thing})(?:${gallery})?|(?:save|store|remember|keep)\\s+(?:this|these|that|him|her|it|them|the)(?:\\s+(?:one|photo|picture|pic|image|person|man|woman|guy|lady|girl|boy|kid|face|shot)s?)?(?: please| pls)?(?=\\s*(?:$|,|as\\b))(?=\\s*(?:$|,|as\\b))|(?:save|store|add|keep|file)(?=\\s+as\\s+(?!a?\\s*(?:query|another|well|more|one|extra|second|additional|reference)\\b))|(?:add|save|store|keep|remember|put|upload|import|file)\\s+(?:${thing})(?:${gallery}|(?=\\s+as\\s+(?!a?\\s*(?:query|another|well|more|one|extra|second|additional|reference)\\b))))`,
);
const person =
  /\b(?:as|named?|name is|called|person(?: id)?|id|this is|his name is|her name is)[\s:]+((?!a |an |the |query|well\b|camera|cam\b)[a-z0-9][\w.'-]*(?: (?!on\b|at\b|in\b|from\b|camera\b|cam\b|seen\b|yesterday\b|today\b|and\b|place\b|to\b)[a-z0-9][\w.'-]*){0,3})/;

/** "Register: Tom Hill" */
const afterColon = new RegExp(`^[\\s${taken}]*:\\s*([a-z][\\w.'-]*(?: [a-z0-9][\\w.'-]*){0,3})`);

export const readRegistration: Rule = (line, reading) => {
  const found = line.take(register);
  if (!found) return;
  if (reading.context.attachments === 0) {
    reading.unclear('Attach the picture that is to be kept, and say "register" with it.');
    return;
  }
  const { camera, place } = whereIn(line, reading);
  const time = timeIn(line, reading);
  const name = line.take(person) ?? line.take(afterColon);
  const act: Act = {
    act: 'register',
    pictures: reading.takeAttachments(),
    ...(camera === undefined ? {} : { camera }),
    ...(place === undefined ? {} : { place }),
    ...(time === undefined ? {} : { time }),
    ...(name ? { person: line.originalOf(name, 1) } : {}),
  };
  reading.add(act);
  line.blank(0, line.text.length);
};

function whereIn(line: Line, reading: Reading): { camera?: string | undefined; place?: string | undefined } {
  // Where it was taken restricts no search.
  const apart = new Reading(reading.context);
  readCameras(line, apart, false);
  readPlaces(line, apart, false);
  const acts = apart.finish();
  const constrain = acts.find((act) => act.act === 'constrain');
  const unclear = acts.find((act) => act.act === 'unclear');
  if (unclear?.act === 'unclear') reading.unclear(unclear.hint);
  return constrain?.act === 'constrain'
    ? { camera: constrain.cameras?.[0], place: constrain.places?.[0] }
    : {};
}

/** Of a stretch its middle: "at 14:00" is read as half an hour to either side. */
function timeIn(line: Line, reading: Reading): string | undefined {
  const words: TimeWords = {};
  if (!takeTimeWords(line, words)) return undefined;
  // A new picture is of today's clock, whatever the gallery's others are of.
  const { firstTime: _first, lastTime: _last, ...today } = reading.context;
  try {
    const { after, before } = periodOf(words, today);
    if (!after || !before) return (after ?? before)?.toISOString();
    const middle = (after.getTime() + before.getTime()) / 2;
    return new Date(words.around || words.ago ? middle : after.getTime()).toISOString();
  } catch {
    reading.unclear('When the picture was taken could not be read: write it as 2026-11-24T13:00.');
    return undefined;
  }
}

const galleryToo =
  '\\s*(?:(?:out of|off|from|in) (?:the |our )?(?:gallery|database|db|system|index|records?|disk)|completely|for good|permanently|forever)';
const removed = [
  new RegExp(
    `${polite}(?:forget|erase|purge|wipe|destroy|(?:permanently|completely) (?:delete|remove))\\s+(?:about\\s+)?(?:(?:candidates?|pictures?|people|persons?) )?(${rankList})(?:${galleryToo})?`,
  ),
  new RegExp(
    `${polite}(?:delete|remove|take|drop|kick)\\s+(?:(?:candidates?|pictures?|people|persons?) )?(${rankList})${galleryToo}`,
  ),
];
const somebody = new RegExp(
  `${polite}(?:forget|erase|delete|remove|purge|wipe)\\s+(?:him|her|them|(?:this|that) (?:person|man|woman|guy|lady|kid|picture|photo|image))(?:${galleryToo})?\\s*$`,
);

export const readForgetting: Rule = (line, reading) => {
  for (const pattern of removed) {
    const found = line.take(pattern);
    if (!found) continue;
    const pictures = reading.candidates(ranksIn(found[1]!, reading.context.shown));
    if (pictures.length > 0) reading.add({ act: 'forget', pictures });
    return;
  }
  if (line.take(somebody)) {
    reading.unclear(
      'Say which picture is to be removed for good, as in "forget 2". "Start over" begins a new search.',
    );
  }
};
