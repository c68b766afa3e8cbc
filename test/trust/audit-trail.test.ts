/** The audit trail: chained, durable, whole after any end of a process, and found out wherever a byte is changed. */
import { appendFile, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appendDurably } from '../../src/trust/append-durably.ts';
import { entriesOf, lastEntries, mentions } from '../../src/trust/audit-entries.ts';
import { exportLines } from '../../src/trust/audit-export.ts';
import { AuditTrail } from '../../src/trust/audit-trail.ts';
import { verifyTrail } from '../../src/trust/audit-verify.ts';
import { canonicalJson } from '../../src/trust/canonical-json.ts';
import { emptyFolder, filesOf, lookup, november } from './trail-house.ts';

let folder: string;
const chainOf = () => join(folder, 'audit-2026-11.jsonl');
const wordsOf = () => join(folder, 'audit-words-2026-11.jsonl');

beforeEach(async () => {
  folder = await emptyFolder();
});
afterEach(() => rm(dirname(folder), { recursive: true, force: true }));

async function written(...texts: readonly string[]): Promise<void> {
  const trail = await AuditTrail.open(folder, { now: november });
  for (const text of texts) await trail.record(lookup('slack:T1/U7', text));
  await trail.close();
}

describe('an entry', () => {
  test('is canonical JSON that names the hash of the one before, and keeps no words in the chain', async () => {
    await written('red cap', 'a bag');
    const lines = (await readFile(chainOf(), 'utf8')).trimEnd().split('\n');
    let prev = '0'.repeat(64);
    for (const [at, line] of lines.entries()) {
      const { entry, hash } = JSON.parse(line) as { entry: { seq: number; prev: string }; hash: string };
      expect(line).toBe(canonicalJson({ entry, hash }));
      expect(hash).toBe(createHash('sha256').update(canonicalJson(entry)).digest('hex'));
      expect(entry).toMatchObject({ seq: at + 1, prev, at: '2026-11-29T10:00:00.000Z' });
      expect(line).not.toContain('red cap');
      prev = hash;
    }
    expect([...entriesOf(folder)].map(({ words }) => words.words)).toEqual([
      { text: 'red cap' },
      { text: 'a bag' },
    ]);
    expect(verifyTrail(folder)).toMatchObject({ entries: 2, first: 1, last: 2, head: prev });
  });

  test('is in private files of its month, and the chain goes on in the next', async () => {
    await written('red cap');
    const december = await AuditTrail.open(folder, { now: () => new Date('2026-12-01T00:00:00.000Z') });
    await december.record(lookup('u', 'blue'));
    await december.close();
    // A clock that was set back does not open a month that is over.
    await written('green');
    const files = await filesOf(folder);
    expect(Object.keys(files)).toEqual([
      'audit-2026-11.jsonl',
      'audit-2026-12.jsonl',
      'audit-words-2026-11.jsonl',
      'audit-words-2026-12.jsonl',
    ]);
    expect(verifyTrail(folder)).toMatchObject({ entries: 3 });
    for (const name of Object.keys(files)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of ['audit-2026-11.jsonl', 'audit-words-2026-11.jsonl']) await rm(join(folder, name));
    expect(verifyTrail(folder)).toEqual({
      ...{ entries: 2, first: 2, last: 3, recoveries: 0, forgotten: 0 },
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('whatever it says can be read back and verified', async () => {
    const trail = await AuditTrail.open(folder);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.jsonValue(), async (text, fact) => {
        const value = JSON.parse(JSON.stringify(fact)) as null;
        await trail.record({ kind: 'view', facts: { fact: value }, personal: { words: text, case: text } });
        const [last] = lastEntries(folder, {}, 1);
        expect(last?.words).toEqual({ words: text, case: text });
        expect(last?.event.fact).toEqual(value);
      }),
      { numRuns: 30 },
    );
    await trail.close();
    expect(verifyTrail(folder)).toMatchObject({ entries: 30 });
    expect(verifyTrail(folder).broken).toBeUndefined();
  });
});

test('one changed byte anywhere is found, and the entry is named', async () => {
  const trail = await AuditTrail.open(folder, { now: november });
  await trail.record(lookup('slack:T1/U7', 'red cap', '2026-117'));
  await trail.record({ kind: 'view', facts: { pictures: ['b'.repeat(64)] } });
  await trail.record(lookup('slack:T1/U8', 'a bag'));
  await trail.close();
  const entryAt = (bytes: Buffer, at: number) =>
    bytes.subarray(0, at).filter((byte) => byte === 10).length + 1;
  // The words beside: two lines of the first entry, one of the third.
  const ofWords = [1, 1, 3];
  for (const [name, bytes] of Object.entries(await filesOf(folder))) {
    const path = join(folder, name);
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [1, 0x80]) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= bit;
        await writeFile(path, changed);
        const { broken } = verifyTrail(folder);
        const line = entryAt(bytes, at);
        const wanted = name.includes('words') ? ofWords[line - 1] : line;
        if (broken?.seq !== wanted) expect({ name, at, bit, broken }).toBe(`entry ${wanted} is named`);
      }
    }
    await writeFile(path, bytes);
  }
  expect(verifyTrail(folder).broken).toBeUndefined();
});

