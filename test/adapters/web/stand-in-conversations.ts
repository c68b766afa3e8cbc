/** A stand-in for the session manager: everything in memory, no model, and a gate between the first page and the last. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Asker } from '../../../src/conversation/asker.ts';
import type { Conversations, Deliver } from '../../../src/conversation/conversations.ts';
import type { DialogueState, Turn } from '../../../src/conversation/dialogue-state.ts';
import type { Message } from '../../../src/conversation/message.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { ChatReidError } from '../../../src/foundation/error.ts';
import { pictureId } from '../../../src/foundation/picture.ts';
import { demoPictures } from './demo-people.ts';
import { StandInTalk } from './stand-in-talk.ts';

export class StandInConversations implements Conversations {
  /** Every message that was handled, the same ones again included. */
  readonly handled: Message[] = [];
  /** Awaited between the first page and the final reply. */
  gate: Promise<void> = Promise.resolve();
  /** Thrown by `accepted` of the next message. */
  refuseNext: Error | undefined;
  /** Who looked at what outside of a message. */
  readonly askers: (Asker | undefined)[] = [];
  readonly cancelled: string[] = [];
  resumed: string | undefined;
  readonly #talks = new Map<string, StandInTalk>();
  readonly #seen = new Map<string, ReturnType<Conversations['handle']>>();
  readonly #paths = new Map(demoPictures.map(({ pictureId: id, path }) => [id, path]));
  #folder: Promise<string> | undefined;

  handle(message: Message, deliver: Deliver) {
    this.handled.push(message);
    const seen = this.#seen.get(message.id);
    if (seen) return seen;
    const refused = this.refuseNext !== undefined;
    const accepted = this.#accept(message);
    const done = accepted.then((ids) => this.#answer(message, ids, deliver));
    done.catch(() => undefined);
    const both = { accepted, done };
    if (!refused) this.#seen.set(message.id, both);
    return both;
  }

  cancel(conversation: string): void {
    this.cancelled.push(conversation);
  }

  async resume(prefix: string, _deliver: Deliver): Promise<void> {
    this.resumed = prefix;
  }

  async state(conversation: string): Promise<DialogueState | undefined> {
    return this.#talks.get(conversation)?.state;
  }

  async turns(conversation: string): Promise<readonly Turn[]> {
    const answered = new Set((await this.replies(conversation)).map(({ to }) => to));
    return (this.#talks.get(conversation)?.turns ?? []).filter(({ messageId }) => answered.has(messageId));
  }

  async replies(conversation: string, _asker?: Asker): Promise<readonly Reply[]> {
    return this.#talks.get(conversation)?.replies ?? [];
  }

  async list(prefix: string) {
    return [...this.#talks]
      .filter(([conversation]) => conversation.startsWith(prefix))
      .reverse()
      .map(([conversation, { replies, turns }]) => ({
        conversation,
        line: replies.findLast(({ line }) => line)?.line ?? turns[0]?.text ?? '',
        at: turns.at(-1)?.at ?? '',
        ...(turns[0]?.text ? { asked: turns[0].text } : {}),
        ...picturesOf(turns).map((pictureId) => ({ pictureId }))[0],
      }));
  }

  async sheet(reply: Reply): Promise<Buffer> {
    const cards = reply.answer?.cards ?? [];
    return sharp({
      create: { width: 110 * Math.max(1, cards.length), height: 220, channels: 3, background: '#111317' },
    })
      .composite(
        await Promise.all(
          cards.map(async ({ pictureId: id }, at) => ({
            input: await sharp(await this.picturePath(id))
              .resize(100, 200)
              .toBuffer(),
            left: at * 110 + 5,
            top: 10,
          })),
        ),
      )
      .png()
      .toBuffer();
  }

  async picturePath(id: string, asker?: Asker): Promise<string> {
    this.askers.push(asker);
    const path = this.#paths.get(id);
    if (path !== undefined) return path;
    throw new ChatReidError('PICTURE_UNKNOWN', 'There is no such picture.', 'Send it again.');
  }

  async forget(conversation: string): Promise<void> {
    this.#talks.delete(conversation);
  }

  async close(): Promise<void> {
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
  }

  /** Without metadata, as the real one keeps them: the id may be another than that of the bytes that were sent. */
  async #accept({ attachments }: Message): Promise<string[]> {
    const refusal = this.refuseNext;
    this.refuseNext = undefined;
    if (refusal) throw refusal;
    const ids: string[] = [];
    for (const { bytes } of attachments) {
      const { exif } = await sharp(bytes).metadata();
      const kept = exif ? await sharp(bytes).autoOrient().png().toBuffer() : bytes;
      const id = pictureId(kept);
      ids.push(id);
      if (this.#paths.has(id)) continue;
      this.#folder ??= mkdtemp(join(tmpdir(), 'chatreid-web-'));
      const path = join(await this.#folder, id);
      await writeFile(path, kept);
      this.#paths.set(id, path);
    }
    return ids;
  }

  async #answer(message: Message, pictureIds: readonly string[], deliver: Deliver): Promise<void> {
    const talk = this.#talks.get(message.conversation) ?? new StandInTalk();
    this.#talks.set(message.conversation, talk);
    const gate = this.gate;
    const { first, final } = talk.answer(message, pictureIds);
    // Until it is delivered it is not kept.
    talk.replies.pop();
    if (first) {
      await deliver(first);
      await gate;
    }
    talk.replies.push(final);
    await deliver(final);
  }
}

function picturesOf(turns: readonly Turn[]): string[] {
  return turns
    .flatMap(({ acts }) => acts.flatMap((act) => (act.act === 'show' ? act.pictures : [])))
    .flatMap((picture) => ('pictureId' in picture ? [picture.pictureId] : []));
}
