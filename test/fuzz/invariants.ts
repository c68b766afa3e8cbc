/** What must hold of whatever comes in: only our own errors are thrown, and each target's own sentence. */
import { ChatReidError } from '../../src/foundation/error.ts';

/**
 * @param codes of errors that are right here. INTERNAL never is: it is what anything unforeseen becomes
 * @returns undefined where the input was refused
 */
export async function onlyOurs<T>(work: () => T | Promise<T>, codes: RegExp): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ChatReidError && codes.test(error.code)) return undefined;
    throw error;
  }
}

export function hold(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(`It must hold that ${sentence}.`);
}

/** @returns undefined for what is no JSON */
export function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

export const isoTime = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
