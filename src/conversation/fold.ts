/** The state of a talk: a fold over its turns, pure. The same turns give the same state, on every platform. */
import { isDeepStrictEqual } from 'node:util';
import type { Trait } from '../foundation/person-attributes.ts';
import type { Act, Part } from './act.ts';
import { approved, withAwaiting, withCase } from './approving.ts';
import {
  type DialogueState,
  emptyState,
  pageLength,
  type Sought,
  type Turn,
  type TurnOutcome,
} from './dialogue-state.ts';
import { traitsOf } from './interpreter/traits.ts';
import { refsOf, resolveRef, resolveRefs, withRefs } from './picture-refs.ts';
import { traitOfAnswer } from './traits-of-state.ts';
import { contradicts, includes, recoloured, wordsWithout, wordsWithoutSaid } from './spoken-words.ts';

/** Candidates that `more` goes on to. */
export const mostShown = 200;

/** What was said, before it is known what the answer shows. */
export type Said = Omit<Turn, 'outcome' | 'before' | 'restored'> & Partial<Pick<Turn, 'outcome'>>;

export function fold(base: DialogueState, turns: readonly Turn[]): DialogueState {
  return turns.reduce((state, turn) => withOutcome(foldActs(state, turn), turn.outcome), base);
}

/**
 * A turn with what it changes or takes back, and the state that its acts lead to.
 *
 * @param earlier the turns that are kept; only an `undo` looks at them
 */
export function taken<T extends Said>(
  state: DialogueState,
  earlier: readonly Turn[],
  said: T,
): { readonly turn: T & Pick<Turn, 'before' | 'restored'>; readonly state: DialogueState } {
  const undos = said.acts.filter(isUndo).length;
  if (undos > 0) {
    const restored = goneBack(state, earlier, undos);
    const turn = restored ? { ...said, restored } : said;
    return { turn, state: foldActs(state, turn) };
  }
  const next = foldActs(state, said);
  const before = soughtOf(state);
  const turn = isDeepStrictEqual(before, soughtOf(next)) ? said : { ...said, before };
  return { turn, state: next };
}

/** @returns undefined where there is nothing to go back to */
function goneBack(state: DialogueState, earlier: readonly Turn[], undos: number): Sought | undefined {
  const stack = undoable(earlier);
  let now = soughtOf(state);
  let left = undos;
  while (left > 0 && stack.length > 0) {
    const last = stack.pop()!;
    // What differed in forgotten pictures only does not differ any more.
    if (isDeepStrictEqual(last, now)) continue;
    now = last;
    left--;
  }
  return left < undos ? now : undefined;
}

/** What `undo` can go back to, the latest last. Of turns that were folded away, or cannot be read, it knows nothing. */
function undoable(turns: readonly Turn[]): Sought[] {
  const stack: Sought[] = [];
  for (const { acts, before } of turns) {
    stack.length = Math.max(0, stack.length - acts.filter(isUndo).length);
    if (before) stack.push(before);
  }
  return stack;
}

function foldActs(state: DialogueState, turn: Said & Partial<Turn>): DialogueState {
  const folded = turn.acts.reduce((next, said) => {
    const act = numbered(said, state);
    const changed = applied(next, act, turn);
    return changesSearch(act) && !isUndo(act) ? { ...changed, top: pageLength } : changed;
  }, state);
  const talkedOf = askedAbout(turn.acts, state);
  return talkedOf.length > 0 ? { ...folded, talkedOf } : folded;
}

/** Candidates whose numbers are in acts that leave the search as it is. */
function askedAbout(acts: readonly Act[], { shown }: DialogueState): string[] {
  const refs = acts.filter((act) => !changesSearch(act)).flatMap(refsOf);
  return refs.flatMap((ref) => ('rank' in ref ? (shown[ref.rank - 1] ?? []) : []));
}

export function soughtOf(state: DialogueState): Sought {
  const { shown: _s, talkedOf: _t, asked: _a, askedBefore: _b, people: _p, peopleAdd: _d, ...rest } = state;
  const { awaiting: _w, approvals: _v, ...sought } = rest;
  return sought;
}

export function isUndo({ act }: Act): boolean {
  return act === 'undo';
}

/** Numbers mean the ranking that the user saw, whatever the acts before this one do to it. */
function numbered(act: Act, { shown }: DialogueState): Act {
  const seen = withRefs(act, (ref) => {
    const pictureId = 'rank' in ref ? shown[ref.rank - 1] : undefined;
    return pictureId === undefined ? ref : { pictureId };
  });
  return seen ?? act;
}

