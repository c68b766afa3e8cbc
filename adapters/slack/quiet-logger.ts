/** A logger for the client library that says nothing: what it writes may hold words of people, and errors reach us as errors. */
import { type Logger, LogLevel } from '@slack/bolt';

export function quietLogger(): Logger {
  const nothing = () => {};
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    setLevel: nothing,
    getLevel: () => LogLevel.ERROR,
    setName: nothing,
  };
}
