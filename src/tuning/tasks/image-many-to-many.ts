/** Image-to-image many-to-many retrieval: which pictures of a gallery show the query's person? */
import { Comparison } from '../../retrieval/comparison.ts';
import { labels, queryOf, type TaskMaker, toPicture } from './task.ts';

/**
 * The gallery has N ~ Uniform(from, to) pictures, and of them n show the person, every n from 1 to N equally likely. The
 * paper's equation 1 says 1/(k - 1) for k in 2..N, which does not sum to one; its text says what is meant: "each number
 * has an equal chance". Where the person has too few pictures, another person is drawn for the same n, so that the
 * balance holds.
 */
export const imageManyToMany: TaskMaker = {
  task: 'image-many-to-many',
  together: false,
  focuses: ({ roster }) =>
    roster.people.filter(({ pictures }) => pictures.length > 1).flatMap((p) => p.pictures),
  wording: ({ wordings }, draws) => wordings.draw('select-image', draws),
  ask({ roster, rivals, gallery: [from, to] }, { focus, wording: { file, canonical } }, draws) {
    const size = draws.between(from, to);
    const count = draws.between(1, size);
    const query = enough(roster.person(focus).pictures.length) ? focus : another();
    if (query === undefined) return undefined;
    const right = rivals.others(query, count, draws);
    const wrong = rivals.drawn(query, size - count, draws);
    if (right.length < count || wrong.length < size - count) return undefined;
    const candidates = draws.shuffled([...right, ...wrong]);
    const prompt = new Comparison(file, file, queryOf(query)).groupPrompt(candidates.map(toPicture), labels);
    const reply = candidates
      .flatMap((one, at) => (one.person === query.person ? [labels[at]!] : []))
      .join(', ');
    return { prompt, reply, answers: count, gallery: size, canonical };

    function enough(pictures: number): boolean {
      return pictures > count;
    }
    function another() {
      const people = roster.people.filter(({ pictures }) => enough(pictures.length));
      return people.length === 0 ? undefined : draws.pick(draws.pick(people).pictures);
    }
  },
};
