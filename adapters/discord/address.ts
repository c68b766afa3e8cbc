/** Where the answer to an event goes. */
import type { Asker } from '../../src/conversation/asker.ts';
import { timeOf } from './snowflake.ts';
import { discordLimits } from './limits.ts';

export interface Address {
  readonly channel: string;
  /** Who asked: a snowflake. */
  readonly user: string;
  /** The same person, as the access policy knows them; absent where that is not known any more. */
  readonly asker?: Asker;
  /** Only who asked sees the answer. */
  readonly hidden: boolean;
  /** Of an interaction: what edits the message that its acknowledgement made, for a quarter of an hour. */
  readonly token?: {
    readonly application: string;
    readonly token: string;
    readonly interaction: string;
    /** Where it was asked: messages under the token stand there. */
    readonly channel: string;
  };
  /** Whether the answer takes the place of the message that the acknowledgement made. */
  readonly deferred: boolean;
  /** That message, where its id is known. */
  readonly original?: string;
  /** A message that the answer is a reply to. */
  readonly replyTo?: string;
  /** Bytes that a file may have there. */
  readonly uploadBytes: number;
  /** How to go on, in one sentence. */
  readonly hint: string;
}

/** A clock that is some seconds off must not make an answer late. */
const spareMs = 10_000;

export function isTokenGood({ token }: Address, now = Date.now()): boolean {
  return token !== undefined && now < timeOf(token.interaction) + discordLimits.tokenMs - spareMs;
}
