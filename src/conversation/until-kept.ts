/** A message whose talk can be neither read nor kept for now waits, and those behind it too, so that they keep their order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatReidError, type ErrorCode } from '../foundation/error.ts';
import { replyTo } from './replies/reply-to.ts';
import type { Job, Session } from './session.ts';

/** What passes without anybody's changing the message. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'STATE_UNREACHABLE',
  'STORAGE_FULL',
  'STORAGE_FAILED',
  'GALLERY_BUSY',
]);

/**
 * Who sent it is told once that it is not lost; the answer takes the place of that.
 *
 * @param waits milliseconds before each further try, the last of them again and again; none: it is tried once
 * @param over what is not done by then is left to the next process
 * @throws what the last try threw
 */
export async function untilKept(
  job: Job,
  session: Session,
  take: () => Promise<void>,
  waits: readonly number[],
  over: AbortSignal,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await take();
    } catch (error) {
      const wait = waits[Math.min(tries, waits.length - 1)];
      if (wait === undefined || over.aborted || !(error instanceof ChatReidError && passing.has(error.code)))
        throw error;
      if (tries === 0) await tell(job, error.code);
      await pause(wait, session, over);
    }
  }
}

/** Shorter where the talk is forgotten, or the search cancelled, or everything ends. */
async function pause(wait: number, session: Session, over: AbortSignal): Promise<void> {
  const running = session.running?.controller.signal;
  const ends = running && !running.aborted ? [over, running] : [over];
  await sleep(wait, undefined, { signal: AbortSignal.any(ends) }).catch(() => undefined);
}

async function tell({ message, deliver }: Job, code: ErrorCode): Promise<void> {
  const why =
    code === 'STORAGE_FULL'
      ? 'The disk that talks are kept on is full'
      : 'What talks are kept in does not answer';
  const error = new ChatReidError(
    code,
    `${why}: your message is taken in, and cannot be answered just now.`,
    'It is answered as soon as it can be; you need not send it again.',
  );
  await deliver(replyTo(message, 'first', { error: error.report() })).catch(() => undefined);
}
