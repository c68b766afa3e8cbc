/** Adaptive multi-modal retrieval (paper section 3.3.1): a picture and words together, changed clothes included. */
import { Comparison } from '../../retrieval/comparison.ts';
import type { Draws } from '../draws.ts';
import type { TuningPicture } from '../roster.ts';
import { labels, queryOf, type TaskContext, type TaskMaker, toPicture, yesNo } from './task.ts';

/** Half are asked as a search asks pairs, half as it asks groups. */
const pairs = 0.5;
const mostNamed = 4;
/** Where a picture in other clothes is there, how often it is the one that is looked for. */
const changedShare = 0.6;

const corrections: readonly string[] = [
  'now in other clothes: ',
  'changed clothes, now ',
  'later seen as ',
  'now ',
];

/**
 * Words are true of the picture that is looked for. Where the data names clothes (`clothes_id`) and attributes of single
 * pictures, the query shows other clothes and the words correct it ("changed clothes, now a red top"). Others in the
 * gallery look like the query, and many of them contradict the words: both must be read.
 */
export const mixedRetrieval: TaskMaker = {
  task: 'mixed-retrieval',
  together: true,
  focuses: ({ words, roster }) =>
    words.described.filter((picture) => roster.person(picture).pictures.length > 1),
  wording: ({ wordings }, draws) =>
    wordings.draw(draws.chance(pairs) ? 'verify-mixed' : 'choose-mixed', draws),
  ask(context, { focus, wording: { file, canonical } }, draws) {
    const { rivals, words, positiveShare, gallery } = context;
    if (file.name === 'verify-mixed') {
      // The candidate is what the run shares; the query and its words change.
      const positive = draws.chance(positiveShare);
      const wrong = (picture: TuningPicture) => words.source(picture, draws) !== undefined;
      const [other] = positive ? [] : rivals.drawn(focus, 1, draws, wrong);
      const target = positive ? focus : other;
      const asked = target && mixedQuery(context, target, draws);
      if (asked === undefined) return undefined;
      const query = queryOf(asked.picture, asked.words);
      const prompt = new Comparison(file, file, query).pairPrompt(toPicture(focus));
      return { prompt, reply: yesNo(positive), positive, canonical };
    }
    const size = draws.between(Math.max(2, gallery[0]), gallery[1]);
    const asked = mixedQuery(context, focus, draws);
    const wrong = rivals.drawn(focus, size - 1, draws);
    if (asked === undefined || wrong.length < size - 1) return undefined;
    const candidates = draws.shuffled([focus, ...wrong]);
    const query = queryOf(asked.picture, asked.words);
    const prompt = new Comparison(file, file, query).groupPrompt(candidates.map(toPicture), labels);
    return { prompt, reply: labels[candidates.indexOf(focus)]!, gallery: size, canonical };
  },
};

/** Another picture of the person, and words that are true of `target`. */
function mixedQuery(
  { rivals, words }: TaskContext,
  target: TuningPicture,
  draws: Draws,
): { readonly picture: TuningPicture; readonly words: string } | undefined {
  const source = words.source(target, draws);
  if (source === undefined) return undefined;
  const dressedOtherwise = (picture: TuningPicture): boolean =>
    picture.clothes !== undefined && target.clothes !== undefined && picture.clothes !== target.clothes;
  const changed = draws.chance(changedShare)
    ? rivals.others(target, 1, draws, dressedOtherwise)[0]
    : undefined;
  const picture = changed ?? rivals.others(target, 1, draws)[0];
  const own = source === 'people' || changed === undefined || target.attributes !== undefined;
  if (picture === undefined || !own) return undefined;
  const said = words.right(target, source, draws, { style: 'clue', count: draws.between(1, mostNamed) });
  if (said === undefined) return undefined;
  return { picture, words: changed === undefined ? said.words : `${draws.pick(corrections)}${said.words}` };
}
