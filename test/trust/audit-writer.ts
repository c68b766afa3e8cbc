/** A process that records as fast as it can, and says which entries it was promised: to be killed. */
import { AuditTrail } from '../../src/trust/audit-trail.ts';

const [folder = '', name = '', count = '0'] = process.argv.slice(2);
const trail = await AuditTrail.open(folder);
const user = name;
for (let at = 0; at < Number(count); at++) {
  // Larger than a page, so that a kill can fall into it.
  const [seq] = await trail.record({
    kind: 'lookup',
    user,
    facts: { at },
    personal: { words: 'x'.repeat(6000) },
  });
  process.send?.(seq);
}
await trail.close();
process.disconnect();
