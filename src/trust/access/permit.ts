/** What one person may do at one moment. */
import type { GalleryLimits } from '../../gallery/gallery-limits.ts';
import type { ControlledAct, Role } from './roles.ts';

export interface Permit {
  /** The same for permits that allow the same. */
  readonly key: string;
  /** In this gallery, whether it is there or not. An act that is not allowed does nothing. */
  allows(act: ControlledAct, gallery: string): boolean;
  /**
   * What of a gallery may be looked at by who acts in this role (default viewer: whoever may look at all); 'none' where that is
   * nothing, not even its name. `{}` is all of it.
   */
  limits(gallery: string, role?: Role): GalleryLimits | 'none';
  /** Whether, in this role, there is no limit anywhere: neither in galleries that are there nor in those that come. */
  seesAll(role: Role): boolean;
  /** Whether they have this role in any gallery: `help` and the like are of none. */
  has(role: Role): boolean;
  /** Why a search cannot be run for this case, as sentences; undefined where it can. */
  caseProblem(purpose: string | undefined): CaseProblem | undefined;
  /** Hours for which a second person's approval holds; undefined where searches of this gallery need none. */
  approvalHours(gallery: string): number | undefined;
}

export interface CaseProblem {
  readonly message: string;
  readonly next: string;
}
