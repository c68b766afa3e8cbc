/** Recall and precision of a people detector at an overlap of one half, as issue trackers and papers mean them. */
import { boxOverlap, type FoundPerson } from '../../foundation/person-box.ts';
import type { LabelledPerson } from './labelled-frames.ts';

/** Box and label are the same person from this intersection over union on. */
const sameOverlap = 0.5;
/** Whom the detector must find: at least half of them shows, and they are this many pixels high. The rest may be found or not. */
export const mustShow = 0.5;
export const mustHeight = 40;

export interface DetectionScore {
  readonly frames: number;
  /** People who must be found. */
  readonly people: number;
  /** Boxes that are counted: right ones and wrong ones. */
  readonly boxes: number;
  /** Share of the people who were found, 0 to 1; 0 where there is nobody. */
  readonly recall: number;
  /** Share of the boxes that are right, 0 to 1; 1 where there is no box. */
  readonly precision: number;
}

export interface ScoredFrame {
  readonly people: readonly LabelledPerson[];
  /** The surest first. */
  readonly found: readonly FoundPerson[];
}

/** Each box takes the free person that it overlaps most; each person is taken once, so a second box is a wrong one. */
export function detectionScore(frames: readonly ScoredFrame[]): DetectionScore {
  let [right, wrong, people] = [0, 0, 0];
  for (const { people: labelled, found } of frames) {
    people += labelled.filter(mustBeFound).length;
    const free = new Set(labelled);
    for (const { box } of found) {
      const person = nearest(free, box);
      if (person === undefined) {
        wrong++;
        continue;
      }
      free.delete(person);
      if (mustBeFound(person)) right++;
    }
  }
  const boxes = right + wrong;
  return {
    frames: frames.length,
    people,
    boxes,
    recall: people === 0 ? 0 : right / people,
    precision: boxes === 0 ? 1 : right / boxes,
  };
}

function mustBeFound({ box, shown }: LabelledPerson): boolean {
  return shown >= mustShow && box.height >= mustHeight;
}

function nearest(free: ReadonlySet<LabelledPerson>, box: FoundPerson['box']): LabelledPerson | undefined {
  let [best, overlap] = [undefined as LabelledPerson | undefined, sameOverlap];
  for (const person of free) {
    const shared = boxOverlap(person.box, box);
    if (shared >= overlap) [best, overlap] = [person, shared];
  }
  return best;
}
