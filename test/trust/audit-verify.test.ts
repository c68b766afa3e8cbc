/** Verifying long trails: in one piece or cut into ranges, whatever was done to any file of it is found. */
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mentions } from '../../src/trust/audit-entries.ts';
import { auditFiles } from '../../src/trust/audit-files.ts';
import { cutTrail } from '../../src/trust/audit-range.ts';
import { AuditTrail } from '../../src/trust/audit-trail.ts';
import { type Verified, verdict, verifyTrail } from '../../src/trust/audit-verify.ts';
import { verifyTrailFast } from '../../src/trust/audit-verify-parallel.ts';
import { verifyRange } from '../../src/trust/audit-verify-range.ts';
import { emptyFolder, filesOf, lookup } from './trail-house.ts';

const perMonth = 500;
const months = [10, 11, 12];
let folder: string;
/** As they were written. */
let files: Readonly<Record<string, Buffer>>;

/** Three months with words of more than a megabyte each, a line that a killed process left, and words that were forgotten. */
beforeAll(async () => {
  folder = await emptyFolder();
  for (const month of months) {
    const trail = await AuditTrail.open(folder, { now: () => new Date(`2026-${month}-03T10:00:00.000Z`) });
    const said = (at: number) =>
      lookup(`slack:T1/U${at}`, `number ${at} of ${month}, ${'x'.repeat(2500)}`, 'case 9');
    await trail.record(...Array.from({ length: perMonth }, (_, at) => said(at)));
    if (month === 11) await trail.redact(mentions(['b'.repeat(64)]), {});
    if (month === 11) await trail.redact(({ seq }) => seq % 100 === 7, {});
    await trail.close();
    await appendFile(join(folder, `audit-2026-${month}.jsonl`), '{"entry":{"at":"2026');
  }
  await (await AuditTrail.open(folder)).close();
  files = await filesOf(folder);
});
afterAll(() => rm(dirname(folder), { recursive: true, force: true }));

function inRanges(shares: readonly number[], options = {}): Verified {
  const ranges = cutTrail(auditFiles(folder), shares);
  return verdict(
    folder,
    ranges.map((range) => verifyRange(range, options)),
    options,
  );
}

test('cut anywhere, its ranges say what the whole says', () => {
  const whole = verifyTrail(folder);
  expect(whole.broken).toBeUndefined();
  expect(whole).toMatchObject({ entries: 3 * perMonth + 4, recoveries: 3, forgotten: 10 });
  for (let share = 0.02; share < 1; share += 0.097) {
    expect([share, inRanges([share])]).toEqual([share, whole]);
    expect(cutTrail(auditFiles(folder), [share])).toHaveLength(2);
  }
  expect(inRanges([0.2, 0.3, 0.4])).toEqual(whole);
  expect(inRanges([0.5], { head: whole.head })).toEqual(whole);
  expect(inRanges([0.5], { head: 'a'.repeat(64) }).broken?.why).toContain('taken away');
});

test('in threads, whole and broken, it says the same', async () => {
  const fast = () => verifyTrailFast(folder, { threads: 3, worthBytes: 0 });
  expect(await fast()).toEqual(verifyTrail(folder));
  const name = 'audit-words-2026-12.jsonl';
  await changed(name, flipped(files[name]!, files[name]!.length - 300, 4), async () => {
    const found = await fast();
    expect(found.broken).toBeDefined();
    expect(found).toEqual(verifyTrail(folder));
  });
});

/** Words that no entry has, as a killed process leaves them, are nobody's: all other bytes are of an entry. */
describe('found, in one piece and in ranges', () => {
  const names = () => Object.keys(files);
  const place = fc.record({
    file: fc.nat(),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  const pick = ({ file, at }: { file: number; at: number }) => {
    const name = names()[file % names().length]!;
    return { name, at: Math.floor(at * files[name]!.length) };
  };

  test('any byte that is another', async () => {
    await fc.assert(
      fc.asyncProperty(
        place,
        fc.integer({ min: 1, max: 255 }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        async (where, xor, share) => {
          const { name, at } = pick(where);
          await changed(name, flipped(files[name]!, at, xor), async () => {
            expect([name, at, verifyTrail(folder).broken]).not.toContain(undefined);
            expect([name, at, inRanges([share]).broken]).not.toContain(undefined);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  const lines = (name: string) => files[name]!.toString('latin1').split('\n').slice(0, -1);
  const edits: Readonly<Record<string, (lines: string[], at: number) => string[]>> = {
    'a line that is gone': (all, at) => all.toSpliced(at, 1),
    'two lines that changed places': (all, at) => all.toSpliced(at, 2, all[at + 1]!, all[at]!),
    'a line that is there twice': (all, at) => all.toSpliced(at, 0, all[at]!),
    'a line of elsewhere': (all, at) => all.toSpliced(at, 1, all[at + 200]!),
    'an end that was cut off': (all, at) => all.slice(0, at),
    'nothing left': () => [],
  };
  test.each(Object.entries(edits))('%s', async (what, edit) => {
    for (const name of names()) {
      // Words twice say nothing else; from the end of the chain only a noted hash misses them.
      const harmless = name.includes('words') && what === 'a line that is there twice';
      if (harmless) continue;
      const { head } = verifyTrail(folder);
      const kept = edit(lines(name), 101);
      await changed(name, Buffer.from(kept.map((line) => `${line}\n`).join(''), 'latin1'), async () => {
        for (const found of [verifyTrail(folder, { head }), inRanges([0.4], { head })]) {
          const firstMonth = what === 'nothing left' && name === 'audit-2026-10.jsonl';
          // Months may be taken away from the front: then it is said with which entry the trail begins.
          if (firstMonth) expect(found.first).toBeGreaterThan(1);
          else expect([name, found.broken]).not.toContain(undefined);
        }
      });
    }
  });

  test('a file of a month that is not there', async () => {
    const { head } = verifyTrail(folder);
    for (const name of names()) {
      if (name === 'audit-2026-10.jsonl') continue;
      await rm(join(folder, name));
      for (const found of [verifyTrail(folder, { head }), inRanges([0.4], { head })]) {
        expect([name, found.broken]).not.toContain(undefined);
      }
      await writeFile(join(folder, name), files[name]!);
    }
  });
});

function flipped(bytes: Buffer, at: number, xor: number): Buffer {
  const other = Buffer.from(bytes);
  other[at]! ^= xor;
  return other;
}

async function changed(name: string, bytes: Buffer, work: () => Promise<void>): Promise<void> {
  await writeFile(join(folder, name), bytes);
  try {
    await work();
  } finally {
    await writeFile(join(folder, name), files[name]!);
  }
}