describe('an entry that', () => {
  const lines = async () => (await readFile(chainOf(), 'utf8')).split('\n').slice(0, -1);
  const keep = (kept: readonly string[]) => writeFile(chainOf(), `${kept.join('\n')}\n`);

  test('was taken out, put in, or moved is found', async () => {
    await written('a', 'b', 'c', 'd');
    const [a, b, c, d] = await lines();
    await keep([a!, c!, d!]);
    expect(verifyTrail(folder).broken).toMatchObject({ seq: 2, line: 2 });
    await keep([a!, b!, b!, c!, d!]);
    expect(verifyTrail(folder).broken).toMatchObject({ seq: 3, line: 3 });
    await keep([a!, c!, b!, d!]);
    expect(verifyTrail(folder).broken).toMatchObject({ seq: 2 });
    await keep([b!, c!, d!]);
    expect(verifyTrail(folder)).toMatchObject({ first: 2, entries: 3 });
  });

  test('was taken from the end is found by the hash that was noted', async () => {
    await written('a', 'b', 'c');
    const { head } = verifyTrail(folder);
    expect(verifyTrail(folder, { head }).broken).toBeUndefined();
    await keep((await lines()).slice(0, 2));
    expect(verifyTrail(folder).broken).toBeUndefined();
    expect(verifyTrail(folder, { head }).broken?.why).toContain('taken away');
  });

  test('is the last and was changed stops all recording', async () => {
    await written('a', 'b');
    await keep((await lines()).map((line) => line.replace('"seq":2', '"seq":3')));
    await expect(AuditTrail.open(folder)).rejects.toMatchObject({ code: 'AUDIT_DAMAGED' });
  });
});

test('a line that was not finished is told, and closed by the entry after it, wherever it ended', async () => {
  await written('red cap', 'a bag');
  const whole = await readFile(chainOf());
  const second = whole.indexOf(10) + 1;
  for (let length = second + 1; length < whole.length; length += 7) {
    await truncate(chainOf(), length);
    expect(verifyTrail(folder).broken).toMatchObject({
      seq: 2,
      why: expect.stringContaining('in the middle'),
    });
    await written('green');
    expect(verifyTrail(folder).broken).toBeUndefined();
    expect(verifyTrail(folder)).toMatchObject({ recoveries: 1 });
    const [, recovery] = entriesOf(folder);
    expect(recovery?.event).toMatchObject({ kind: 'recovery', torn: { bytes: length - second } });
    // What was torn is there still, and cannot be changed either.
    const closed = await readFile(chainOf());
    closed[second]! ^= 1;
    await writeFile(chainOf(), closed);
    expect(verifyTrail(folder).broken).toMatchObject({ seq: 2 });
    await writeFile(chainOf(), whole);
  }
  // Only the end of the line is missing: the entry counts.
  await truncate(chainOf(), whole.length - 1);
  await written('green');
  expect([...entriesOf(folder)].map(({ event }) => event.kind)).toEqual([
    ...['lookup', 'lookup', 'recovery', 'lookup'],
  ]);
  expect(verifyTrail(folder).broken).toBeUndefined();
});

test('a first line that was not finished, a recovery that was not, and words that were not', async () => {
  await written('red cap');
  await truncate(chainOf(), 20);
  await written('green');
  expect(verifyTrail(folder)).toMatchObject({ entries: 2, recoveries: 1 });
  await appendFile(chainOf(), '{"entr');
  await appendFile(chainOf(), '\n{"entry":{"at"');
  await appendFile(wordsOf(), '{"commit":"12');
  await written('blue');
  expect(verifyTrail(folder)).toMatchObject({ entries: 4, recoveries: 2 });
  expect(verifyTrail(folder).broken).toBeUndefined();
});

describe('a full disk', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

  test.each([0, 30])('refuses with a sentence what it cannot keep (%i bytes of it there)', async (bytes) => {
    let space = true;
    const trail = await AuditTrail.open(folder, {
      now: november,
      append: async (path, all) => {
        await appendDurably(path, space ? all : all.subarray(0, bytes));
        if (!space) throw full;
      },
    });
    await trail.record(lookup('u', 'red cap'));
    space = false;
    const refused = trail.record(lookup('u', 'a bag'));
    await expect(refused).rejects.toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
      message: expect.stringContaining('full'),
    });
    await expect(trail.record({ kind: 'view' })).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    space = true;
    await trail.record(lookup('u', 'blue'));
    await trail.close();
    expect(verifyTrail(folder).broken).toBeUndefined();
    expect([...entriesOf(folder)].map(({ words }) => words.words)).not.toContainEqual({ text: 'a bag' });
  });
});

test('what is recorded at once goes to the disk together, in order', async () => {
  let syncs = 0;
  const trail = await AuditTrail.open(folder, {
    append: async (path, bytes) => {
      syncs++;
      await appendDurably(path, bytes);
    },
  });
  const all = Array.from({ length: 200 }, (_, at) => trail.record({ kind: 'view', facts: { at } }));
  const seqs = await Promise.all(all);
  await trail.close();
  expect(seqs.flat()).toEqual(all.map((_, at) => at + 1));
  expect(syncs).toBeLessThan(5);
  expect([...entriesOf(folder)].map(({ event }) => event.at)).toEqual(all.map((_, at) => at));
});

