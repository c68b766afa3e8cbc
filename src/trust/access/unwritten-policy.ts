/** Who may do what where no policy is written: whoever a platform lets in may search, and the operator's own page may do everything. */
import { type Access, everythingAllowed, PolicyAccess } from './access.ts';
import type { Policy } from './policy.ts';
import { isAtLeast, type Role, roleOfAct } from './roles.ts';

/** The page on this machine, and the one whose visitors all know its one token. */
const operators: ReadonlySet<string> = new Set(['web:local', 'web:token', 'terminal:local']);

/** Of `chatreid serve` with a config that has no section `access`. */
export const unwrittenPolicy: Access = {
  named: [],
  permit(marks, now) {
    const role: Role = marks.some((mark) => operators.has(mark)) ? 'admin' : 'searcher';
    return {
      ...everythingAllowed.permit(marks, now),
      key: role,
      allows: (act) => isAtLeast(role, roleOfAct[act]),
      limits: (_gallery, needed = 'viewer') => (isAtLeast(role, needed) ? {} : 'none'),
      seesAll: (needed) => isAtLeast(role, needed),
      has: (needed) => isAtLeast(role, needed),
    };
  },
};

/** Of a service. @param policy its section `access` */
export function accessOf(policy: Policy | undefined): Access {
  return policy ? new PolicyAccess(policy) : unwrittenPolicy;
}
