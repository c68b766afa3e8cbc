/** The log of `chatreid serve`: one JSON object a line, or a line for people; never a picture, a name, a word or a secret. */
import { createHash } from 'node:crypto';
import { type Logger, pino } from 'pino';
import type { Writable } from 'node:stream';
import type { ChatReidError, ErrorCode } from '../../foundation/error.ts';
import { printable } from '../../foundation/terminal-text.ts';
import { cut, redactor } from '../redaction.ts';
import type { logLevels } from './serve-config.ts';

export type ServeLog = Logger;

export interface ServeLogOptions {
  readonly level: (typeof logLevels)[number];
  /** Lines for people in place of JSON. */
  readonly lines: boolean;
  readonly out: Pick<Writable, 'write'>;
  /** Whatever else goes wrong, these leave in no line. */
  readonly secrets: readonly string[];
  readonly now?: () => Date;
}

/** Names of fields that hold what people say or are; they are cut out if one ever comes by. */
const personal = ['text', 'words', 'name', 'user', 'conversation', 'line', 'attachments', 'bytes', 'message'];
const secretFields = ['token', 'secret', 'authorization', 'headers', 'password', 'url'];

export function serveLog({ level, lines, out, secrets, now = () => new Date() }: ServeLogOptions): ServeLog {
  const cleaned = redactor(secrets);
  const fields = [...personal, ...secretFields];
  return pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: () => `,"time":"${now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: fields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: cut },
    },
    { write: (line: string) => out.write(cleaned(lines ? forPeople(line) : line)) },
  );
}

/** Enough to follow one talk through the log, and nothing of who has it: Slack's and Discord's names of places are in it. */
export function talkMark(conversation: string): string {
  return createHash('sha256').update(conversation).digest('hex').slice(0, 12);
}

/** Sentences of these are about the installation; those of others may quote what somebody wrote. */
const aboutUs =
  /^(PLATFORM|STORAGE|STATE|MODEL|ENGINE|REMOTE|GALLERY|AUDIT)_|^OPTION_INVALID$|^CONVERSATION_DAMAGED$/;

/** An error as the log has it. A bug is told by where it is, not by its words. */
export function loggedError(error: ChatReidError): {
  readonly code: ErrorCode;
  readonly what?: string;
  readonly next?: string;
  readonly cause?: string;
  readonly where?: readonly string[];
} {
  const { code, message, next } = error;
  if (aboutUs.test(code)) return { code, what: message, next, ...causes(error.cause) };
  const { stack = '' } = error.cause instanceof Error ? error.cause : error;
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return { code, where: frames.slice(0, 5).map((line) => line.trim()) };
}

/** Names and codes alone: `TypeError, ECONNREFUSED`; what an error says may quote somebody. */
function causes(error: unknown): { readonly cause?: string } {
  const names: string[] = [];
  for (let some = error; some instanceof Error && names.length < 4; some = some.cause) {
    const { code } = some as NodeJS.ErrnoException;
    names.push(/^[A-Z0-9_]+$/.test(String(code)) ? `${some.name} ${code}` : some.name);
  }
  return names.length === 0 ? {} : { cause: names.join(', ') };
}

/** `10:05:12 info  message answered  platform=slack  ms=2340` */
function forPeople(json: string): string {
  const { time, level, event, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const fields = Object.entries(rest).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${name}=${/\s/.test(text) ? JSON.stringify(text) : text}`;
  });
  const head = `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${String(event)}`;
  return `${[head, ...fields].map(printable).join('  ')}\n`;
}
