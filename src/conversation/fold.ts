/** The state of a talk: a fold over its turns, pure. The same turns give the same state, on every platform. */
import type { Trait } from '../foundation/person-attributes.ts';
import type { Act, Part } from './act.ts';
import { type DialogueState, emptyState, pageLength, type Turn, type TurnOutcome } from './dialogue-state.ts';
import { traitsOf } from './interpreter/traits.ts';
import { resolveRef, resolveRefs, withRefs } from './picture-refs.ts';
import { contradicts, includes, wordsWithout, wordsWithoutSaid } from './spoken-words.ts';

/** How many changes can be taken back. */
export const undoDepth = 50;
/** Candidates that `more` goes on to. */
export const mostShown = 200;

/** A state, and the ones that `undo` goes back to, the latest last. */
export interface Folded {
  readonly state: DialogueState;
  readonly before: readonly DialogueState[];
}

export function fold(base: DialogueState, turns: readonly Turn[]): DialogueState {
  return foldTurns(base, turns).state;
}

export function foldTurns(base: DialogueState, turns: readonly Turn[]): Folded {
  return turns.reduce<Folded>((folded, turn) => {
    const { state, before } = foldActs(folded, turn);
    return { state: withOutcome(state, turn.outcome), before };
  }, startOf(base));
}

export function startOf(base: DialogueState): Folded {
  return { state: base, before: [] };
}

/** What a turn wants, before it is known what the answer shows. */
export function foldActs({ state, before }: Folded, turn: Omit<Turn, 'outcome'> & Partial<Turn>): Folded {
  const history = [...before];
  let undone = false;
  let next = state;
  for (const said of turn.acts) {
    const act = numbered(said, state);
    if (act.act === 'undo') {
      undone = true;
      const earlier = history.pop();
      if (earlier) next = restored(earlier, next);
    } else {
      const changed = applied(next, act, turn);
      next = changesSearch(act) ? { ...changed, top: pageLength } : changed;
    }
  }
  if (!undone && searchOf(next) !== searchOf(state)) history.push(state);
  return { state: next, before: history.slice(-undoDepth) };
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
  const { asked: _, ...rest } = state;
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

/** Traits that hold: of the clues, then of the answers. */
export function traitsOfState({ clues, answers }: Pick<DialogueState, 'clues' | 'answers'>): Trait[] {
  return [...clues.flatMap(({ traits }) => traits), ...answers.flatMap(traitOfAnswer)];
}

/** Traits that no words of the search say themselves: denials, and what was answered. */
export function unspokenTraits({ clues, answers }: Pick<DialogueState, 'clues' | 'answers'>): Trait[] {
  const denied = clues.flatMap(({ traits }) => traits.filter(({ present }) => !present));
  return [...denied, ...answers.flatMap(traitOfAnswer)];
}

function traitOfAnswer({ question, value }: DialogueState['answers'][number]): Trait[] {
  if (value === 'unknown') return [];
  return [{ name: question.name, value: question.value, present: value === 'yes' }];
}

/** What `undo` takes back, as text to compare. */
function searchOf(state: DialogueState): string {
  const { shown: _s, top: _t, asked: _a, askedBefore: _b, people: _p, peopleAdd: _d, ...search } = state;
  return JSON.stringify(search);
}

/** What was shown was seen, and what was asked was asked: neither is taken back. */
function restored(earlier: DialogueState, now: DialogueState): DialogueState {
  const { asked: _, ...search } = earlier;
  return { ...search, shown: now.shown, askedBefore: now.askedBefore, people: [], top: pageLength };
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
      return { ...state, top: Math.min(state.top + pageLength, mostShown) };
    case 'answer':
      return answered(state, act);
    case 'person':
      return withPerson(state, state.people[act.number - 1], turn.messageId);
    case 'forget':
      return forgotten(state, resolveRefs(act.pictures, state));
    case 'case':
      return { ...state, purpose: act.purpose };
    case 'reset':
      return { ...emptyState(state.gallery), shown: [] };
    default:
      return state;
  }
}

/** A newer clue contradicting an older one overrides it, in its words too. */
function withClue(
  state: DialogueState,
  { words, traits = [] }: Extract<Act, { act: 'clue' }>,
  messageId: string,
): DialogueState {
  const rest = overridden(state, traits);
  return { ...rest, clues: [...rest.clues, { messageId, words, traits }] };
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
  return { ...state, pictures: [id], chosen: [id], negatives: state.negatives.filter((one) => one !== id) };
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
  const left = (list: readonly string[]) => list.filter((id) => !ids.includes(id));
  return { ...without(state, ids), negatives: left(state.negatives), shown: left(state.shown) };
}

/** Not searched with any more. */
function without(state: DialogueState, ids: readonly string[]): DialogueState {
  const left = (list: readonly string[]) => list.filter((id) => !ids.includes(id));
  return { ...state, pictures: left(state.pictures), chosen: left(state.chosen), people: left(state.people) };
}
