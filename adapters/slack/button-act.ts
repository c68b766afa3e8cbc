/** An act as the value of a button, and back. */
import { createHash } from 'node:crypto';
import type { Act } from '../../src/conversation/act.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { readActs } from '../act-schema.ts';
import { messageLimits } from './limits.ts';

/** Acts that are too long for a value: kept by us under the name that the value gives. */
export type KeptActs = Map<string, Act>;

const keptName = /^kept:[0-9a-f]{32}$/;

export function actValue(act: Act, kept: KeptActs): string {
  const value = JSON.stringify(act);
  if (value.length <= messageLimits.buttonValue) return value;
  const name = `kept:${createHash('sha256').update(value).digest('hex').slice(0, 32)}`;
  kept.set(name, act);
  return name;
}

/** @throws ChatReidError REQUEST_INVALID: a button of a version that knew other acts, or one whose act is not kept any more */
export async function actOfValue(
  value: string,
  recall: (name: string) => Promise<unknown>,
  timeZone: string,
): Promise<Act> {
  const json = keptName.test(value) ? JSON.stringify(await recall(value)) : value;
  try {
    const [act] = readActs(`[${json ?? ''}]`, timeZone);
    if (act) return act;
  } catch {
    // Told below, in words that fit a button.
  }
  throw new ChatReidError(
    'REQUEST_INVALID',
    'This button is from another version of the bot.',
    'Write what you want instead, for example "more" or "not 2".',
  );
}
