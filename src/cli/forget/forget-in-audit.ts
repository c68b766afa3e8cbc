/** Words of the audit trail that name what is forgotten go; its chain stays whole. */
import { existsSync } from 'node:fs';
import type { AuditEntry } from '../../trust/audit-event.ts';
import { AuditTrail } from '../../trust/audit-trail.ts';
import type { ForgetOrder } from '../../trust/forget/forget-order.ts';
import type { Forgotten } from '../../trust/forget/forgotten.ts';

/** Beginnings of ids as people type them. */
const begun = /\b[0-9a-f]{6,63}\b/g;

/**
 * @param folder CHATREID_HOME/audit; where there is none, nothing is recorded either
 * @returns how many entries lost words
 * @throws ChatReidError AUDIT_UNAVAILABLE, AUDIT_DAMAGED
 */
export async function forgetInAudit(
  folder: string,
  order: ForgetOrder,
  forgotten: Forgotten,
): Promise<number> {
  if (!existsSync(folder)) return 0;
  const trail = await AuditTrail.open(folder);
  try {
    const by = { ...order.by, facts: { order: order.id } };
    return await trail.redact(({ words }: AuditEntry) => names(words, order, forgotten), by);
  } finally {
    await trail.close();
  }
}

function names(words: AuditEntry['words'], { pictures }: ForgetOrder, forgotten: Forgotten): boolean {
  if (forgotten.isIn(words)) return true;
  const starts = JSON.stringify(words).match(begun) ?? [];
  return starts.some((start) => pictures.some((id) => id.startsWith(start)));
}
