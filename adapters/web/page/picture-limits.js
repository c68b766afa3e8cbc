/** What of some pictures fits into one message, and a sentence about what does not. */
import { counted } from './dom.js';

const megabytes = (bytes) => `${bytes / 1048576} MB`;

/**
 * @template {{ name: string, blob: Blob }} P
 * @param {P[]} waiting in the message already
 * @param {P[]} more
 * @param {{ pictures: number, bytesPerPicture: number, bytesPerRequest: number }} [limits] absent until the server told them
 * @returns {{ taken: P[], left: { why: string, names: string[] }[] }}
 */
export function withinLimits(waiting, more, limits) {
  if (!limits) return { taken: more, left: [] };
  // The form around the pictures, and the words with them, count too.
  const room = limits.bytesPerRequest - 1048576;
  const reasons = {
    large: `a picture may have ${megabytes(limits.bytesPerPicture)} at most`,
    many: `one message takes ${counted(limits.pictures, 'picture')} at most`,
    heavy: `one message takes ${megabytes(limits.bytesPerRequest)} at most`,
  };
  const left = new Map();
  const taken = [];
  let bytes = waiting.reduce((sum, { blob }) => sum + blob.size, 0);
  for (const picture of more) {
    const { size } = picture.blob;
    const why =
      size > limits.bytesPerPicture
        ? reasons.large
        : waiting.length + taken.length >= limits.pictures
          ? reasons.many
          : bytes + size > room && reasons.heavy;
    if (why) left.set(why, [...(left.get(why) ?? []), picture.name]);
    else {
      taken.push(picture);
      bytes += size;
    }
  }
  return { taken, left: [...left].map(([why, names]) => ({ why, names })) };
}

/** `20 of 200 pictures were taken. 180 were left out: one message takes 20 pictures at most.` */
export function leftSentence(taken, all, left) {
  if (left.length === 0) return '';
  const first =
    all === 1 ? [] : [`${taken} of ${counted(all, 'picture')} ${taken === 1 ? 'was' : 'were'} taken.`];
  const parts = left.map(({ why, names: [name, ...others] }) =>
    others.length === 0 ? `${name} was left out: ${why}.` : `${others.length + 1} were left out: ${why}.`,
  );
  return [...first, ...parts].join(' ');
}
