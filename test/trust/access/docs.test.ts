/** docs/access.md: its example is a policy that means what the page says, its table has every role, what it points to is there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { platforms } from '../../../src/cli/serve/platforms.ts';
import { parseServeConfig } from '../../../src/cli/serve/serve-config.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { PolicyAccess } from '../../../src/trust/access/access.ts';
import { roleOfAct, roles } from '../../../src/trust/access/roles.ts';

const page = await readFile(join(packageRoot(), 'docs/access.md'), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
const { access } = parseServeConfig(`web:\n${example}`, 'docs/access.md', platforms);
const permit = (...marks: string[]) =>
  new PolicyAccess(access!).permit(marks, new Date('2026-11-25T12:00:00.000Z'));

describe('the example', () => {
  const everybody = 'slack:T0123456789';

  test('narrows the night shift by the line above', () => {
    expect(permit(everybody, `${everybody}/S0NIGHT`).limits('lobby', 'searcher')).toEqual({
      cameras: ['3', '4'],
      after: new Date('2026-11-18T12:00:00.000Z'),
    });
    expect(permit(everybody).limits('lobby', 'searcher')).toEqual({
      places: ['main hall'],
      after: new Date('2026-01-01T00:00:00.000Z'),
      before: new Date('2026-12-31T23:59:59.999Z'),
    });
  });

  test('gives the chief everything, on both platforms, and a role of Discord two galleries', () => {
    for (const mark of ['web:chief', `${everybody}/U0CHIEF`]) {
      expect(permit(mark).allows('forget', 'any gallery')).toBe(true);
      expect(permit(mark).limits('archive', 'admin')).toEqual({});
    }
    const guard = permit('discord:123456789012345678', 'discord:123456789012345678/234567890123456789');
    expect([guard.allows('register', 'yard'), guard.allows('register', 'archive')]).toEqual([true, false]);
    expect(permit('discord:123456789012345678').has('viewer')).toBe(false);
  });

  test('demands a case and, in the archive, an approval', () => {
    expect(permit(everybody).caseProblem('2024-117')).toBeUndefined();
    expect(permit(everybody).caseProblem('missing child')).toBeDefined();
    expect(permit(everybody).approvalHours('archive')).toBe(8);
    expect(permit(everybody).approvalHours('lobby')).toBeUndefined();
  });
});

test('its table has the roles in their order, and the acts that it names have them', () => {
  const rows = [...page.matchAll(/^\| `(\w+)`\s*\|(.*)\|$/gm)].map(([, role, may]) => [role, may] as const);
  expect(rows.map(([role]) => role)).toEqual([...roles]);
  for (const [role, may] of rows) {
    for (const [act, needed] of Object.entries(roleOfAct)) {
      if (new RegExp(`\\b${act}\\b`).test(may ?? '')) expect(needed, act).toBe(role);
    }
  }
});
