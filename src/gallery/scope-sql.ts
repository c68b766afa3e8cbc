/** A scope as a WHERE clause over `entry e`: the same meaning as the in-memory selector of row-facts. */

import type { Cell } from './gallery-database.ts';
import type { Scope } from './gallery-store.ts';

/** `sql` begins with ' AND ' or is empty; `values` are its parameters in order. Lists travel as one JSON parameter. */
export function scopeClause(scope: Scope = {}): { readonly sql: string; readonly values: Cell[] } {
  const parts: string[] = [];
  const values: Cell[] = [];
  const restrict = (sql: string, value: Cell) => {
    parts.push(sql);
    values.push(value);
  };
  const among = '(SELECT value FROM json_each(?))';
  const { cameras, places, persons, tags, exclude } = scope;
  if (cameras?.length) restrict(`e.camera IN ${among}`, JSON.stringify(cameras));
  if (places?.length) restrict(`e.place IN ${among}`, JSON.stringify(places));
  if (persons?.length) restrict(`e.person IN ${among}`, JSON.stringify(persons));
  if (scope.after) restrict('e.time >= ?', scope.after.getTime());
  if (scope.before) restrict('e.time <= ?', scope.before.getTime());
  if (tags?.length) {
    restrict(`EXISTS (SELECT 1 FROM json_each(e.tags) t WHERE t.value IN ${among})`, JSON.stringify(tags));
  }
  if (exclude?.length) {
    restrict(`lower(hex(p.hash)) NOT IN ${among}`, JSON.stringify(exclude));
  }
  return { sql: parts.map((part) => ` AND ${part}`).join(''), values };
}
