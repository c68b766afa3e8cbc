/** What is shown of talks outside their messages: states, replies, contact sheets and pictures, as whoever asks may see them. */
import { ChatReidError } from '../foundation/error.ts';
import { isUnlimited } from '../gallery/gallery-limits.ts';
import type { Asker } from './asker.ts';
import type { DialogueState } from './dialogue-state.ts';
import { PictureFinder } from './picture-finder.ts';
import { withoutPictures } from './replies/search-answer.ts';
import type { Answer, Reply } from './reply.ts';
import type { SessionManagerParts } from './session-parts.ts';
import type { Sights, View } from './sights.ts';

export class Looking {
  /** For the program itself. */
  readonly #all: PictureFinder;

  constructor(
    private readonly parts: SessionManagerParts,
    private readonly sights: Sights,
  ) {
    this.#all = new PictureFinder(parts);
  }

  /** @returns undefined where the talk's gallery is not there for the asker */
  async state(
    conversation: string,
    state: DialogueState | undefined,
    asker?: Asker,
  ): Promise<DialogueState | undefined> {
    const view = asker && this.sights.of(asker, conversation);
    if (!state || !view?.limited) return state;
    const limits = view.permit.limits(state.gallery);
    if (limits === 'none') return undefined;
    const { pictures, chosen, negatives, shown, talkedOf, people, cameras, places } = state;
    const ids = [...pictures, ...chosen, ...negatives, ...shown, ...(talkedOf ?? []), ...people];
    const hidden = await hiddenOf(ids, view.as('viewer').pictures);
    const seen = (list: readonly string[]) => list.filter((id) => !hidden.has(id));
    const { cameras: allowedCameras = cameras, places: allowedPlaces = places } = limits;
    return {
      ...state,
      pictures: seen(pictures),
      chosen: seen(chosen),
      negatives: seen(negatives),
      shown: seen(shown),
      ...(talkedOf ? { talkedOf: seen(talkedOf) } : {}),
      people: seen(people),
      cameras: cameras.filter((camera) => allowedCameras.includes(camera)),
      places: places.filter((place) => allowedPlaces.includes(place)),
    };
  }

  /** As far as they are there for the asker; of a gallery that they may not look at, what was refused in it. */
  async replies(
    conversation: string,
    state: DialogueState,
    replies: readonly Reply[],
    asker?: Asker,
  ): Promise<readonly Reply[]> {
    const view = asker && this.sights.of(asker, conversation);
    if (!view?.limited) return replies;
    const ids = replies.flatMap(({ answer }) => (answer ? picturesOf(answer) : []));
    const hidden = await hiddenOf(ids, view.as('viewer').pictures);
    return replies.flatMap((reply) => seenOf(reply, state.gallery, view, hidden) ?? []);
  }

  /** @throws ChatReidError OPTION_INVALID for a reply without an answer, ACCESS_DENIED where nothing of it is there for the asker */
  async sheet({ answer, conversation }: Reply, asker?: Asker): Promise<Buffer> {
    if (!answer) {
      throw new ChatReidError('OPTION_INVALID', 'This reply has no candidates.', 'Choose one that has.');
    }
    const view = asker && this.sights.of(asker, conversation);
    const pictures = view?.limited ? view.as('viewer').pictures : this.#all;
    const hidden = view?.limited ? await hiddenOf(picturesOf(answer), pictures) : new Set<string>();
    const { query, result, scopeLine } = narrowed(answer, hidden);
    if (view?.limited && (!view.permit.has('viewer') || (hidden.size > 0 && result.ranking.length === 0))) {
      throw new ChatReidError(
        'ACCESS_DENIED',
        'Nothing of this answer is there for you.',
        'Ask whoever runs this bot what you may look at.',
      );
    }
    // Drawing loads a typeface, which most processes never need.
    const { contactSheet } = await import('../retrieval/contact-sheet.ts');
    return contactSheet({
      query: {
        pictures: await pictures.findAll(query.pictureIds),
        words: query.words,
        negatives: await pictures.findAll(query.negatives),
      },
      result,
      ...(scopeLine === '' ? {} : { scope: scopeLine }),
      timeZone: this.parts.timeZone,
    });
  }

  /** @throws ChatReidError PICTURE_UNKNOWN, also for what is there and not for the asker */
  async picturePath(pictureId: string, asker?: Asker): Promise<string> {
    const view = asker && this.sights.of(asker, asker.conversation);
    const pictures = view?.limited ? view.as('viewer').pictures : this.#all;
    return (await pictures.find(pictureId)).path;
  }

  /** @param state undefined where nothing was said yet. @throws ChatReidError ACCESS_DENIED */
  demandForgetting(state: DialogueState | undefined, asker: Asker): void {
    const gallery = state?.gallery ?? this.parts.gallery;
    if (this.sights.of(asker).permit.allows('reset', gallery)) return;
    throw new ChatReidError(
      'ACCESS_DENIED',
      'You may not remove this talk.',
      'Ask whoever runs this bot for the role searcher.',
    );
  }
}

/** Sentences say what was seen with the eyes of whoever searched: they are for these, and for whoever may see all of the gallery. */
function seenOf(
  reply: Reply,
  talkGallery: string,
  { user, permit }: View,
  hidden: ReadonlySet<string>,
): Reply | undefined {
  const searcher = reply.of?.user;
  const gallery = reply.of?.gallery ?? talkGallery;
  const limits = permit.limits(gallery);
  if (limits === 'none') return reply.error?.code === 'ACCESS_DENIED' ? reply : undefined;
  const theirs = searcher === user || isUnlimited(limits);
  const answer = reply.answer && narrowed(reply.answer, hidden, !theirs);
  if (theirs && answer === reply.answer) return reply;
  const { question: _q, error: _e, ...rest } = reply;
  const waits = reply.buttons.some(({ act }) => act.act === 'approve');
  return {
    ...rest,
    ...(answer ? { answer } : {}),
    text: [waits && !answer ? waiting : partly],
    chips: [],
    notes: [],
  };
}

const waiting = 'A search waits here for a second person.';
const partly = 'Part of this answer is outside of what you may look at.';

/** What is said of a wider search, and how many pictures it looked at, is of more than is there now. */
function narrowed(answer: Answer, hidden: ReadonlySet<string>, wider = false): Answer {
  if (!wider && !picturesOf(answer).some((id) => hidden.has(id))) return answer;
  const left = withoutPictures(answer, hidden);
  const { length } = left.result.ranking;
  const decisionDetail = { ...left.result.decisionDetail, sentence: partly };
  const filter = { ...left.result.filter, kept: length, of: length };
  return { ...left, result: { ...left.result, decisionDetail, filter, notes: [] } };
}

function picturesOf({ cards, result, query }: Answer): string[] {
  return [
    ...cards.map(({ pictureId }) => pictureId),
    ...result.ranking.map(({ record }) => record.pictureId),
    ...query.pictureIds,
    ...query.negatives,
  ];
}

async function hiddenOf(ids: readonly string[], pictures: PictureFinder): Promise<ReadonlySet<string>> {
  const all = [...new Set(ids)];
  const there = await Promise.all(all.map((id) => pictures.has(id)));
  return new Set(all.filter((_, at) => !there[at]));
}
