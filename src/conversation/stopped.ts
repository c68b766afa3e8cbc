/** Why a turn that runs is stopped. */
import { ChatReidError } from '../foundation/error.ts';

export type StopReason = 'overtaken' | 'cancelled' | 'closing' | 'forgotten';

export class Stopped extends ChatReidError {
  constructor(readonly reason: StopReason) {
    super('CANCELLED', 'The search was stopped.', 'Ask again when you are ready.');
  }
}

/** @returns why the signal was aborted; undefined where it was not, or by somebody else */
export function stopReason(signal: AbortSignal): StopReason | undefined {
  return signal.reason instanceof Stopped ? signal.reason.reason : undefined;
}
