/** Stage 1: a picture and what can be said of it, several times in varied syntax. */
import { fillPrompt } from '../retrieval/prompt-file.ts';
import { describeInWords, nameable } from './caption-grammar.ts';
import type { Draws } from './draws.ts';
import type { Roster, TuningPicture } from './roster.ts';
import { pictureParts } from './tasks/task.ts';
import type { Exchange } from './tuning-record.ts';
import type { Wordings } from './wording.ts';

/** Whether the clothes of the picture are known: a caption without them teaches to say nothing. */
export function showsClothes(roster: Roster, picture: TuningPicture): boolean {
  if (picture.captions.length > 0 || roster.person(picture).captions.length > 0) return true;
  const attributes = roster.attributes(picture);
  return attributes?.top !== undefined && attributes.bottom !== undefined;
}

/** Up to `each` different captions of one picture: its own sentences, its person's, then out of attributes. */
export function captionsOf(roster: Roster, picture: TuningPicture, each: number, draws: Draws): string[] {
  const own = draws.shuffled(picture.captions);
  const persons = draws.shuffled(roster.person(picture).captions);
  const attributes = roster.attributes(picture);
  // With attributes at hand a person's sentences leave room for them: they may be about another view.
  const room = attributes === undefined ? each : Math.max(own.length, Math.ceil(each / 2));
  const captions = new Set([...own, ...persons].slice(0, room));
  for (let tries = 0; attributes !== undefined && captions.size < each && tries < each * 3; tries++) {
    const most = nameable(attributes).length;
    const words = describeInWords(attributes, draws.between(Math.min(4, most), most), draws)?.words;
    if (words !== undefined) captions.add(words);
  }
  return [...captions].slice(0, each);
}

export function captionExchange(
  picture: TuningPicture,
  caption: string,
  wordings: Wordings,
  draws: Draws,
): Exchange {
  const { file, canonical } = wordings.draw('describe', draws);
  return { prompt: fillPrompt(file, { picture: pictureParts(picture) }), reply: caption, canonical };
}
