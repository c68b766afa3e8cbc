/** The lines of the chain and of the words beside it, as bytes: a million of them are checked without reading JSON. */
import { hash, randomBytes } from 'node:crypto';
import type { AuditEvent, PersonalField } from './audit-event.ts';
import { canonicalJson, type Json } from './canonical-json.ts';

/*
 * Where each part stands is fixed.
 * Chain: `{"entry":{"at":…,"event":…,"personal":{…},"prev":"<64>","seq":N},"hash":"<64>"}`; the hash is SHA-256 over the
 * canonical JSON of `entry`, `prev` the hash of the entry before.
 * Words: `{"commit":"<64>","seq":N,"words":{"field":…,"salt":…,"value":…}}`; the commitment is SHA-256 over `words`.
 */

/** Before the first entry. */
export const noHash = '0'.repeat(64);

const head = Buffer.from('{"entry":');
const middle = Buffer.from(',"hash":"');
const prevMark = Buffer.from('"prev":"');
const personalMark = Buffer.from('"personal":{');
const end = Buffer.from('"}');
const tailLength = middle.length + 64 + end.length;
const seqMark = Buffer.from('","seq":');
const commitHead = Buffer.from('{"commit":"');
const wordsMark = Buffer.from(',"words":');
const quote = 0x22;
const none: readonly number[] = [];

export interface ChainLine {
  readonly seq: number;
  readonly hash: string;
  /** Where the hash of the entry before is. */
  readonly prevAt: number;
  /** Where its commitments are, in the order of the line. */
  readonly commitsAt: readonly number[];
}

export interface WordsLine {
  readonly seq: number;
  readonly commit: string;
}

/** One personal field: its line in the words beside the chain, and the commitment in the chain. */
export function wordsLine(seq: number, field: PersonalField, value: Json): { line: string; commit: string } {
  // Without a salt a short text could be guessed from its hash; it goes with the text.
  const words = canonicalJson({ field, salt: randomBytes(16).toString('hex'), value });
  const commit = hash('sha256', words);
  return { commit, line: `{"commit":"${commit}","seq":${seq},"words":${words}}\n` };
}

export function chainLine(
  seq: number,
  at: string,
  { facts = {}, kind, platform, user }: AuditEvent,
  personal: Readonly<Partial<Record<PersonalField, string>>>,
  prev: string,
): { line: string; hash: string } {
  const entry = canonicalJson({ at, event: { ...facts, kind, platform, user }, personal, prev, seq });
  const own = hash('sha256', entry);
  return { hash: own, line: `{"entry":${entry},"hash":"${own}"}\n` };
}

/**
 * @param commits whether they are wanted
 * @returns undefined where these bytes are not a whole and unchanged line (without its end of line)
 */
export function readChainLine(
  bytes: Buffer,
  from: number,
  to: number,
  commits = false,
): ChainLine | undefined {
  const entryEnd = to - tailLength;
  const entryStart = from + head.length;
  if (entryEnd <= entryStart) return undefined;
  if (!same(bytes, from, head) || !same(bytes, entryEnd, middle) || !same(bytes, to - end.length, end)) {
    return undefined;
  }
  // From its end: `"prev":"<64>","seq":N},"hash":"<64>"}`
  const numberEnd = entryEnd - 1;
  const numberStart = digitsBefore(bytes, numberEnd);
  const prevAt = numberStart - seqMark.length - 64;
  if (numberStart === numberEnd || bytes[numberEnd] !== 0x7d) return undefined;
  if (!same(bytes, prevAt + 64, seqMark) || !same(bytes, prevAt - prevMark.length, prevMark))
    return undefined;
  const own = hash('sha256', bytes.subarray(entryStart, entryEnd));
  if (!hasHash(bytes, to - end.length - 64, own)) return undefined;
  return {
    seq: numberOf(bytes, numberStart, numberEnd),
    hash: own,
    prevAt,
    commitsAt: commits ? commitsBefore(bytes, prevAt - prevMark.length - 1, entryStart) : none,
  };
}

/** @returns undefined where these bytes are not a whole and unchanged line (without its end of line) */
export function readWordsLine(bytes: Buffer, from: number, to: number): WordsLine | undefined {
  const commitAt = from + commitHead.length;
  const numberStart = commitAt + 64 + seqMark.length;
  if (numberStart >= to || !same(bytes, from, commitHead) || bytes[to - 1] !== 0x7d) return undefined;
  if (!same(bytes, commitAt + 64, seqMark)) return undefined;
  let numberEnd = numberStart;
  while (isDigit(bytes[numberEnd])) numberEnd++;
  const wordsStart = numberEnd + wordsMark.length;
  if (numberEnd === numberStart || !same(bytes, numberEnd, wordsMark) || wordsStart >= to) return undefined;
  const commit = hash('sha256', bytes.subarray(wordsStart, to - 1));
  if (!hasHash(bytes, commitAt, commit)) return undefined;
  return { seq: numberOf(bytes, numberStart, numberEnd), commit };
}

/** Whether these digits are there: bytes are compared, no string is made of them. */
export function hasHash(bytes: Buffer, at: number, digits: string): boolean {
  for (let i = 0; i < 64; i++) if (bytes[at + i] !== digits.charCodeAt(i)) return false;
  return true;
}

/** `"personal":{"case":"<64>","words":"<64>"}` that ends at `to`. */
function commitsBefore(bytes: Buffer, to: number, from: number): readonly number[] {
  // Empty: `{}`
  if (bytes[to - 2] !== quote) return none;
  // A string in JSON has its quotes escaped: these bytes are the key itself.
  const start = bytes.lastIndexOf(personalMark, to);
  if (start < from) return none;
  const found: number[] = [];
  for (let at = to - 2; at > start + personalMark.length; ) {
    found.unshift(at - 64);
    // Over `"name":"<64>` to the field before it.
    const separator = bytes.lastIndexOf(0x2c, at - 64);
    if (separator < start) break;
    at = separator - 1;
  }
  return found;
}

function same(bytes: Buffer, at: number, wanted: Buffer): boolean {
  if (at < 0) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function digitsBefore(bytes: Buffer, to: number): number {
  let from = to;
  while (isDigit(bytes[from - 1])) from--;
  return from;
}

function numberOf(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10 + (bytes[i]! - 0x30);
  return value;
}
