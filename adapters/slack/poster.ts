/** Replies into Slack, each once: the first page is posted, the final one takes its place. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Reply } from '../../src/conversation/reply.ts';
import { asChatReidError, ChatReidError, type ErrorCode } from '../../src/foundation/error.ts';
import type { AdapterWatch } from '../adapter.ts';
import type { Journal } from '../journal.ts';
import { Lanes } from '../lanes.ts';
import { isDirect, type Place } from './conversation-names.ts';
import type { SlackLimits } from './limits.ts';
import { replyMetadata } from './methods.ts';
import type { Origin, Origins } from './origins.ts';
import { PostedReplies, type PostedReply } from './posted-reply.ts';
import { type RenderedReply, renderReply } from './reply-blocks.ts';
import { picturesOf, type UploadingPictures } from './reply-pictures.ts';
import type { SlackCalls } from './slack-calls.ts';
import { isLasting, refusalOf } from './slack-error.ts';
import type { Threads } from './threads.ts';
import type { Whispers } from './whispers.ts';
import { withdrawPost } from './withdrawn-post.ts';

export interface PosterParts {
  readonly calls: SlackCalls;
  readonly journal: Journal;
  readonly origins: Origins;
  readonly threads: Threads;
  readonly pictures: UploadingPictures;
  readonly whispers: Whispers;
  readonly limits: SlackLimits;
  readonly watch: AdapterWatch;
}

/** What only who asked should see. */
const private_: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'REQUEST_REFUSED',
  'SIGN_IN_NEEDED',
  'ACCESS_DENIED',
]);
/** The message that would be edited is gone, or too old for it. */
const uneditable: ReadonlySet<string> = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
]);
const tooMuch: ReadonlySet<string> = new Set(['invalid_blocks', 'msg_too_long', 'msg_blocks_too_long']);
/** Tries with a picture that Slack does not know yet. */
const pictureTries = 3;
/** Milliseconds by which our clock may be ahead of Slack's. */
const clocksApart = 600_000;

const postedAnswer = z.object({ ts: z.string(), channel: z.string() });
const history = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z
        .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
        .nullish()
        .catch(undefined),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});

/** What is posted of a message: the same for all of its variants. */
interface Post {
  readonly to: string;
  readonly stage: PostedReply['stage'];
  readonly payload: Readonly<Record<string, string>>;
  /** The fullest first; the next is tried where Slack takes one not. */
  readonly variants: readonly (() => RenderedReply)[];
}

export class Poster {
  readonly #lanes = new Lanes();
  readonly #posted: PostedReplies;

  constructor(private readonly parts: PosterParts) {
    this.#posted = new PostedReplies(parts.journal);
  }

  /** @throws ChatReidError where Slack does not have it, or may not: to be called again with the same reply */
  deliver(reply: Reply): Promise<void> {
    return this.#lanes.run(reply.to, () => this.#deliver(reply));
  }

