/** What a message wants: the acts of its buttons and its text, as far as they can be done. */
import { LRUCache } from 'lru-cache';
import type { GallerySummary } from '../gallery/gallery-store.ts';
import { longestWords } from '../retrieval/query.ts';
import { roleOfAct } from '../trust/access/roles.ts';
import type { Act, PictureRef } from './act.ts';
import { type Denial, denials, unseenDenial } from './act-gate.ts';
import { waitingIn } from './approving.ts';
import type { DialogueState } from './dialogue-state.ts';
import type { Interpreter } from './interpreter.ts';
import { refsOf, resolveRef, withRefs } from './picture-refs.ts';
import type { View } from './sights.ts';
import type { TakenMessage } from './storage/talk-record.ts';

export interface ReadMessage {
  /** Those that the sender may do. */
  readonly acts: readonly Act[];
  /** What cannot be done and why, as sentences. */
  readonly problems: readonly string[];
  /** What the sender may not do. */
  readonly denied: readonly Denial[];
}

export interface ReaderParts {
  readonly interpreter: Interpreter;
  readonly timeZone: string;
  readonly gallery: string;
  readonly now: () => Date;
}

/** Cameras and galleries change seldom, and every message asks for them. */
const galleriesMs = 2000;
const mostViews = 100;
const mostActs = 50;
/** Characters of an act that is no description, as JSON. */
const longestAct = 10_000;
const mostPictures = 20;
const mostNegatives = 200;
/** Descriptions of one person that stand side by side; what contradicts an older one takes its place. */
const mostClues = 32;

export class MessageReader {
  /** By what may be seen of them. */
  readonly #galleries = new LRUCache<string, Promise<readonly GallerySummary[]>>({
    max: mostViews,
    ttl: galleriesMs,
    ttlResolution: 0,
  });

  constructor(private readonly parts: ReaderParts) {}

  async read(message: TakenMessage, state: DialogueState, view: View): Promise<ReadMessage> {
    const galleries = await this.#all(view);
    const all = message.attachments.map((picture) => ('id' in picture ? picture.id : undefined));
    const sent = all.filter((id) => id !== undefined);
    const named = message.acts.some((act) => refsOf(act).some((ref) => 'attachment' in ref));
    const written = message.text.trim() !== '' || (sent.length > 0 && !named);
    const spoken = written ? this.#interpret(message.text, state, galleries, named ? 0 : sent.length) : [];
    const problems: string[] = [];
    const wanted: Wanted[] = [
      // A button counts all pictures of the message, what is read from its text those that could be opened.
      ...message.acts.map((act) => ({ act, sent: all })),
      ...spoken.map((act) => ({ act, sent })),
    ]
      .slice(0, mostActs)
      .flatMap(({ act, sent }) => {
        const known = this.#ofGalleries(act, galleries, view, problems);
        return known ? [{ act: known, sent }] : [];
      });
    const { allowed, denied } = gated(wanted, state, view);
    const settled = allowed.flatMap(({ act, sent }) => settle(act, state, sent, problems) ?? []);
    const { acts, unseen } = await seen(settled, state, view);
    if (denied.length === 0) denied.push(...refusedPictures(message));
    return { acts: bounded(acts, state, problems), problems, denied: [...denied, ...unseen] };
  }

  #interpret(
    text: string,
    state: DialogueState,
    galleries: readonly GallerySummary[],
    attachments: number,
  ): readonly Act[] {
    const { interpreter, now, timeZone } = this.parts;
    const summary = galleries.find(({ name }) => name === state.gallery);
    return interpreter(text, {
      cameras: summary?.cameras ?? [],
      places: summary?.places ?? [],
      galleries: galleries.map(({ name }) => name),
      now: now(),
      timeZone,
      ...(summary?.firstTime ? { firstTime: new Date(summary.firstTime) } : {}),
      ...(summary?.lastTime ? { lastTime: new Date(summary.lastTime) } : {}),
      attachments,
      shown: state.shown.length,
      talkedOf: ranksOf(state.talkedOf ?? [], state),
      people: state.people.length,
      ...(state.asked ? { asked: state.asked } : {}),
      searching: isSearching(state),
      waiting: waitingIn(state) !== undefined,
      held: state,
    });
  }

  #ofGalleries(
    act: Act,
    galleries: readonly GallerySummary[],
    { permit }: View,
    problems: string[],
  ): Act | undefined {
    if (act.act === 'lift' && act.part === 'gallery') {
      return { act: 'constrain', gallery: this.parts.gallery };
    }
    if (act.act !== 'constrain' || act.gallery === undefined) return act;
    if (galleries.some(({ name }) => name === act.gallery)) return act;
    // Whoever may search nowhere is told that, and not which galleries there are.
    if (!permit.has('searcher')) return act;
    const names = galleries.map(({ name }) => name).join(', ');
    problems.push(`There is no gallery "${act.gallery}". There are: ${names || 'none yet'}.`);
    return undefined;
  }

  #all(view: View): Promise<readonly GallerySummary[]> {
    const { key } = view.permit;
    const known = this.#galleries.get(key);
    if (known) return known;
    const list = view.as('viewer').store.galleries();
    this.#galleries.set(key, list);
    // A failure is told to who asked; the next message tries again.
    list.catch(() => this.#galleries.delete(key));
    return list;
  }
}

