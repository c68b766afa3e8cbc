/** What a search is made of, as chips: a press takes one part back. */
import { scopeLine } from '../../retrieval/search-line.ts';
import { traitPhrase } from '../../retrieval/traits/trait-words.ts';
import type { DialogueState } from '../dialogue-state.ts';
import type { Chip } from '../reply.ts';

const longestLabel = 40;

export function chipsOf(state: DialogueState, timeZone: string): Chip[] {
  const { pictures, clues, answers, negatives, cameras, places, after, before } = state;
  const photo = (id: string, at: number) => {
    if (state.chosen.includes(id)) return chosenLabel(state.chosenRank);
    return pictures.length === 1 ? 'photo' : `photo ${at + 1}`;
  };
  const chips: Chip[] = [
    ...pictures.map((id, at) => chip(photo(id, at), 'pictures', id)),
    ...clues.map(({ words }) => chip(`"${words.replace(/\s+/g, ' ')}"`, 'words', words)),
    ...answers.flatMap(({ question, value }) => {
      if (value === 'unknown') return [];
      const { id, name, value: what } = question;
      return [chip(traitPhrase({ name, value: what, present: value === 'yes' }), 'answers', id)];
    }),
    ...negatives.map((id) => chip(`not ${id.slice(0, 4)}`, 'exclusions', id)),
    ...cameras.map((camera) => chip(`camera ${camera}`, 'cameras', camera)),
    ...places.map((place) => chip(place, 'places', place)),
  ];
  if (after !== undefined || before !== undefined) {
    const range = scopeLine(
      {
        ...(after === undefined ? {} : { after: new Date(after) }),
        ...(before === undefined ? {} : { before: new Date(before) }),
      },
      timeZone,
    );
    chips.push({ label: range, act: { act: 'lift', part: 'time' } });
  }
  return chips;
}

/** A number of the page that was shown when it was chosen: the next page has numbers of its own. */
function chosenLabel(rank: number | undefined): string {
  return rank === undefined ? 'chosen candidate' : `chosen: number ${rank} of before`;
}

function chip(
  label: string,
  part: 'pictures' | 'words' | 'answers' | 'exclusions' | 'cameras' | 'places',
  value: string,
): Chip {
  const short = label.length <= longestLabel ? label : `${label.slice(0, longestLabel - 1)}…`;
  return { label: short, act: { act: 'lift', part, value } };
}
