/** Goes through everything that is kept of talks, and leaves nothing of what is forgotten in it. */
import { cutsIn } from '../../conversation/storage/cut-pictures.ts';
import type { ConversationStorage } from '../../conversation/storage/conversation-storage.ts';
import type { ChangingShelf } from '../../conversation/storage/shelf.ts';
import { type PostOfTalk, postsWith } from '../../conversation/storage/shown-posts.ts';
import { TalkList } from '../../conversation/storage/talk-list.ts';
import { isHead, isMessage, keys, type TalkHead } from '../../conversation/storage/talk-record.ts';
import { withoutForgotten } from '../../conversation/storage/without-forgotten.ts';
import type { Forgotten } from '../../trust/forget/forgotten.ts';
import type { ForgetOrder } from '../../trust/forget/forget-order.ts';

export const shelfNames = ['inbox', 'talks', 'events', 'posts'] as const;

/** Frames of these people and people of these frames belong together: who forgets one forgets all. */
export async function withFrames(storage: ConversationStorage, ids: Iterable<string>): Promise<Set<string>> {
  const cuts: (readonly string[])[] = [];
  for await (const { value } of storage.talks.entries()) {
    for (const { frame, people } of cutsIn(value)) cuts.push([frame, ...people]);
  }
  const asked = new Set(ids);
  const all = new Set(asked);
  for (const [frame, ...people] of cuts) {
    if (frame === undefined) continue;
    if (asked.has(frame)) for (const id of people) all.add(id);
    // The frame shows who was cut from it; the others in it stay as they were cut.
    if (people.some((id) => asked.has(id))) all.add(frame);
  }
  return all;
}

/** Names under which pictures were sent. */
export async function namesOfSent(
  storage: ConversationStorage,
  ids: ReadonlySet<string>,
): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { value } of storage.inbox.entries()) {
    if (!isMessage(value)) continue;
    for (const picture of value.attachments)
      if ('id' in picture && ids.has(picture.id)) names.add(picture.name);
  }
  return names;
}

/** Posts on platforms that show one of the pictures, or are of a talk that goes: to be known before anything is removed. */
export async function postsOf(storage: ConversationStorage, order: ForgetOrder): Promise<PostOfTalk[]> {
  const ids = new Set(order.pictures);
  const old = await oldTalks(storage, order.talksBefore);
  const gone = new Set(old.map(({ conversation }) => conversation));
  const found = new Map<string, PostOfTalk>();
  for await (const { value } of storage.talks.entries()) {
    const posts = postsWith(value, (id, conversation) => ids.has(id) || gone.has(conversation));
    for (const post of posts) found.set(`${post.conversation}\n${post.message}`, post);
  }
  return [...found.values()];
}

/**
 * Changes one document after the other while others use them; done again it finds nothing to do.
 *
 * @returns how many documents were changed or removed
 */
export async function passOverTalks(
  storage: ConversationStorage,
  forgotten: Forgotten,
  signal?: AbortSignal,
): Promise<number> {
  let changed = 0;
  for (const name of shelfNames) {
    const shelf = storage[name];
    for await (const { key, value } of shelf.entries()) {
      signal?.throwIfAborted();
      if (withoutForgotten(value, forgotten) === value) continue;
      if (await shelf.change(key, (now) => withoutForgotten(now, forgotten))) changed++;
    }
  }
  return changed;
}

/** @returns those that are gone now, by name */
export async function removeOldTalks(
  storage: ConversationStorage,
  before: string | undefined,
): Promise<string[]> {
  const old = await oldTalks(storage, before);
  const list = new TalkList(storage.talks, Number.MAX_SAFE_INTEGER);
  for (const { conversation, firstTurn, nextTurn, replies } of old) {
    const turns = Array.from({ length: nextTurn - firstTurn }, (_, at) =>
      keys.turn(conversation, firstTurn + at),
    );
    await storage.talks.delete([
      ...turns,
      ...replies.map((number) => keys.reply(conversation, number)),
      keys.aside(conversation),
      keys.shown(conversation),
      keys.cuts(conversation),
    ]);
    await list.remove(conversation);
    await removeWaiting(storage.inbox, conversation);
    // Last: whoever comes again after a kill finds by it what is left.
    await storage.talks.delete([keys.head(conversation)]);
  }
  return old.map(({ conversation }) => conversation);
}

async function removeWaiting(inbox: ChangingShelf, conversation: string): Promise<void> {
  const waiting: string[] = [];
  for await (const { key, value } of inbox.entries()) {
    if (isMessage(value) && value.conversation === conversation) waiting.push(key);
  }
  await inbox.delete(waiting);
}

/** Used last before this. @param before ISO 8601 in UTC */
export async function oldTalks(
  storage: ConversationStorage,
  before: string | undefined,
): Promise<TalkHead[]> {
  if (before === undefined) return [];
  const old: TalkHead[] = [];
  for await (const { value } of storage.talks.entries()) {
    if (isHead(value) && value.at !== '' && value.at < before) old.push(value);
  }
  return old;
}
