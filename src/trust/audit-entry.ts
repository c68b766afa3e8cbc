/** What a line of the chain says, read from its JSON and held against the shape that this program writes. */
import type { AuditEntry } from './audit-event.ts';

/**
 * @param line whose hash is right: that proves only that nobody changed it since it was written
 * @returns undefined for what this program cannot have written
 */
export function entryIn(line: string): Omit<AuditEntry, 'hash' | 'words'> | undefined {
  try {
    const { entry } = JSON.parse(line) as { entry: Partial<AuditEntry> | null };
    const { at, event, personal } = entry ?? {};
    const whole = typeof at === 'string' && typeof event?.kind === 'string' && typeof personal === 'object';
    return whole && personal !== null ? (entry as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}
