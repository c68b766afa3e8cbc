/** What a message wants: the acts of its buttons and its text, as far as they can be done. */
import type { GalleryStore, GallerySummary } from '../gallery/gallery-store.ts';
import { longestWords } from '../retrieval/query.ts';
import type { Act, PictureRef } from './act.ts';
import type { DialogueState } from './dialogue-state.ts';
import type { Interpreter } from './interpreter.ts';
import { refsOf, resolveRef, withRefs } from './picture-refs.ts';
import type { TakenMessage } from './storage/talk-record.ts';

export interface ReadMessage {
  readonly acts: readonly Act[];
  /** What cannot be done and why, as sentences. */
  readonly problems: readonly string[];
}

export interface ReaderParts {
  readonly store: Pick<GalleryStore, 'galleries'>;
  readonly interpreter: Interpreter;
  readonly timeZone: string;
  readonly gallery: string;
  readonly now: () => Date;
}

/** Cameras and galleries change seldom, and every message asks for them. */
const galleriesMs = 2000;
const mostActs = 50;
/** Characters of an act that is no description, as JSON. */
const longestAct = 10_000;
const mostPictures = 20;
const mostNegatives = 200;
/** Descriptions of one person that stand side by side; what contradicts an older one takes its place. */
const mostClues = 32;

export class MessageReader {
  #galleries: { readonly at: number; readonly list: Promise<readonly GallerySummary[]> } | undefined;

  constructor(private readonly parts: ReaderParts) {}

  async summary(gallery: string): Promise<GallerySummary | undefined> {
    return (await this.#all()).find(({ name }) => name === gallery);
  }

  async read(message: TakenMessage, state: DialogueState): Promise<ReadMessage> {
    const galleries = await this.#all();
    const all = message.attachments.map((picture) => ('id' in picture ? picture.id : undefined));
    const sent = all.filter((id) => id !== undefined);
    const named = message.acts.some((act) => refsOf(act).some((ref) => 'attachment' in ref));
    const written = message.text.trim() !== '' || (sent.length > 0 && !named);
    const spoken = written ? this.#interpret(message.text, state, galleries, named ? 0 : sent.length) : [];
    const problems: string[] = [];
    const settling = [
      // A button counts all pictures of the message, what is read from its text those that could be opened.
      ...message.acts.map((act) => settle(act, state, all, problems)),
      ...spoken.map((act) => settle(act, state, sent, problems)),
    ];
    const acts = settling.slice(0, mostActs).flatMap((settled) => {
      return settled ? [this.#ofGalleries(settled, galleries, problems) ?? []].flat() : [];
    });
    return { acts: bounded(acts, state, problems), problems };
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
      held: state,
    });
  }

  #ofGalleries(act: Act, galleries: readonly GallerySummary[], problems: string[]): Act | undefined {
    if (act.act === 'lift' && act.part === 'gallery') {
      return { act: 'constrain', gallery: this.parts.gallery };
    }
    if (act.act !== 'constrain' || act.gallery === undefined) return act;
    if (galleries.some(({ name }) => name === act.gallery)) return act;
    const names = galleries.map(({ name }) => name).join(', ');
    problems.push(`There is no gallery "${act.gallery}". There are: ${names || 'none yet'}.`);
    return undefined;
  }

  #all(): Promise<readonly GallerySummary[]> {
    const now = Date.now();
    if (this.#galleries && now - this.#galleries.at < galleriesMs) return this.#galleries.list;
    const list = this.parts.store.galleries();
    this.#galleries = { at: now, list };
    // A failure is told to who asked; the next message tries again.
    list.catch(() => {
      this.#galleries = undefined;
    });
    return list;
  }
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
