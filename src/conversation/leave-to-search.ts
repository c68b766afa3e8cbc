/** Whether a search may run now: its gallery, its case, and a second person's approval. */
import { type Role, roleOfAct } from '../trust/access/roles.ts';
import type { Act } from './act.ts';
import { isApproved } from './approving.ts';
import type { Awaiting, DialogueState } from './dialogue-state.ts';
import { changesSearch } from './fold.ts';
import type { Button, Denied, Reply } from './reply.ts';
import type { View } from './sights.ts';

/** Why it does not run now. What was said is kept: it runs when this is settled. */
export interface Halt {
  readonly code: Denied['code'];
  readonly message: string;
  readonly next: string;
  /** What an approval is asked for. */
  readonly awaiting?: Awaiting;
}

/**
 * Whether the turn wants the search to run: an act changed it or asks for more of it, or what it waited for is there now.
 *
 * @param before the state in front of the turn
 */
export function wantsSearch(acts: readonly Act[], before?: DialogueState, view?: View): boolean {
  if (acts.some((act) => act.act === 'more' || act.act === 'approve' || changesSearch(act))) return true;
  const waitedForCase = before !== undefined && view?.permit.caseProblem(before.purpose) !== undefined;
  return waitedForCase && acts.some(({ act }) => act === 'case');
}

/** Whose search it is, where the message is no search of its sender's own but lets somebody else's go on. */
export function approvedSearch(acts: readonly Act[], before: DialogueState): Awaiting | undefined {
  const own = acts.some((act) => act.act === 'more' || changesSearch(act));
  return !own && acts.some(({ act }) => act === 'approve') ? before.awaiting : undefined;
}

/** Whose search a turn's replies tell of: an approved one is that of whoever waited for it. */
export function searchOf(turn: {
  readonly acts: readonly Act[];
  readonly before: DialogueState;
  readonly state: DialogueState;
  readonly view: View;
}): Pick<Reply, 'of'> {
  const { acts, before, state, view } = turn;
  if (!view.limited) return {};
  const { user } = approvedSearch(acts, before) ?? view;
  const { gallery } = state;
  return { of: { user, ...(view.permit.limits(gallery) === 'none' ? {} : { gallery }) } };
}

/** Who may not search, and only asks for the next candidates, looks. Whoever may search gets more of the search that they had. */
export function searchRole(acts: readonly Act[], { permit }: View, gallery: string): 'viewer' | 'searcher' {
  const looks = acts.every(({ act }) => roleOfAct[act] === 'viewer');
  return looks && !permit.allows('show', gallery) ? 'viewer' : 'searcher';
}

/** @param role that the search is run in. @param request id of the message that asks for it */
export function haltOf(
  state: DialogueState,
  view: View,
  role: Role,
  request: string,
  now: Date,
): Halt | undefined {
  const { permit, user, marks } = view;
  const { gallery, purpose } = state;
  // Who asked for an approval may have lost the role while waiting for it.
  if (permit.limits(gallery, role) === 'none') {
    return {
      code: 'ACCESS_DENIED',
      message: 'The gallery of this talk may not be searched by whoever asked.',
      next: 'Name another gallery, or ask whoever runs this bot for a role there.',
    };
  }
  const problem = permit.caseProblem(purpose);
  if (problem) return { code: 'CASE_NEEDED', ...problem };
  const hours = permit.approvalHours(gallery);
  if (hours === undefined || isApproved(state, user, hours, now)) return undefined;
  const known = state.awaiting;
  const same = known?.user === user && known.gallery === gallery && known.purpose === purpose;
  return {
    code: 'APPROVAL_NEEDED',
    message: `Searches of the gallery ${gallery} wait for a second person.`,
    next: 'Somebody else with the role searcher there can press Approve, or say "approve".',
    awaiting: {
      request: same ? known.request : request,
      user,
      marks,
      gallery,
      ...(purpose === undefined ? {} : { purpose }),
    },
  };
}

export function approvalButtons(awaiting: Awaiting | undefined): Button[] {
  return awaiting ? [{ label: 'Approve', act: { act: 'approve', request: awaiting.request } }] : [];
}
