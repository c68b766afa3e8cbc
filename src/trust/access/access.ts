/** The access policy at work: from what a platform says of a person to what this person may do now. */
import { type GalleryLimits, isUnlimited } from '../../gallery/gallery-limits.ts';
import type { CaseProblem, Permit } from './permit.ts';
import type { Grant, Policy } from './policy.ts';
import { isAtLeast, type Role, roleOfAct } from './roles.ts';

export interface Access {
  /** Marks that anything hangs on: what a platform would have to ask for is asked for these alone. */
  readonly named: readonly string[];
  /** @param marks what the platform says of the person. @param now decides what the last days are */
  permit(marks: readonly string[], now: Date): Permit;
}

/** Whoever got in may do everything: the command line, the terminal, a page on loopback. */
export const everythingAllowed: Access = {
  named: [],
  permit: () => ({
    key: 'everything',
    allows: () => true,
    limits: () => ({}),
    seesAll: () => true,
    has: () => true,
    caseProblem: () => undefined,
    approvalHours: () => undefined,
  }),
};

/** Nothing is allowed that no grant allows. */
export class PolicyAccess implements Access {
  readonly #grants: readonly { readonly grant: Grant; readonly to: ReadonlySet<string> }[];
  readonly #pattern: RegExp | undefined;
  readonly named: readonly string[];

  constructor(private readonly policy: Policy) {
    this.#grants = policy.grants.map((grant) => ({ grant, to: new Set(grant.to) }));
    this.named = policy.grants.flatMap(({ to }) => to);
    const { pattern } = policy.case ?? {};
    this.#pattern = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, 'u');
  }

  permit(marks: readonly string[], now: Date): Permit {
    const mine = this.#grants
      .filter(({ to }) => marks.some((mark) => to.has(mark)))
      .map(({ grant }) => grant);
    const { approval } = this.policy;
    // The first counts, also where a later one would allow more: so a line above can narrow what a line below opens.
    const first = (role: Role, gallery: string) =>
      mine.find((grant) => isAtLeast(grant.role, role) && isOf(grant, gallery));
    const moving = mine.some(({ lastDays }) => lastDays !== undefined);
    return {
      key: JSON.stringify([mine.map((grant) => this.policy.grants.indexOf(grant)), moving && minuteOf(now)]),
      allows: (act, gallery) => first(roleOfAct[act], gallery) !== undefined,
      limits: (gallery, role = 'viewer') => {
        const grant = first(role, gallery);
        return grant ? limitsOf(grant, now) : 'none';
      },
      seesAll: (role) => {
        const grant = mine.find((one) => isAtLeast(one.role, role));
        return grant !== undefined && !grant.galleries && isUnlimited(limitsOf(grant, now));
      },
      has: (role) => mine.some((grant) => isAtLeast(grant.role, role)),
      caseProblem: (purpose) => this.#caseProblem(purpose),
      approvalHours: (gallery) => (approval?.galleries.includes(gallery) ? approval.hours : undefined),
    };
  }

  #caseProblem(purpose: string | undefined): CaseProblem | undefined {
    const rule = this.policy.case;
    if (!rule?.required) return undefined;
    const example = rule.example ?? (rule.pattern === undefined ? '2024-117' : undefined);
    const next = example === undefined ? 'Say: case, and its number.' : `Say: case ${example}`;
    if (purpose === undefined || purpose.trim() === '') return { message: 'Which case is this for?', next };
    const fits = purpose.length <= longestCase && this.#pattern?.test(purpose.trim());
    if (!this.#pattern || fits) return undefined;
    const form = example === undefined ? `the pattern ${rule.pattern}` : `the form of ${example}`;
    return { message: `A case has ${form} here, and "${short(purpose)}" does not.`, next };
  }
}

function isOf({ galleries }: Grant, gallery: string): boolean {
  return galleries === undefined || galleries.includes(gallery);
}

/** A pattern may be slow on a long text. */
const longestCase = 200;

const dayMs = 86_400_000;
const minuteMs = 60_000;

function minuteOf(now: Date): number {
  return Math.floor(now.getTime() / minuteMs) * minuteMs;
}

function limitsOf({ cameras, places, after, before, lastDays }: Grant, now: Date): GalleryLimits {
  const starts = [
    ...(after === undefined ? [] : [Date.parse(after)]),
    // To the minute, so that what is counted within the limits stays counted for that long.
    ...(lastDays === undefined ? [] : [minuteOf(now) - lastDays * dayMs]),
  ];
  return {
    ...(cameras ? { cameras } : {}),
    ...(places ? { places } : {}),
    ...(starts.length > 0 ? { after: new Date(Math.max(...starts)) } : {}),
    ...(before === undefined ? {} : { before: endOf(before) }),
  };
}

/** A day given as an end is meant with all of it. */
function endOf(before: string): Date {
  return before.includes('T') ? new Date(before) : new Date(Date.parse(before) + dayMs - 1);
}

function short(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  return plain.length > 60 ? `${plain.slice(0, 59)}…` : plain;
}
