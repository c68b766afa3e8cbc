/** The turns of a search that are timed: the same gallery asked again with new words, or with another picture. */
import type { Prompt } from '../src/engine/prompt.ts';
import { choiceLabels } from '../src/engine/scorer.ts';
import type { Picture } from '../src/foundation/picture.ts';
import { Comparison } from '../src/retrieval/comparison.ts';
import { groupSize } from './engine-modes.ts';
import { type PictureSize, syntheticPicture, syntheticPictures } from './synthetic-pictures.ts';

export const turnNames = ['text follow-up', 'new picture'] as const;
export type TurnName = (typeof turnNames)[number];

export interface Turns {
  readonly size: PictureSize;
  /** The prompts of one turn; every `turn` asks something else about the same candidates. */
  prompts(name: TurnName, turn: number): Promise<TurnPrompts>;
}

export interface TurnPrompts {
  /** A candidate each. */
  readonly pairs: readonly Prompt[];
  /** Neighbouring candidates, each group but the last of `groupSize`. */
  readonly groups: readonly Prompt[];
}

const colours = ['red', 'blue', 'green', 'black', 'white', 'grey', 'brown', 'pink'] as const;
const things = ['cap', 'coat', 'bag', 'shirt', 'scarf'] as const;

export async function turnsOver(candidates: number, size: PictureSize): Promise<Turns> {
  const gallery = await syntheticPictures(candidates, 1, size);
  return {
    size,
    async prompts(name, turn) {
      const comparison =
        name === 'text follow-up'
          ? await Comparison.of('text', { pictures: [], words: words(turn), negatives: [] })
          : await Comparison.of('image', {
              pictures: [await queryPicture(turn, size)],
              words: '',
              negatives: [],
            });
      const labels = choiceLabels(groupSize);
      const groups = Array.from({ length: Math.ceil(candidates / groupSize) }, (_, group) =>
        gallery.slice(group * groupSize, (group + 1) * groupSize),
      );
      return {
        pairs: gallery.map((candidate) => comparison.pairPrompt(candidate)),
        groups: groups.map((group) => comparison.groupPrompt(group, labels)),
      };
    },
  };
}

function queryPicture(turn: number, size: PictureSize): Promise<Picture> {
  return syntheticPicture(1_000_000 + turn, size);
}

function words(turn: number): string {
  const colour = colours[turn % colours.length];
  const thing = things[Math.floor(turn / colours.length) % things.length];
  return `He had a ${colour} ${thing} in the afternoon`;
}
