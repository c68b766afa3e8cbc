/** Pictures of several people that were sent to search with: cut into people, of whom the user chooses. */
import { readFile } from 'node:fs/promises';
import { ChatReidError } from '../foundation/error.ts';
import type { Act, PictureRef } from './act.ts';
import type { PeopleCutter } from './people.ts';
import { withRefs } from './picture-refs.ts';
import type { PeopleChoice } from './reply.ts';
import type { TakenMessage } from './storage/talk-record.ts';
import type { ConversationStorage } from './storage/conversation-storage.ts';
import { keepCut } from './storage/cut-pictures.ts';
import type { Uploads } from './uploads.ts';

export interface CutActs {
  readonly acts: readonly Act[];
  readonly people?: PeopleChoice;
  readonly notes: readonly string[];
}

/** More are not told apart in a reply. */
const mostPeople = 20;

/** A crop passes untouched; a frame with one person becomes that person; of a frame with several the user is asked. */
export async function cutPeople(
  parts: {
    readonly people?: PeopleCutter;
    readonly uploads: Uploads;
    readonly storage: Pick<ConversationStorage, 'talks'>;
  },
  message: TakenMessage,
  acts: readonly Act[],
  signal: AbortSignal,
): Promise<CutActs> {
  const { people: cutter, uploads, storage } = parts;
  if (!cutter) return { acts, notes: [] };
  const sent = new Set(message.attachments.flatMap((picture) => ('id' in picture ? [picture.id] : [])));
  const crops = new Map<string, string>();
  const notes: string[] = [];
  let choice: PeopleChoice | undefined;
  const left = new Set<string>();
  for (const id of shownIds(acts).filter((one) => sent.has(one))) {
    const people = await cut(cutter, uploads, message.conversation, id, signal, notes);
    // Who forgets one of them forgets the picture that shows them, and the other way round.
    const cropped = people.map(({ pictureId }) => pictureId);
    await keepCut(storage.talks, message.conversation, id, cropped);
    if (people.length === 1) crops.set(id, people[0]!.pictureId);
    if (people.length < 2) continue;
    if (choice === undefined) choice = choiceOf(id, people);
    else {
      left.add(id);
      notes.push('Another picture shows several people too: send it again after you have chosen.');
    }
  }
  const settled = acts.flatMap((act) => {
    if (act.act !== 'show') return [act];
    const kept = withRefs(act, (ref): PictureRef | undefined => {
      if (!('pictureId' in ref)) return ref;
      if (left.has(ref.pictureId)) return undefined;
      const crop = crops.get(ref.pictureId);
      return crop === undefined ? ref : { pictureId: crop };
    });
    return kept ? [kept] : [];
  });
  return { acts: settled, notes, ...(choice ? { people: choice } : {}) };
}

function shownIds(acts: readonly Act[]): string[] {
  const ids = acts.flatMap((act) =>
    act.act === 'show' ? act.pictures.flatMap((ref) => ('pictureId' in ref ? [ref.pictureId] : [])) : [],
  );
  return [...new Set(ids)];
}

type Cut = Omit<PeopleChoice['people'][number], 'number' | 'button'>;

async function cut(
  cutter: PeopleCutter,
  uploads: Uploads,
  conversation: string,
  id: string,
  signal: AbortSignal,
  notes: string[],
): Promise<Cut[]> {
  try {
    const path = await uploads.path(id, conversation);
    if (path === undefined) return [];
    const found = await cutter(await readFile(path), signal);
    if (found.length > mostPeople) notes.push(`The first ${mostPeople} people of the picture are shown.`);
    const people: Cut[] = [];
    for (const { bytes, box } of found.slice(0, mostPeople)) {
      people.push({ pictureId: (await uploads.keep(conversation, bytes)).id, box });
    }
    return people;
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof ChatReidError ? ` ${error.message}` : '';
    notes.push(
      `Whether the picture shows several people could not be told; all of it is searched with.${why}`,
    );
    return [];
  }
}

function choiceOf(frameId: string, people: readonly Cut[]): PeopleChoice {
  return {
    frameId,
    people: people.map((person, at) => ({
      number: at + 1,
      ...person,
      button: { label: `Person ${at + 1}`, act: { act: 'person', number: at + 1 } },
    })),
  };
}