export function withOutcome(state: DialogueState, outcome: TurnOutcome): DialogueState {
  const { shown, asked, people } = outcome;
  const searched = shown !== undefined;
  const open = asked ?? (searched ? undefined : state.asked);
  const { asked: _, ...rest } = withAwaiting(state, outcome.awaiting, searched);
  return {
    ...rest,
    shown: shown ?? state.shown,
    ...(open ? { asked: open } : {}),
    askedBefore: asked
      ? [...state.askedBefore.filter(({ id }) => id !== asked.id), asked]
      : state.askedBefore,
    people: people ?? state.people,
  };
}

/** Whether an act changes who is searched for or where: the search is run again. */
export function changesSearch(act: Act): boolean {
  return searching.has(act.act);
}

const searching: ReadonlySet<Act['act']> = new Set<Act['act']>([
  'clue',
  'show',
  'exclude',
  'choose',
  'constrain',
  'lift',
  'answer',
  'person',
  'forget',
  'reset',
  'undo',
]);

/** What was shown was seen, what was asked was asked, what was approved is approved: none is taken back. */
function restored(
  { shown, askedBefore, awaiting, approvals }: DialogueState,
  earlier: Sought,
): DialogueState {
  return {
    ...earlier,
    shown,
    askedBefore,
    people: [],
    peopleAdd: false,
    ...(awaiting ? { awaiting } : {}),
    ...(approvals ? { approvals } : {}),
  };
}

function applied(
  state: DialogueState,
  act: Act,
  turn: Pick<Turn, 'messageId'> & Partial<Turn>,
): DialogueState {
  switch (act.act) {
    case 'clue':
      return withClue(state, act, turn.messageId);
    case 'show':
      return shown(state, act, turn);
    case 'exclude': {
      const ids = resolveRefs(act.pictures, state);
      return {
        ...without(state, ids),
        negatives: [...state.negatives.filter((id) => !ids.includes(id)), ...new Set(ids)],
      };
    }
    case 'choose':
      return chosen(state, resolveRef(act.picture, state));
    case 'constrain':
      return constrained(state, act);
    case 'lift':
      return lifted(state, act.part, act.value);
    case 'more':
      return { ...state, top: Math.min(state.top + pageLength, pageBeyond(state), mostShown) };
    case 'answer':
      return answered(state, act);
    case 'person':
      return withPerson(state, state.people[act.number - 1], turn.messageId);
    case 'forget':
      return forgotten(state, resolveRefs(act.pictures, state));
    case 'case':
      return withCase(state, act.purpose);
    case 'approve':
      return approved(state, act, turn);
    case 'undo':
      return turn.restored ? restored(state, turn.restored) : state;
    case 'reset':
      return { ...emptyState(state.gallery), shown: [] };
    default:
      return state;
  }
}

/** Where "no more candidates" is said, and said again. */
function pageBeyond({ shown }: DialogueState): number {
  return (Math.ceil(shown.length / pageLength) + 1) * pageLength;
}

/** A newer clue contradicting an older one overrides it, in its words too. */
function withClue(
  state: DialogueState,
  { words, traits = [] }: Extract<Act, { act: 'clue' }>,
  messageId: string,
): DialogueState {
  const clue = { messageId, words, traits };
  const put = recoloured(state.clues, clue);
  const rest = overridden(put ? { ...state, clues: put } : state, traits);
  return put ? rest : { ...rest, clues: [...rest.clues, clue] };
}

function overridden(state: DialogueState, newer: readonly Trait[]): DialogueState {
  const gone = (trait: Trait) => newer.some((one) => contradicts(one, trait));
  return {
    ...state,
    clues: state.clues.flatMap((clue) => {
      if (!clue.traits.some(gone)) return [clue];
      const words = wordsWithout(clue.words, gone);
      const traits = clue.traits.filter((trait) => !gone(trait));
      return words === '' ? [] : [{ ...clue, words, traits }];
    }),
    answers: state.answers.filter((answer) => !traitOfAnswer(answer).some(gone)),
  };
}

function shown(
  state: DialogueState,
  act: Extract<Act, { act: 'show' }>,
  turn: Pick<Turn, 'messageId'> & Partial<Turn>,
): DialogueState {
  const frame = turn.outcome?.frame;
  const add = act.add === true;
  const ids = resolveRefs(act.pictures, state).filter((id) => id !== frame);
  const waiting = frame === undefined ? state : { ...state, peopleAdd: add };
  return ids.length === 0 ? waiting : withPictures(waiting, ids, add, turn.messageId);
}

