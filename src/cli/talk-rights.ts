/** What somebody may do with a whole talk: open one of somebody else's, remove one. */
import { type Asker, marksOf } from '../conversation/asker.ts';
import type { Access } from '../trust/access/access.ts';

/**
 * Whether the link of somebody else's talk leads anywhere: who lets searches go on has to see what they are, and an admin may
 * see everything.
 *
 * @param gallery that the talk is about
 */
export function mayOpenTalk(access: Access, asker: Asker, gallery: string, now: Date): boolean {
  const permit = access.permit(marksOf(asker), now);
  const approves = permit.approvalHours(gallery) !== undefined && permit.allows('approve', gallery);
  return approves || permit.allows('forget', gallery);
}

/** @param gallery that the talk is about */
export function mayForgetTalk(access: Access, asker: Asker, gallery: string, now: Date): boolean {
  return access.permit(marksOf(asker), now).allows('reset', gallery);
}
