/** Who was turned away at a platform's gate, in the audit trail. */
import type { TellRefusal } from '../../../adapters/refusal.ts';
import type { Composition } from '../composition.ts';

/** How often somebody is told of is limited by the adapters. What cannot be recorded is refused all the same. */
export function recordRefusals(parts: Pick<Composition, 'audit'>): TellRefusal {
  return ({ platform, user, why, times }) => {
    const event = { kind: 'denial' as const, platform, user, facts: { why, times } };
    parts
      .audit()
      .then((trail) => trail?.record(event))
      .catch(() => undefined);
  };
}
