/** The policy alone: who has which role where, the first grant that fits, limits, cases, approvals. */
import { describe, expect, it, test } from 'vitest';
import { everythingAllowed, PolicyAccess } from '../../../src/trust/access/access.ts';
import { type Policy, policySchema } from '../../../src/trust/access/policy.ts';
import { roleOfAct, roles } from '../../../src/trust/access/roles.ts';
import { unwrittenPolicy } from '../../../src/trust/access/unwritten-policy.ts';

const now = new Date('2026-11-25T12:00:30.500Z');

function permitOf(policy: unknown, ...marks: string[]) {
  return new PolicyAccess(policySchema.parse(policy)).permit(marks, now);
}

describe('roles', () => {
  test('are a ladder', () => {
    const acts = { viewer: 'why', searcher: 'clue', registrar: 'register', admin: 'forget' } as const;
    for (const [at, role] of roles.entries()) {
      const permit = permitOf({ grants: [{ role, to: ['a'] }] }, 'a');
      for (const [below, needed] of roles.entries()) {
        expect(permit.allows(acts[needed], 'hall'), `${role} ${acts[needed]}`).toBe(below <= at);
        expect(permit.has(needed)).toBe(below <= at);
        expect(permit.limits('hall', needed)).toEqual(below <= at ? {} : 'none');
      }
    }
  });

  test('every act has one', () => {
    for (const role of Object.values(roleOfAct)) expect(roles).toContain(role);
  });
});

describe('grants', () => {
  it('allows nothing that none of them allows', () => {
    for (const policy of [{ grants: [] }, { grants: [{ role: 'admin', to: ['b', 'a ', 'A', 'ab'] }] }]) {
      const permit = permitOf(policy, 'a');
      for (const act of Object.keys(roleOfAct)) {
        expect(permit.allows(act as keyof typeof roleOfAct, 'hall')).toBe(false);
      }
      for (const role of roles) {
        expect(permit.has(role)).toBe(false);
        expect(permit.limits('hall', role)).toBe('none');
      }
    }
    expect(permitOf({ grants: [{ role: 'admin', to: ['a'] }] }).has('viewer')).toBe(false);
  });

  it('takes the first that fits the person, the gallery and the act, with its limits alone', () => {
    const policy = {
      grants: [
        { role: 'viewer', to: ['night'], galleries: ['hall'], cameras: ['1'] },
        { role: 'searcher', to: ['night'], galleries: ['hall'], cameras: ['2'] },
        { role: 'admin', to: ['all'], galleries: ['hall'] },
        { role: 'searcher', to: ['all'], places: ['yard'] },
      ],
    };
    const night = permitOf(policy, 'night', 'all');
    expect(night.limits('hall')).toEqual({ cameras: ['1'] });
    expect(night.limits('hall', 'searcher')).toEqual({ cameras: ['2'] });
    expect(night.limits('hall', 'registrar')).toEqual({});
    expect(night.limits('yard', 'searcher')).toEqual({ places: ['yard'] });
    expect(night.allows('register', 'yard')).toBe(false);
    const day = permitOf(policy, 'all');
    expect(day.limits('hall', 'searcher')).toEqual({});
    expect(permitOf(policy, 'night').limits('yard')).toBe('none');
  });

  it('reads times: days whole, the last days to the minute, the later beginning', () => {
    const limits = (grant: object) =>
      permitOf({ grants: [{ role: 'viewer', to: ['a'], ...grant }] }, 'a').limits('hall');
    expect(limits({ after: '2026-01-02', before: '2026-01-03' })).toEqual({
      after: new Date('2026-01-02T00:00:00.000Z'),
      before: new Date('2026-01-03T23:59:59.999Z'),
    });
    expect(limits({ before: '2026-01-03T10:00:00+02:00' })).toEqual({
      before: new Date('2026-01-03T08:00:00.000Z'),
    });
    expect(limits({ lastDays: 2 })).toEqual({ after: new Date('2026-11-23T12:00:00.000Z') });
    expect(limits({ lastDays: 2, after: '2026-11-24' })).toEqual({ after: new Date('2026-11-24') });
    expect(limits({ lastDays: 2, after: '2026-11-20' })).toEqual({
      after: new Date('2026-11-23T12:00:00.000Z'),
    });
  });

  it('knows who sees all, of galleries that come too', () => {
    const all = (grants: object[]) => permitOf({ grants }, 'a').seesAll('searcher');
    const whole = { role: 'searcher', to: ['a'] };
    expect(all([whole])).toBe(true);
    expect(all([{ ...whole, role: 'viewer' }])).toBe(false);
    expect(all([{ ...whole, role: 'viewer', cameras: ['1'] }, whole])).toBe(true);
    for (const narrow of [{ galleries: ['hall'] }, { cameras: ['1'] }, { lastDays: 1 }]) {
      expect(all([{ ...whole, ...narrow }, whole]), JSON.stringify(narrow)).toBe(false);
    }
    expect(all([])).toBe(false);
  });

  it('has the same key where the same is allowed, and another where not', () => {
    const policy: Policy = policySchema.parse({
      grants: [
        { role: 'viewer', to: ['a', 'b'], lastDays: 1 },
        { role: 'viewer', to: ['c'] },
      ],
    });
    const access = new PolicyAccess(policy);
    const key = (mark: string, at: Date) => access.permit([mark, 'x'], at).key;
    const soon = new Date(now.getTime() + 60_000);
    expect(key('a', now)).toBe(key('b', now));
    expect(key('a', now)).not.toBe(key('c', now));
    expect(key('a', now)).not.toBe(key('a', soon));
    expect(key('c', now)).toBe(key('c', soon));
    expect(key('nobody', now)).not.toBe(key('c', now));
  });

  test.each([
    [{ grants: [{ role: 'viewer', to: ['a'], cameras: [] }] }],
    [{ grants: [{ role: 'viewer', to: ['a'], galleries: [] }] }],
    [{ grants: [{ role: 'viewer', to: ['a'], after: '2026-02-31' }] }],
    [{ grants: [{ role: 'viewer', to: ['a'], after: '2026-11-24T13:00:00' }] }],
    [{ grants: [{ role: 'viewer', to: ['a'], after: '2026-11-24', before: '2026-11-23' }] }],
    [{ grants: [{ role: 'viewer', to: ['a'], lastDays: 0 }] }],
    [{ grants: [{ role: 'viewer' }] }],
    [{ grants: [{ role: 'viewer', to: ['a'], deny: true }] }],
    [{}],
    [{ grants: [], approval: { galleries: [] } }],
    [{ grants: [], case: { required: 'yes' } }],
  ])('a policy that cannot be meant is none: %j', (policy) => {
    expect(policySchema.safeParse(policy).success).toBe(false);
  });
});