/** A new picture without `add` is somebody else: what was said of the one before goes, where and when stays. */
function withPictures(
  state: DialogueState,
  ids: readonly string[],
  add: boolean,
  messageId: string,
): DialogueState {
  if (add || state.pictures.length === 0) {
    return { ...state, pictures: [...new Set([...state.pictures, ...ids])] };
  }
  return {
    ...state,
    pictures: [...new Set(ids)],
    chosen: [],
    clues: state.clues.filter((clue) => clue.messageId === messageId),
    negatives: [],
    answers: [],
    askedBefore: [],
  };
}

function withPerson(state: DialogueState, id: string | undefined, messageId: string): DialogueState {
  if (id === undefined) return state;
  return { ...withPictures(state, [id], state.peopleAdd, messageId), people: [], peopleAdd: false };
}

function chosen(state: DialogueState, id: string | undefined): DialogueState {
  if (id === undefined) return state;
  const { chosenRank: _, ...rest } = state;
  const rank = state.shown.indexOf(id) + 1;
  return {
    ...rest,
    pictures: [id],
    chosen: [id],
    ...(rank > 0 ? { chosenRank: rank } : {}),
    negatives: state.negatives.filter((one) => one !== id),
  };
}

function constrained(state: DialogueState, act: Extract<Act, { act: 'constrain' }>): DialogueState {
  const { cameras, places, after, before, gallery } = act;
  const moved = gallery !== undefined && gallery !== state.gallery;
  return {
    ...state,
    // Cameras, and the numbers of a ranking, are those of one gallery.
    ...(moved ? { gallery, cameras: [], places: [], shown: [] } : {}),
    ...(cameras ? { cameras } : {}),
    ...(places ? { places } : {}),
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
  };
}

function lifted(state: DialogueState, part: Part, value: string | undefined): DialogueState {
  const left = (list: readonly string[]) =>
    value === undefined ? [] : list.filter((one) => one.toLowerCase() !== value.toLowerCase());
  switch (part) {
    case 'words':
      return { ...state, clues: value === undefined ? [] : withoutWords(state, value) };
    case 'pictures': {
      const pictures = left(state.pictures);
      return { ...state, pictures, chosen: state.chosen.filter((id) => pictures.includes(id)) };
    }
    case 'exclusions':
      return { ...state, negatives: left(state.negatives) };
    case 'cameras':
      return { ...state, cameras: left(state.cameras) };
    case 'places':
      return { ...state, places: left(state.places) };
    case 'time': {
      const { after: _a, before: _b, ...rest } = state;
      return rest;
    }
    case 'answers':
      return {
        ...state,
        answers: value === undefined ? [] : state.answers.filter(({ question }) => question.id !== value),
      };
    case 'gallery':
      // Which one is the talk's own is not known here: whoever takes the act in makes it a `constrain`.
      return state;
  }
}

/** One clue as it stands, or of each clue the phrases that say this. */
function withoutWords({ clues }: DialogueState, value: string): DialogueState['clues'] {
  const said = value.trim().toLowerCase();
  const whole = clues.filter(({ words }) => words.toLowerCase() !== said);
  if (whole.length < clues.length) return whole;
  const meant = traitsOf(value);
  return clues.flatMap((clue) => {
    const words = wordsWithoutSaid(clue.words, value);
    return words === ''
      ? []
      : [{ ...clue, words, traits: clue.traits.filter((one) => !includes(meant, one)) }];
  });
}

function answered(state: DialogueState, act: Extract<Act, { act: 'answer' }>): DialogueState {
  const id = act.question ?? state.asked?.id;
  const question = [state.asked, ...state.askedBefore].find((one) => one?.id === id);
  if (!question) return state;
  const { asked, ...rest } = state;
  const answer = { question, value: act.value };
  const fresh = overridden(rest, traitOfAnswer(answer));
  return {
    ...fresh,
    ...(asked && asked.id !== question.id ? { asked } : {}),
    answers: [...fresh.answers.filter((one) => one.question.id !== question.id), answer],
  };
}

function forgotten(state: DialogueState, ids: readonly string[]): DialogueState {
  const { shown, people } = state;
  return { ...unsought(state, ids), shown: notOf(shown, ids), people: notOf(people, ids) };
}

/** Without pictures that were forgotten. */
export function unsought<T extends Sought>(sought: T, ids: readonly string[]): T {
  return {
    ...sought,
    pictures: notOf(sought.pictures, ids),
    chosen: notOf(sought.chosen, ids),
    negatives: notOf(sought.negatives, ids),
  };
}

/** Not searched with any more. */
function without(state: DialogueState, ids: readonly string[]): DialogueState {
  const { pictures, chosen, people } = state;
  return {
    ...state,
    pictures: notOf(pictures, ids),
    chosen: notOf(chosen, ids),
    people: notOf(people, ids),
  };
}

function notOf(list: readonly string[], ids: readonly string[]): string[] {
  return list.filter((id) => !ids.includes(id));
}
