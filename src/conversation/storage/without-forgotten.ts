/** A document of a talk without pictures that were forgotten: numbers keep their meaning, and nothing of them is shown. */
import { forgottenPicture } from '../replies/sentences.ts';
import { problemNote } from '../intake.ts';
import type { Act } from '../act.ts';
import type { DialogueState, Sought, Turn } from '../dialogue-state.ts';
import type { Answer, Reply } from '../reply.ts';
import { type Forgotten, holdsGone, isGone } from '../../trust/forget/forgotten.ts';
import {
  isCutPictures,
  isHead,
  isMessage,
  isReply,
  isShownPosts,
  isTurn,
  type TakenMessage,
  type TalkHead,
} from './talk-record.ts';

/**
 * Whatever kind of document it is. In lists that numbers refer to something stands in the place of the picture.
 *
 * @returns the very same value where nothing of it is concerned
 */
export function withoutForgotten(value: unknown, forgotten: Forgotten): unknown {
  const named = forgotten.in(value);
  if (named === value) return value;
  if (isHead(named)) return head(named);
  if (isMessage(named)) return message(named);
  if (isReply(named)) return reply(named);
  // The post is taken back, and the frame goes with its people.
  if (isShownPosts(named)) return { ...named, posts: named.posts.filter((post) => !holdsGone(post)) };
  if (isCutPictures(named)) return { ...named, cuts: named.cuts.filter((cut) => !holdsGone(cut)) };
  return isTurn(named) ? turn(named) : named;
}

/** Not searched with any more: of a state, or of what an undo goes back to. */
export function soughtWithout<T extends Sought>(sought: T): T {
  const { pictures, chosen, negatives } = sought;
  return { ...sought, pictures: there(pictures), chosen: there(chosen), negatives: there(negatives) };
}

function head(its: TalkHead): TalkHead {
  const state = (one: DialogueState) => (Array.isArray(one?.pictures) ? soughtWithout(one) : one);
  return { ...its, base: state(its.base), state: state(its.state) };
}

function turn({ before, restored, ...its }: Turn): Turn {
  return {
    ...its,
    ...(before ? { before: soughtWithout(before) } : {}),
    ...(restored ? { restored: soughtWithout(restored) } : {}),
  };
}

function reply({ people, answer, ...its }: Reply): Reply {
  const acts = <T extends { readonly act: Act }>(all: readonly T[]) =>
    all.filter(({ act }) => !holdsGone(act));
  return {
    ...its,
    chips: acts(its.chips),
    buttons: acts(its.buttons),
    ...(answer ? { answer: answerWithout(answer) } : {}),
    // Who is left out of a frame is on the frame still: all of it goes.
    ...(people && !holdsGone(people) ? { people } : {}),
  };
}

function answerWithout(answer: Answer): Answer {
  const { result, query, cards } = answer;
  return {
    ...answer,
    result: { ...result, ranking: result.ranking.filter(({ record }) => !isGone(record.pictureId)) },
    query: { ...query, pictureIds: there(query.pictureIds), negatives: there(query.negatives) },
    cards: cards.filter(({ pictureId }) => !isGone(pictureId)),
  };
}

/** Who sent it is told in its answer. */
function message(its: TakenMessage): TakenMessage {
  const gone = its.attachments.some((picture) => 'id' in picture && isGone(picture.id));
  if (!gone) return its;
  return {
    ...its,
    attachments: its.attachments.map((picture) =>
      'id' in picture && isGone(picture.id) ? { name: '', problem: forgottenPicture } : picture,
    ),
    notes: [...its.notes, problemNote(forgottenPicture)],
  };
}

function there(ids: readonly string[]): string[] {
  return ids.filter((id) => !isGone(id));
}
