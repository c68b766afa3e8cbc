/** The pictures that an act names: found, replaced, resolved. */
import type { Act, PictureRef } from './act.ts';
import type { DialogueState } from './dialogue-state.ts';

/** The same act with every picture ref replaced; refs that become undefined are left out, and an act without one is undefined. */
export function withRefs(act: Act, replace: (ref: PictureRef) => PictureRef | undefined): Act | undefined {
  switch (act.act) {
    case 'show':
    case 'exclude':
    case 'register':
    case 'forget': {
      const pictures = act.pictures.flatMap((ref) => replace(ref) ?? []);
      return pictures.length > 0 ? { ...act, pictures } : undefined;
    }
    case 'choose':
    case 'describe':
    case 'ask': {
      const picture = replace(act.picture);
      return picture && { ...act, picture };
    }
    case 'why': {
      if (act.picture === undefined) return act;
      const picture = replace(act.picture);
      return picture && { ...act, picture };
    }
    case 'compare':
    case 'verify': {
      const [first, second] = [replace(act.first), replace(act.second)];
      return first && second && { ...act, first, second };
    }
    default:
      return act;
  }
}

export function refsOf(act: Act): PictureRef[] {
  const refs: PictureRef[] = [];
  withRefs(act, (ref) => {
    refs.push(ref);
    return ref;
  });
  return refs;
}

/** @returns the picture's id; undefined where nothing of the talk answers to the ref */
export function resolveRef(ref: PictureRef, state: DialogueState): string | undefined {
  if ('pictureId' in ref) return ref.pictureId;
  if ('rank' in ref) return state.shown[ref.rank - 1];
  if ('query' in ref) return state.pictures.at(-1);
  return undefined;
}

export function resolveRefs(refs: readonly PictureRef[], state: DialogueState): string[] {
  return refs.flatMap((ref) => resolveRef(ref, state) ?? []);
}
