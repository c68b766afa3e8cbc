/** What the bot's posts show, kept when they are made: asked when a picture of them is forgotten. */
import type { Reply } from '../reply.ts';
import type { ChangingShelf } from './shelf.ts';
import { isReply, isShownPosts, keys, type ShownPosts } from './talk-record.ts';

/** Of one talk; older ones are no longer known. */
const keptPosts = 500;

/** Every picture that a post of this reply shows, or is about. */
export function picturesOfReply({ answer, people }: Reply): string[] {
  return [
    ...new Set([
      ...(answer?.cards.map(({ pictureId }) => pictureId) ?? []),
      ...(answer?.query.pictureIds ?? []),
      ...(answer?.query.negatives ?? []),
      ...(people ? [people.frameId, ...people.people.map(({ pictureId }) => pictureId)] : []),
    ]),
  ];
}

/** Before the platform has it. */
export async function keepShown(talks: ChangingShelf, reply: Reply): Promise<void> {
  const { conversation, to: message } = reply;
  const pictures = picturesOfReply(reply);
  if (pictures.length === 0) return;
  const key = keys.shown(conversation);
  const added = (kept: ShownPosts): ShownPosts => {
    const before = kept.posts.find((post) => post.message === message)?.pictures ?? [];
    const rest = kept.posts.filter((post) => post.message !== message);
    const post = { message, pictures: [...new Set([...before, ...pictures])] };
    return { ...kept, posts: [...rest, post].slice(-keptPosts) };
  };
  const changed = await talks.change(key, (kept) => (isShownPosts(kept) ? added(kept) : kept));
  if (!changed) await talks.set([{ key, value: added({ version: 1, conversation, posts: [] }) }]);
}

export interface PostOfTalk {
  readonly conversation: string;
  /** The message that it answers. */
  readonly message: string;
}

/**
 * Posts that a document of a talk knows of. Those of before it was kept what posts show say it in their replies.
 *
 * @param wanted of which pictures, and of which talk
 */
export function postsWith(
  value: unknown,
  wanted: (pictureId: string, conversation: string) => boolean,
): PostOfTalk[] {
  if (isShownPosts(value)) {
    const { conversation, posts } = value;
    return posts
      .filter(({ pictures }) => pictures.some((id) => wanted(id, conversation)))
      .map(({ message }) => ({ conversation, message }));
  }
  if (!isReply(value)) return [];
  const { conversation, to: message } = value;
  return picturesOfReply(value).some((id) => wanted(id, conversation)) ? [{ conversation, message }] : [];
}
