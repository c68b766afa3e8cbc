/** What the exit code of every command means. */
import type { ErrorCode } from '../foundation/error.ts';

export const exitCodes = {
  ok: 0,
  /** Something went wrong; the sentence on stderr (or `error` in the JSON) says what and what to do. */
  error: 1,
  /** The command line itself is wrong: an unknown option, a value that cannot be read. */
  usage: 2,
  /** Done, but some pictures were skipped; they are named. */
  skipped: 3,
  /** Stopped by Ctrl-C; what was done so far is kept. */
  interrupted: 130,
  /** Stopped by SIGTERM; what was done so far is kept. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** @param signal aborted, with the name of the signal that ended the process as main.ts passes it on */
export function interruptedBy({ reason }: AbortSignal): ExitCode {
  return reason instanceof Error && reason.message === 'SIGTERM'
    ? exitCodes.terminated
    : exitCodes.interrupted;
}

export function exitCodeOf(code: ErrorCode): ExitCode {
  switch (code) {
    case 'OPTION_INVALID':
    case 'QUERY_EMPTY':
      return exitCodes.usage;
    case 'CANCELLED':
      return exitCodes.interrupted;
    default:
      return exitCodes.error;
  }
}
