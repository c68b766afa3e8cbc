/** A second person's approval of a search: what waits, what was approved, and when a new case ends it. Pure. */
import type { Act } from './act.ts';
import type { Approval, Awaiting, DialogueState, Turn } from './dialogue-state.ts';

/** More are not kept: the oldest go. */
const mostApprovals = 20;

/** What waits in this talk still: a search that moved on, or to another case, does not. */
export function waitingIn({ awaiting, gallery, purpose }: DialogueState): Awaiting | undefined {
  return awaiting?.gallery === gallery && awaiting.purpose === purpose ? awaiting : undefined;
}

/** Whether somebody's search in the talk's gallery, for its case, is approved at this moment. */
export function isApproved(
  { approvals = [], gallery, purpose }: DialogueState,
  user: string,
  hours: number,
  now: Date,
): boolean {
  return approvals.some(
    (one) =>
      one.user === user &&
      one.gallery === gallery &&
      one.purpose === purpose &&
      now.getTime() - Date.parse(one.at) < hours * 3_600_000,
  );
}

/** Nobody approves their own search, nor one that does not wait any more. */
export function approved(
  state: DialogueState,
  { request }: Extract<Act, { act: 'approve' }>,
  turn: Partial<Pick<Turn, 'user' | 'at'>>,
): DialogueState {
  const waiting = waitingIn(state);
  const { user: by, at } = turn;
  if (!waiting || by === undefined || at === undefined || waiting.user === by) return state;
  if (request !== undefined && request !== waiting.request) return state;
  const { user, gallery, purpose } = waiting;
  const approval: Approval = { user, gallery, ...(purpose === undefined ? {} : { purpose }), by, at };
  const { awaiting: _, ...rest } = state;
  const others = (state.approvals ?? []).filter((one) => one.user !== user || one.gallery !== gallery);
  return { ...rest, approvals: [...others, approval].slice(-mostApprovals) };
}

export function withCase(state: DialogueState, purpose: string): DialogueState {
  if (purpose === state.purpose) return state;
  const { awaiting: _w, approvals: _a, ...rest } = state;
  return { ...rest, purpose };
}

/** A search that ran, or waits for somebody else, waits no more as it did. */
export function withAwaiting(
  state: DialogueState,
  awaiting: Awaiting | undefined,
  searched: boolean,
): DialogueState {
  if (awaiting) return { ...state, awaiting };
  if (!searched || !state.awaiting) return state;
  const { awaiting: _, ...rest } = state;
  return rest;
}