describe('forgetting', () => {
  test('takes the words and their salts away, and the chain still verifies', async () => {
    const trail = await AuditTrail.open(folder, { now: november });
    await trail.record(lookup('slack:T1/U7', 'Anna in a red cap', 'the case of Anna'));
    await trail.record({ kind: 'view', facts: { pictures: ['b'.repeat(64)] }, personal: { words: 'other' } });
    const by = { user: 'slack:T1/U1', facts: { why: 'asked by the person' } };
    expect(await trail.redact(mentions(['a'.repeat(64)]), by)).toBe(1);
    expect(await trail.redact(mentions(['a'.repeat(64)]), by)).toBe(0);
    await trail.record(lookup('slack:T1/U7', 'blue'));
    await trail.close();
    for (const bytes of Object.values(await filesOf(folder))) expect(bytes.toString()).not.toContain('Anna');
    expect(verifyTrail(folder)).toMatchObject({ entries: 4, forgotten: 1 });
    expect(verifyTrail(folder).broken).toBeUndefined();
    const [first, second, forgot] = entriesOf(folder);
    expect(first?.words).toEqual({});
    expect(first?.personal).toMatchObject({ words: expect.any(String), case: expect.any(String) });
    expect(second?.words).toEqual({ words: 'other' });
    expect(forgot?.event).toMatchObject({ kind: 'forget', user: 'slack:T1/U1', why: 'asked by the person' });
  });

  test('of the words alone keeps the case', async () => {
    const trail = await AuditTrail.open(folder, { now: november });
    await trail.record(lookup('u', 'red cap', '2026-117'));
    await trail.redact(() => true, {}, ['words']);
    await trail.close();
    expect([...entriesOf(folder, { case: '2026-117' })].map(({ words }) => words)).toEqual([
      { case: '2026-117' },
    ]);
    expect(verifyTrail(folder).broken).toBeUndefined();
  });

  test('of much lets others record meanwhile, and takes what they record too', async () => {
    const trail = await AuditTrail.open(folder, { now: november });
    await trail.record(...Array.from({ length: 3000 }, () => lookup('u', 'Anna in a red cap')));
    let looked = 0;
    let turns = 0;
    const recorded: Promise<unknown>[] = [];
    const redacting = trail.redact(({ words }) => {
      looked++;
      if (looked === 100) recorded.push(trail.record(lookup('u', 'Anna again'), lookup('u', 'a bag')));
      if (looked < 3000) setImmediate(() => turns++);
      return JSON.stringify(words).includes('Anna');
    }, {});
    while (looked < 2999) await new Promise((resolve) => setImmediate(resolve));
    // Others had their turn while it read.
    expect(turns).toBeGreaterThan(1000);
    await Promise.all(recorded);
    expect(await redacting).toBe(3001);
    await trail.close();
    expect(verifyTrail(folder)).toMatchObject({ entries: 3003, forgotten: 3001 });
    expect(verifyTrail(folder).broken).toBeUndefined();
    expect([...entriesOf(folder)].flatMap(({ words }) => words.words ?? [])).toEqual([{ text: 'a bag' }]);
  });

  test('without saying so is found', async () => {
    await written('red cap', 'a bag');
    const [first] = (await readFile(wordsOf(), 'utf8')).split('\n');
    await writeFile(wordsOf(), `${first}\n`);
    expect(verifyTrail(folder).broken).toMatchObject({ seq: 2, why: expect.stringContaining('gone') });
  });
});

test('is read by who, where, when and what for, and written as a table without formulas', async () => {
  const trail = await AuditTrail.open(folder, { now: november });
  await trail.record(lookup('slack:T1/U7', '=cmd()', 'Case 9'));
  await trail.record({ ...lookup('web:local', 'a "bag"'), platform: 'web' });
  await trail.close();
  const seqs = (filter: Parameters<typeof entriesOf>[1]) =>
    [...entriesOf(folder, filter)].map(({ seq }) => seq);
  expect(seqs({ user: 'U7' })).toEqual([1]);
  expect(seqs({ user: 'slack:T1/U7' })).toEqual([1]);
  expect(seqs({ platform: 'web' })).toEqual([2]);
  expect(seqs({ case: 'case 9' })).toEqual([1]);
  expect(seqs({ kind: 'view' })).toEqual([]);
  expect(seqs({ after: new Date('2026-11-29T10:00:01Z') })).toEqual([]);
  expect(seqs({ before: november(), after: november() })).toEqual([1, 2]);
  const table = [...exportLines(entriesOf(folder), 'csv')];
  expect(table[0]).toMatch(/^seq,at,kind,/);
  expect(table[2]).toContain('"{""text"":""a \\""bag\\""""}"');
  const rows = [...exportLines(entriesOf(folder), 'jsonl')].map(
    (line) => JSON.parse(line) as { seq: number },
  );
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2]);
});