/** Pictures that were not opened, because of who sent them: where nothing else was wanted, the answer is about them. */
function refusedPictures({ attachments }: TakenMessage): Denial[] {
  const refused = attachments.find((one) => 'problem' in one && one.problem.code === 'ACCESS_DENIED');
  if (!refused || !('problem' in refused)) return [];
  const { message, next } = refused.problem;
  return [{ act: 'show', code: 'ACCESS_DENIED', message, next }];
}

interface Wanted {
  readonly act: Act;
  /** What its attachments are by number. */
  readonly sent: readonly (string | undefined)[];
}

function gated(wanted: readonly Wanted[], state: DialogueState, { permit, user }: View) {
  const verdicts = denials(
    wanted.map(({ act }) => act),
    state,
    permit,
    user,
  );
  return {
    allowed: wanted.filter((_, at) => verdicts[at] === undefined),
    denied: verdicts.filter((denial) => denial !== undefined),
  };
}

/** Without acts on pictures that the sender may not look at in the role that the act takes. */
async function seen(acts: readonly Act[], state: DialogueState, view: View) {
  if (!view.limited) return { acts, unseen: [] };
  const unseen: Denial[] = [];
  const kept: Act[] = [];
  for (const act of acts) {
    const { pictures } = view.as(roleOfAct[act.act]);
    const refs: PictureRef[] = act.act === 'why' && !act.picture ? [{ rank: 1 }] : refsOf(act);
    let hidden: PictureRef | undefined;
    for (const ref of refs) {
      if (!(await pictures.has(resolveRef(ref, state) ?? ''))) hidden ??= ref;
    }
    if (hidden) unseen.push(unseenDenial(act, 'rank' in hidden ? hidden.rank : undefined));
    else kept.push(act);
  }
  return { acts: kept, unseen };
}

/** Those that are shown no more have no number. */
function ranksOf(ids: readonly string[], { shown }: DialogueState): number[] {
  return ids.map((id) => shown.indexOf(id) + 1).filter((rank) => rank > 0);
}

export function isSearching(state: DialogueState): boolean {
  return state.pictures.length > 0 || state.clues.length > 0 || state.answers.length > 0;
}

