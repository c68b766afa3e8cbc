/** What the bot says about a talk, in one voice. */
import type { ErrorReport } from '../../foundation/error.ts';
import { percentOf } from '../../retrieval/confidence-text.ts';
import type { SeenTrait, TraitComparison } from '../helping.ts';

export const sentences = {
  overtaken: 'Your next message came before this search was finished: it is answered together with that one.',
  nothingSought:
    'Nobody is searched for yet. Describe the person, or send a picture; cameras, places and times can be added.',
  nothingSaid: 'There was nothing in that to act on. Say "help" to see what can be asked.',
  startedOver: 'Started over. Describe the person, or send a picture.',
  nothingUndone: 'There is nothing to take back.',
  undoneTooFar:
    'Nothing was taken back: the change before is too far back, and is not kept any more. Remove a part of the search by its button, or say "start over".',
  forgotten: 'This talk was forgotten before the message was answered. Nothing of either is kept.',
  pictureForgotten: 'A picture of this search is being forgotten, so it was stopped.',
  noMore: 'There are no more candidates. Say more about the person, or widen where and when.',
  noRegister: 'Pictures cannot be put into a gallery from here.',
  noLanguageModel:
    'Free questions about a picture need a language model that can put what it sees into words, and there is none here. The model folder (CHATREID_MODEL) or a server (CHATREID_ENGINE_URL) can bring one.',
  noAttributes: 'What people look like cannot be told here: the model knows no attributes.',
  approved: 'Approved: the search goes on.',
  noQuestion: 'That question is closed. Say in words what you know.',
} as const;

/** Of a message whose picture was forgotten before it was answered. */
export const forgottenPicture: ErrorReport = {
  code: 'PICTURE_UNKNOWN',
  message: 'A picture of this message was forgotten before it was looked at.',
  next: 'Send another one, or search without it.',
};

/** What a one-to-one probability means, in words. @param share 0 to 1 */
export function sameSentence(first: string, second: string, share: number): string {
  const percent = percentOf(share);
  const pair = `${first} and ${second}`;
  if (share >= 0.9) return `Same person, very likely: ${pair}, ${percent}.`;
  if (share >= 0.7) return `Probably the same person: ${pair}, ${percent}.`;
  if (share > 0.3) return `Cannot be told: ${pair} are the same person with ${percent}.`;
  if (share > 0.1) return `Probably not the same person: ${pair}, ${percent}.`;
  return `Not the same person, very likely: ${pair}, ${percent}.`;
}

export const sameMeaning = {
  both: "The number weighs the language model's answer with the filter's likeness, as measured on people held out for it, where same and different are equally likely before.",
  model: "The number is the language model's own answer to this one question; it was not calibrated.",
  filter:
    'The number is how often two pictures so much alike show one person, where same and different are equally likely before.',
} as const;

export function describedSentence(what: string, seen: readonly SeenTrait[]): string {
  if (seen.length === 0) return `Nothing about ${what} is sure enough to be told.`;
  return `${capital(what)} looks like: ${seen.map(({ phrase, probability }) => `${phrase} (${percentOf(probability)})`).join(', ')}.`;
}

export function comparedSentences(
  first: string,
  second: string,
  { common, different }: TraitComparison,
): string[] {
  const both = common.map((one) => `${one.phrase} (${percentOf(one.first)}, ${percentOf(one.second)})`);
  const apart = different.map((one) => {
    const [who, share] = one.first >= one.second ? [first, one.first] : [second, one.second];
    return `${one.phrase} on ${who} (${percentOf(share)})`;
  });
  return [
    both.length > 0
      ? `In common: ${both.join(', ')}.`
      : `Nothing is surely common to ${first} and ${second}.`,
    apart.length > 0 ? `Different: ${apart.join(', ')}.` : 'Nothing is surely different.',
  ];
}

export function phrasesSentence(title: string, phrases: readonly string[]): string {
  return `${title}: ${phrases.length > 0 ? phrases.join(', ') : 'nothing that can be told'}.`;
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
