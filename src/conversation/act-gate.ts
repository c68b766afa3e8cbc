/** Which acts of a message its sender may do, and what is said of the others. */
import type { Permit } from '../trust/access/permit.ts';
import { type Role, roleOfAct } from '../trust/access/roles.ts';
import type { Act } from './act.ts';
import { waitingIn } from './approving.ts';
import type { DialogueState } from './dialogue-state.ts';
import type { Denied } from './reply.ts';

/** An act that is not done, and why: as sentences. */
export interface Denial extends Denied {
  readonly message: string;
  readonly next: string;
}

/** @returns for each act why it is not done; undefined where it may be */
export function denials(
  acts: readonly Act[],
  state: DialogueState,
  permit: Permit,
  user: string,
): (Denial | undefined)[] {
  // One search is run when all acts are done, and what is told is told of it: in the gallery that they lead to.
  let gallery = state.gallery;
  for (const act of acts) {
    const named = act.act === 'constrain' ? act.gallery : undefined;
    if (named !== undefined && permit.allows('constrain', named)) gallery = named;
  }
  return acts.map((act) => {
    return roleDenial(act, galleryOf(act, state, gallery), permit) ?? ofItsOwn(act, state, permit, user);
  });
}

/** Whoever lets a search go on must have a role where it waits, wherever the rest of the message leads. */
function galleryOf(act: Act, state: DialogueState, gallery: string): string {
  if (act.act === 'approve') return waitingIn(state)?.gallery ?? state.gallery;
  return act.act === 'constrain' ? (act.gallery ?? gallery) : gallery;
}

/** Why an act is not done in a gallery, for want of a role there. */
export function roleDenial(act: Act, gallery: string, permit: Permit): Denial | undefined {
  const role = roleOfAct[act.act];
  const allowed = ofNoGallery.has(act.act) ? permit.has(role) : permit.allows(act.act, gallery);
  return allowed
    ? undefined
    : { act: act.act, code: 'ACCESS_DENIED', ...roleSentence(role, gallery, permit) };
}

const ofNoGallery: ReadonlySet<Act['act']> = new Set<Act['act']>(['help', 'unclear']);

function ofItsOwn(act: Act, state: DialogueState, permit: Permit, user: string): Denial | undefined {
  if (act.act === 'case') {
    const problem = permit.caseProblem(act.purpose);
    return problem && { act: 'case', code: 'CASE_NEEDED', ...problem };
  }
  if (act.act === 'approve' && waitingIn(state)?.user === user) {
    return {
      act: 'approve',
      code: 'ACCESS_DENIED',
      message: 'You cannot approve your own search.',
      next: `Somebody else with the role searcher must.`,
    };
  }
  return undefined;
}

const doing: Readonly<Record<Role, string>> = {
  viewer: 'look at',
  searcher: 'search',
  registrar: 'put pictures into',
  admin: 'remove pictures from',
};

/** A gallery of which nothing may be seen is not named. */
function roleSentence(role: Role, gallery: string, permit: Permit): Pick<Denial, 'message' | 'next'> {
  const seen = permit.limits(gallery) !== 'none';
  const where = seen
    ? `the gallery ${gallery}`
    : permit.has('viewer')
      ? 'the gallery of this talk'
      : 'any gallery here';
  return {
    message: `You may not ${doing[role]} ${where}.`,
    // Somewhere else they may: that is the nearer way.
    next: permit.has(role)
      ? `Name a gallery where you may, or ask whoever runs this bot for the role ${role} here.`
      : `Ask whoever runs this bot for the role ${role}.`,
  };
}

/** A picture that is outside of what the sender may see, or is not there at all: the two are told with one sentence. */
export function unseenDenial(act: Act, rank: number | undefined): Denial {
  const which = rank === undefined ? 'That picture' : `Candidate ${rank}`;
  return {
    act: act.act,
    code: 'ACCESS_DENIED',
    message: `${which} is not there for you: it was removed, or is outside of what you may look at.`,
    next: 'Ask whoever runs this bot what you may look at.',
  };
}