/** Attachments by their ids; what refers to nothing is told and left out. */
function settle(
  act: Act,
  state: DialogueState,
  sent: readonly (string | undefined)[],
  problems: string[],
): Act | undefined {
  const replaced = withRefs(act, (ref): PictureRef | undefined => {
    if ('attachment' in ref) {
      const pictureId = sent[ref.attachment];
      // Why one of them could not be opened is told already.
      if (ref.attachment >= sent.length)
        problems.push('The picture that should come with this could not be used.');
      return pictureId === undefined ? undefined : { pictureId };
    }
    if (resolveRef(ref, state) !== undefined) return ref;
    problems.push(missing(ref, state));
    return undefined;
  });
  if (replaced?.act === 'why' && replaced.picture === undefined && state.shown.length === 0) {
    problems.push('There is nothing to explain yet: no candidates are shown.');
    return undefined;
  }
  if (replaced?.act === 'approve') return settledApproval(replaced, state, problems);
  if (replaced?.act === 'answer') return settledAnswer(replaced, state, problems);
  if (replaced?.act === 'person' && state.people[replaced.number - 1] === undefined) {
    problems.push(
      state.people.length === 0
        ? 'No picture with several people is waiting for a choice.'
        : `The picture shows ${state.people.length} people, numbered from 1 from left to right.`,
    );
    return undefined;
  }
  return replaced;
}

function settledApproval(
  act: Extract<Act, { act: 'approve' }>,
  state: DialogueState,
  problems: string[],
): Act | undefined {
  const request = waitingIn(state)?.request;
  if (request !== undefined && (act.request ?? request) === request) return { act: 'approve', request };
  problems.push('No search waits for an approval here, or it is another one by now.');
  return undefined;
}

function settledAnswer(
  act: Extract<Act, { act: 'answer' }>,
  state: DialogueState,
  problems: string[],
): Act | undefined {
  const id = act.question ?? state.asked?.id;
  if (id !== undefined && [state.asked, ...state.askedBefore].some((one) => one?.id === id)) {
    return { ...act, question: id };
  }
  problems.push('That question is closed. Say in words what you know of the person.');
  return undefined;
}

function missing(ref: PictureRef, { shown }: DialogueState): string {
  if ('rank' in ref) {
    if (shown.length === 0) return `There is no candidate ${ref.rank}: none are shown yet.`;
    return `There is no candidate ${ref.rank}: ${shown.length === 1 ? 'only one is' : `${shown.length} are`} shown.`;
  }
  return 'There is no photo to compare with: nobody is searched for by picture.';
}

/** What a search takes: a longer description, or more pictures, would make every later search fail. */
function bounded(acts: readonly Act[], state: DialogueState, problems: string[]): Act[] {
  const fresh = acts.some(({ act }) => act === 'reset');
  let words = fresh ? 0 : state.clues.reduce((sum, clue) => sum + clue.words.length + 2, 0);
  let clues = fresh ? 0 : state.clues.length;
  let [pictures, negatives] = fresh ? [0, 0] : [state.pictures.length, state.negatives.length];
  return acts.filter((act) => {
    // Of a clue the words have a bound of their own, below.
    if (JSON.stringify(act.act === 'clue' ? { ...act, words: '' } : act).length > longestAct) {
      problems.push('One thing in that message was too long to be taken in. Say it in fewer words.');
      return false;
    }
    if (act.act === 'clue') {
      if (++clues > mostClues) {
        problems.push(
          `That was not taken in: a search takes at most ${mostClues} descriptions one by one. Take some back, or say "start over" and describe the person in one message.`,
        );
        return false;
      }
      if (words + act.words.length <= longestWords) {
        words += act.words.length + 2;
        return true;
      }
      const length = act.words.length.toLocaleString('en-US');
      problems.push(
        `That description was not taken: it has ${length} characters, and all that is said of a person may have ${longestWords.toLocaleString('en-US')}. Say in a few words what the person looks like.`,
      );
      return false;
    }
    if (act.act === 'show') {
      pictures = act.pictures.length + (act.add ? pictures : 0);
      if (pictures <= mostPictures) return true;
      problems.push(`A search takes at most ${mostPictures} pictures of the person.`);
      return false;
    }
    if (act.act === 'exclude') {
      negatives += act.pictures.length;
      if (negatives <= mostNegatives) return true;
      problems.push(
        `At most ${mostNegatives} people can be ruled out one by one; a description helps more now.`,
      );
      return false;
    }
    return true;
  });
}
