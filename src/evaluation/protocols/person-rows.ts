/** Gallery rows by person: what every protocol looks up for a query. */
import type { Labelled } from '../protocol.ts';

/** Rows ascending. */
export function rowsByPerson(gallery: readonly Labelled[]): ReadonlyMap<string, readonly number[]> {
  const rows = new Map<string, number[]>();
  for (const [row, { personId }] of gallery.entries()) {
    const known = rows.get(personId);
    if (known) known.push(row);
    else rows.set(personId, [row]);
  }
  return rows;
}
