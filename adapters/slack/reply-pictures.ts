/** Pictures of a reply as files at Slack: the contact sheet, or the people to choose from. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Asker } from '../../src/conversation/asker.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import { fittedPicture, readPictureFile } from '../../src/foundation/picture.ts';
import { type SlackLimits, shownLimits } from './limits.ts';
import type { ReplyPictures } from './reply-blocks.ts';
import type { SlackCalls } from './slack-calls.ts';

export interface UploadedPictures {
  readonly pictures: ReplyPictures;
  /** All of them, to be removed when others take their place. */
  readonly files: readonly string[];
  /** Why there are none, as a sentence. */
  readonly note?: string;
}

const uploaded = z.object({ files: z.array(z.object({ files: z.array(z.object({ id: z.string() })) })) });
const looked = z.object({ file: z.object({ mimetype: z.string().nullish() }) });
/** Pixels: of one person, beside others. */
const personBox = { width: 240, height: 480, enlarge: false };

export class UploadingPictures {
  constructor(
    private readonly conversations: Pick<Conversations, 'sheet' | 'picturePath'>,
    private readonly calls: SlackCalls,
    private readonly limits: SlackLimits,
  ) {}

  /**
   * @param asker who will see them; absent where that is not known any more
   * @throws ChatReidError PLATFORM_UNREACHABLE, PLATFORM_BUSY, CANCELLED, STORAGE_*: another try may do it
   */
  async upload(reply: Reply, asker: Asker | undefined): Promise<UploadedPictures> {
    try {
      if (reply.answer && reply.answer.cards.length > 0) {
        const files = await this.#files([await this.conversations.sheet(reply, asker)], 'contact-sheet');
        return { pictures: picturesOf(reply, files), files };
      }
      if (reply.people) {
        const people = reply.people.people.slice(0, shownLimits.people);
        const drawn: Buffer[] = [];
        for (const { pictureId } of people) drawn.push(await this.#person(pictureId, asker));
        const files = await this.#files(drawn, 'person');
        return { pictures: picturesOf(reply, files), files };
      }
    } catch (error) {
      const known = asChatReidError(error, 'drawing the pictures');
      if (/^(PLATFORM_(UNREACHABLE|BUSY)|CANCELLED|STORAGE_)/.test(known.code)) throw known;
      // An answer without a picture is better than none.
      return { pictures: {}, files: [], note: `The pictures are missing: ${known.message} ${known.next}` };
    }
    return { pictures: {}, files: [] };
  }

  async remove(files: readonly string[]): Promise<void> {
    for (const file of files) {
      // What is left there nobody but us can see.
      await this.calls.call('files.delete', { file }, { tries: 2 }).catch(() => undefined);
    }
  }

  /** Without what the camera wrote into the file. */
  async #person(pictureId: string, asker: Asker | undefined): Promise<Buffer> {
    const bytes = await readPictureFile(await this.conversations.picturePath(pictureId, asker));
    return (await fittedPicture(bytes, personBox)).png().toBuffer();
  }

  async #files(pngs: readonly Buffer[], name: string): Promise<string[]> {
    const files = await Promise.all(
      pngs.map(async (file, at) => {
        const filename = pngs.length === 1 ? `${name}.png` : `${name}-${at + 1}.png`;
        const answer = uploaded.safeParse(
          await this.calls.call('files.uploadV2', { file, filename, title: filename }),
        );
        const id = answer.data?.files[0]?.files[0]?.id;
        if (id !== undefined) return id;
        throw new ChatReidError('PLATFORM_REFUSED', 'Slack did not keep the picture.', 'Ask again.');
      }),
    );
    await Promise.all(files.map((file) => this.#ready(file)));
    return files;
  }

  /** Slack makes a picture of an upload by and by; until then no message may show it. */
  async #ready(file: string): Promise<void> {
    for (let looks = 0; looks < this.limits.fileLooks; looks++) {
      if (looks > 0) await sleep(this.limits.fileLookMs);
      const answer = looked.safeParse(await this.calls.call('files.info', { file }));
      if (answer.data?.file.mimetype?.startsWith('image/')) return;
    }
  }
}

/** Of files that are there already: one for the sheet, or one for each of the people. */
export function picturesOf({ answer, people }: Reply, files: readonly string[]): ReplyPictures {
  const [sheet] = files;
  if (answer) return sheet === undefined ? {} : { sheet };
  return people ? { people: files } : {};
}
