/** Another model than the one that answered last is a change of the configuration, wherever it is noticed. */
import type { AuditEntry, AuditEvent } from '../../trust/audit-event.ts';

/** @param recent the last one first. @param model checksum of what answers now. @returns nothing where it is the same or the first */
export function modelChange(recent: Iterable<AuditEntry['event']>, model: string): readonly AuditEvent[] {
  for (const { model: before } of recent) {
    if (typeof before !== 'string') continue;
    return before === model ? [] : [{ kind: 'configuration', facts: { what: 'model', model, before } }];
  }
  return [];
}
