/** Why a turn that runs is stopped. */
import { ChatReidError } from '../foundation/error.ts';

export type StopReason = 'overtaken' | 'cancelled' | 'closing' | 'forgotten';

export class Stopped extends ChatReidError {
  /** @param message why, for who asked; for `cancelled` only */
  constructor(
    readonly reason: StopReason,
    message = 'The search was stopped.',
  ) {
    super('CANCELLED', message, 'Ask again when you are ready.');
  }
}

/** @returns why the signal was aborted; undefined where it was not, or by somebody else */
export function stopReason(signal: AbortSignal): StopReason | undefined {
  return signal.reason instanceof Stopped ? signal.reason.reason : undefined;
}