  /**
   * Posts what stands there until the reply to a message comes, which then takes its place; or, with another id than the
   * message's, stays.
   *
   * @returns its place: channel and timestamp
   * @throws ChatReidError PLATFORM_*
   */
  begin(to: string, place: Place, markup: string, text: string): Promise<Required<Place>> {
    return this.#lanes.run(to, async () => {
      const before = await this.#posted.of(to);
      const block = {
        type: 'section' as const,
        text: { type: 'mrkdwn' as const, text: markup, verbatim: true },
      };
      const rendered: RenderedReply = { blocks: [block], text, kept: new Map() };
      const after =
        before?.ts === undefined
          ? await this.#put({ to, stage: 'begun', payload: {}, variants: [() => rendered] }, place, before)
          : before;
      return { channel: after.channel, thread: after.ts ?? '' };
    });
  }

  /** Whether a message was answered, or is being answered. */
  async knows(messageId: string): Promise<boolean> {
    return (await this.#posted.of(messageId)) !== undefined;
  }

  /** Takes a post back, after what is being posted in its place. @throws ChatReidError PLATFORM_* */
  withdraw(to: string): Promise<void> {
    return this.#lanes.run(to, async () => {
      const before = await this.#posted.of(to);
      if (!before) return;
      const { ts, ...place } = before;
      const trying = ts === undefined && before.stage !== 'final';
      await withdrawPost(this.parts.calls, before, trying ? await this.#found(before, to) : ts);
      await this.#posted.keep(to, { ...place, stage: 'final', files: [] });
    });
  }

  async #deliver(reply: Reply): Promise<void> {
    const before = await this.#posted.of(reply.to);
    const hasFirst = before?.stage === 'first' && before.ts !== undefined;
    if (before?.stage === 'final' || (hasFirst && reply.stage === 'first')) return;
    const origin = await this.parts.origins.of(reply.to, reply.conversation);
    if (!origin)
      throw new ChatReidError('INTERNAL', 'This reply belongs to no place in Slack.', 'Report it.');
    if (reply.error && private_.has(reply.error.code) && !isDirect(origin.place.channel) && !before?.ts) {
      return this.#whisper(reply, origin);
    }
    try {
      await this.#show(reply, origin, before);
    } catch (error) {
      if (!isLasting(error)) throw error;
      await this.#shutOut(reply, origin, asChatReidError(error, 'posting an answer'));
    }
  }

  async #show(reply: Reply, origin: Origin, before: PostedReply | undefined): Promise<void> {
    const started = before ?? begunAt(origin.place);
    const mine = started.filesOf === reply.stage ? started.files : undefined;
    const uploaded = mine
      ? { pictures: picturesOf(reply, mine), files: mine }
      : await this.parts.pictures.upload(
          reply,
          origin.asker && { ...origin.asker, conversation: reply.conversation },
        );
    const note = 'note' in uploaded ? uploaded.note : undefined;
    const told = note === undefined ? reply : { ...reply, notes: [...reply.notes, note] };
    const said = origin.said === undefined ? {} : { said: origin.said };
    const post: Post = {
      to: reply.to,
      stage: reply.stage,
      payload: payloadOf(reply),
      variants: [
        ...(uploaded.files.length === 0
          ? []
          : Array<() => RenderedReply>(pictureTries).fill(() =>
              renderReply(told, { ...said, pictures: uploaded.pictures }),
            )),
        () => renderReply(told, said),
        () => renderReply(told, { ...said, still: true }),
      ],
    };
    const files = { files: uploaded.files, filesOf: reply.stage };
    await this.#put(post, origin.place, before && { ...before, ...files }, files);
    const old = started.files.filter((file) => !uploaded.files.includes(file));
    if (old.length > 0) void this.parts.pictures.remove(old);
  }

  /** Posts, or edits what stands there. @returns what Slack has now */
  async #put(
    post: Post,
    place: Place,
    before: PostedReply | undefined,
    files: Pick<PostedReply, 'files' | 'filesOf'> = { files: [], filesOf: '' },
  ): Promise<PostedReply> {
    const found = before && before.ts === undefined ? await this.#found(before, post.to) : before?.ts;
    const record: PostedReply = { ...(before ?? begunAt(place)), ...files };
    // Before Slack has it: a process that ends in between leaves the next one to look for it.
    if (found === undefined) await this.#posted.keep(post.to, record);
    const ts = (found && (await this.#edit(post, record, found))) || (await this.#post(post, record));
    const after: PostedReply = { ...record, ...ts, stage: post.stage };
    if (place.thread === undefined && isDirect(after.channel) && after.ts !== undefined) {
      await this.parts.threads.claim({ channel: after.channel, thread: after.ts }, 'direct');
    }
    await this.#posted.keep(post.to, after);
    return after;
  }

  async #post(post: Post, { channel, thread }: PostedReply): Promise<{ ts: string; channel: string }> {
    const answer = await this.#varied(post, (rendered) =>
      this.parts.calls.call(
        'chat.postMessage',
        {
          channel,
          ...(thread === undefined ? {} : { thread_ts: thread }),
          ...this.#contents(post, rendered),
          unfurl_links: false,
          unfurl_media: false,
        },
        { channel, repeatable: false },
      ),
    );
    return postedAnswer.parse(answer);
  }

  /** @returns undefined where there is nothing to edit any more */
  async #edit(post: Post, { channel }: PostedReply, ts: string): Promise<{ ts: string } | undefined> {
    try {
      await this.#varied(post, (rendered) =>
        this.parts.calls.call('chat.update', { channel, ts, ...this.#contents(post, rendered) }),
      );
      return { ts };
    } catch (error) {
      if (uneditable.has(refusalOf(error) ?? '')) return undefined;
      throw error;
    }
  }

  async #varied<T>(post: Post, call: (rendered: RenderedReply) => Promise<T>): Promise<T> {
    for (const [at, render] of post.variants.entries()) {
      const rendered = render();
      for (const [name, act] of rendered.kept) await this.parts.journal.remember(name, act);
      try {
        return await call(rendered);
      } catch (error) {
        if (at === post.variants.length - 1 || !tooMuch.has(refusalOf(error) ?? '')) throw error;
        if (at + 1 < pictureTries) await sleep(this.parts.limits.fileLookMs);
      }
    }
    throw new ChatReidError('INTERNAL', 'There was nothing to post.', 'Report it.');
  }

  #contents({ to, stage, payload }: Post, { blocks, text }: RenderedReply) {
    const metadata = { event_type: replyMetadata, event_payload: { to, stage, ...payload } };
    return { text, blocks, metadata };
  }

  /** A post whose answer was lost: every post carries the id of the message that it answers. */
  async #found({ channel, thread, at }: PostedReply, to: string): Promise<string | undefined> {
    const oldest = String(Math.max(0, at - clocksApart) / 1000);
    const where = thread === undefined ? { channel } : { channel, ts: thread };
    const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
    let cursor: string | undefined;
    do {
      const page = history.parse(
        await this.parts.calls.call(method, {
          ...where,
          oldest,
          limit: 200,
          include_all_metadata: true,
          ...(cursor ? { cursor } : {}),
        }),
      );
      const mine = page.messages.find(
        ({ metadata }) => metadata?.event_type === replyMetadata && metadata.event_payload.to === to,
      );
      if (mine) return mine.ts;
      cursor = page.response_metadata?.next_cursor ?? undefined;
    } while (cursor);
    return undefined;
  }

  async #whisper(reply: Reply, origin: Origin): Promise<void> {
    const { blocks, text } = renderReply(reply, { still: true });
    await this.parts.whispers.whisper(origin, { blocks, text });
    await this.#posted.keep(reply.to, { ...begunAt(origin.place), stage: 'final' });
  }

  /** Nobody will see this answer in its place; who asked is told why, where there is a way to. */
  async #shutOut(reply: Reply, origin: Origin, error: ChatReidError): Promise<void> {
    this.parts.watch.trouble(error);
    if (reply.stage === 'first') return;
    await this.parts.whispers.tell(origin, error);
    await this.#posted.keep(reply.to, { ...begunAt(origin.place), stage: 'final' });
  }
}

function begunAt({ channel, thread }: Place): PostedReply {
  return {
    channel,
    ...(thread === undefined ? {} : { thread }),
    stage: 'none',
    at: Date.now(),
    files: [],
    filesOf: '',
  };
}

function payloadOf({ key, answer, error }: Reply): Record<string, string> {
  return {
    key,
    ...(answer ? { decision: answer.result.decision } : {}),
    ...(error ? { error: error.code } : {}),
  };
}