describe('cases', () => {
  const grants = [{ role: 'admin', to: ['a'] }];
  const problem = (rule: object | undefined, purpose?: string) =>
    permitOf({ grants, ...(rule ? { case: rule } : {}) }, 'a').caseProblem(purpose);

  it('are demanded where they are required', () => {
    expect(problem(undefined)).toBeUndefined();
    expect(problem({ required: false, pattern: 'x' })).toBeUndefined();
    expect(problem({})).toEqual({ message: 'Which case is this for?', next: 'Say: case 2024-117' });
    expect(problem({}, ' ')).toBeDefined();
    expect(problem({}, 'missing child')).toBeUndefined();
  });

  it('have the form of the pattern, all of them', () => {
    const rule = { pattern: '20\\d\\d-\\d+|none', example: '2026-7' };
    expect(problem(rule)).toEqual({ message: 'Which case is this for?', next: 'Say: case 2026-7' });
    for (const good of ['2024-117', 'none', ' 2024-1 ']) expect(problem(rule, good)).toBeUndefined();
    for (const bad of ['2024-117 and more', 'x2024-117', 'none of it', 'no']) {
      expect(problem(rule, bad)).toEqual({
        message: `A case has the form of 2026-7 here, and "${bad}" does not.`,
        next: 'Say: case 2026-7',
      });
    }
    expect(problem({ pattern: '\\d+' }, 'x')?.message).toContain('the pattern \\d+');
    expect(problem({ pattern: '\\d+' }, 'y'.repeat(5000))?.message.length).toBeLessThan(200);
  });
});

test('approvals are demanded in the galleries that are named', () => {
  const policy = { grants: [], approval: { galleries: ['vault'], hours: 2 } };
  expect(permitOf(policy).approvalHours('vault')).toBe(2);
  expect(permitOf(policy).approvalHours('hall')).toBeUndefined();
  expect(permitOf({ grants: [], approval: { galleries: ['vault'] } }).approvalHours('vault')).toBe(8);
});

describe('without a policy', () => {
  test('the command line may do everything', () => {
    const permit = everythingAllowed.permit([], now);
    for (const role of roles) expect([permit.has(role), permit.limits('any', role)]).toEqual([true, {}]);
    expect(permit.allows('forget', 'any')).toBe(true);
  });

  test.each([
    [['slack:T1', 'slack:T1/U7'], 'searcher'],
    [['discord:1', 'discord:2'], 'searcher'],
    [['web:chief'], 'searcher'],
    [['web:token'], 'admin'],
    [['web:local'], 'admin'],
    [[], 'searcher'],
  ])('in serve %j is %s', (marks, role) => {
    const permit = unwrittenPolicy.permit(marks, now);
    expect(roles.filter((one) => permit.has(one)).at(-1)).toBe(role);
    expect(permit.allows('register', 'hall')).toBe(role === 'admin');
    expect(permit.allows('clue', 'hall')).toBe(true);
    expect(permit.limits('hall')).toEqual({});
    expect(permit.limits('hall', 'admin')).toEqual(role === 'admin' ? {} : 'none');
    expect(permit.caseProblem(undefined)).toBeUndefined();
  });
});
