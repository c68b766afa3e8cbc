/** Roles: a ladder. Each may do what those below it may. */
export const roles = ['viewer', 'searcher', 'registrar', 'admin'] as const;

export type Role = (typeof roles)[number];

export function isAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The role that an act of a talk takes. What is not here cannot be done at all: a new act does not compile without its line. */
export const roleOfAct = {
  help: 'viewer',
  unclear: 'viewer',
  more: 'viewer',
  why: 'viewer',
  compare: 'viewer',
  describe: 'viewer',
  clue: 'searcher',
  show: 'searcher',
  exclude: 'searcher',
  choose: 'searcher',
  constrain: 'searcher',
  lift: 'searcher',
  answer: 'searcher',
  person: 'searcher',
  verify: 'searcher',
  ask: 'searcher',
  case: 'searcher',
  approve: 'searcher',
  reset: 'searcher',
  undo: 'searcher',
  register: 'registrar',
  forget: 'admin',
} as const satisfies Readonly<Record<string, Role>>;

export type ControlledAct = keyof typeof roleOfAct;
