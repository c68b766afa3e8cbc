/** Posts of ours taken back from Discord: deleted, or edited to a sentence without their pictures where that is not allowed. */
import { ChatReidError } from '../../src/foundation/error.ts';
import type { Journal } from '../journal.ts';
import { asPlatformError, isClosed, isDead, refusalOf, refusals } from './api-error.ts';
import type { DiscordApi, Written } from './discord-api.ts';
import { knownOf } from './posting.ts';
import { notePayload } from './reply-payload.ts';

const withdrawnText = 'This answer was taken back: a picture in it was forgotten.';

export class Withdrawing {
  constructor(private readonly parts: { readonly api: DiscordApi; readonly journal: Journal }) {}

  /** @param message the one that the post answers. @throws ChatReidError PLATFORM_* */
  async withdraw(message: string): Promise<void> {
    const { journal } = this.parts;
    const known = knownOf(await journal.posted(message));
    if (known?.stage === 'trying') throw stillPosting();
    const written = known?.written;
    if (!written) return;
    try {
      await this.#remove(written);
    } catch (error) {
      throw asPlatformError(error, 'taking a post back');
    }
    await journal.keepPosted(message, { stage: 'final' });
  }

  async #remove(written: Written): Promise<void> {
    const { api } = this.parts;
    try {
      await api.remove(written);
    } catch (error) {
      if (isGone(error)) return;
      if (!isClosed(error)) throw error;
      await api.edit(written, notePayload([withdrawnText])).catch((again: unknown) => {
        if (!isGone(again)) throw again;
      });
    }
  }
}

/** Whether Discord has it is known when it was tried again. */
function stillPosting(): ChatReidError {
  return new ChatReidError(
    'PLATFORM_BUSY',
    'An answer that is to be taken back is being posted.',
    'It is taken back by itself in a moment.',
  );
}

function isGone(error: unknown): boolean {
  return isDead(error) || refusalOf(error) === refusals.unknownChannel;
}
