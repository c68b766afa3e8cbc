/** How fast an audit trail of a million entries is verified, and what recording costs with several writers at once. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../src/trust/audit-event.ts';
import { chainFile, wordsFile } from '../../src/trust/audit-files.ts';
import { chainLine, noHash, wordsLine } from '../../src/trust/audit-line.ts';
import { AuditTrail } from '../../src/trust/audit-trail.ts';
import { type Verified, verifyTrail } from '../../src/trust/audit-verify.ts';
import { verifyTrailFast } from '../../src/trust/audit-verify-parallel.ts';
import type { Figure } from '../figure.ts';
import type { PartFigures, PartOptions } from '../part.ts';

/** As `chatreid audit verify` does it. */
const asCommand = 'chain and words, in threads';

const ways: Readonly<Record<string, (folder: string) => Verified | Promise<Verified>>> = {
  chain: (folder) => verifyTrail(folder, { words: false }),
  'chain and words': (folder) => verifyTrail(folder),
  [asCommand]: (folder) => verifyTrailFast(folder),
};

export async function run({ quick, say }: PartOptions): Promise<PartFigures> {
  const folder = join(await mkdtemp(join(tmpdir(), 'chatreid-bench-audit-')), 'audit');
  try {
    const entries = quick ? 50_000 : 1_000_000;
    const rounds = quick ? 1 : 5;
    say(`${entries} entries are written`);
    const bytes = fill(folder, entries);
    const figures: Figure[] = [];
    for (const [what, verify] of Object.entries(ways)) {
      const [wall, cpu]: [number[], number[]] = [[], []];
      for (let round = 1; round <= rounds; round++) {
        say(`${what}: round ${round} of ${rounds}`);
        const started = performance.now();
        const used = process.cpuUsage();
        const found = await verify(folder);
        wall.push((performance.now() - started) / 1000);
        const { user, system } = process.cpuUsage(used);
        cpu.push((user + system) / 1e6);
        if (found.broken || found.entries !== entries) throw new Error(`not verified: ${found.broken?.why}`);
      }
      const size = what === 'chain' ? bytes.chain : bytes.all;
      const note = `${entries} look-ups, ${Math.round(size / entries)} bytes each`;
      const target = { kind: 'under' as const, value: 2 };
      figures.push(
        {
          name: `${what} verified, wall time`,
          unit: 's',
          samples: wall,
          note,
          ...(what === asCommand ? { target } : {}),
        },
        { name: `${what} verified, processor time`, unit: 's', samples: cpu, note },
      );
    }
    figures.push(await recording(`${folder}-recording`, quick ? 50 : 500));
    return { figures };
  } finally {
    await rm(join(folder, '..'), { recursive: true, force: true });
  }
}

/** As the trail writes them, without a sync for each. */
function fill(folder: string, entries: number): { readonly chain: number; readonly all: number } {
  mkdirSync(folder, { recursive: true });
  const [chain, words] = [chainFile(folder, '2026-11'), wordsFile(folder, '2026-11')].map((path) =>
    openSync(path, 'w'),
  ) as [number, number];
  let prev = noHash;
  let [lines, texts] = ['', ''];
  let [chainBytes, wordsBytes] = [0, 0];
  for (let seq = 1; seq <= entries; seq++) {
    const { line: text, commit } = wordsLine(seq, 'words', { text: `a man with a red cap, number ${seq}` });
    const { line, hash } = chainLine(seq, '2026-11-29T10:00:00.000Z', lookup(seq), { words: commit }, prev);
    prev = hash;
    lines += line;
    texts += text;
    if (seq % 5000 !== 0 && seq !== entries) continue;
    chainBytes += writeSync(chain, lines);
    wordsBytes += writeSync(words, texts);
    [lines, texts] = ['', ''];
  }
  for (const file of [chain, words]) closeSync(file);
  return { chain: chainBytes, all: chainBytes + wordsBytes };
}

/** A page of three candidates. */
function lookup(seq: number): AuditEvent {
  const picture = (at: number) => (seq * 10 + at).toString(16).padStart(64, '0');
  return {
    kind: 'lookup',
    platform: 'slack',
    user: 'slack:T1/U7',
    facts: {
      conversation: 'slack:T1/C2/1699.1',
      message: String(seq),
      stage: 'final',
      acts: ['clue'],
      gallery: 'default',
      shown: [1, 2, 3].map((rank) => [rank, picture(rank)]),
      decision: 'unsure',
      mode: 'full',
      model: 'c'.repeat(64),
    },
  };
}

async function recording(folder: string, rounds: number): Promise<Figure> {
  const trail = await AuditTrail.open(folder);
  const samples: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      // Ten people at once: they share the sync.
      await Promise.all(Array.from({ length: 10 }, (_, at) => trail.record(lookup(at))));
      samples.push(performance.now() - started);
    }
  } finally {
    await trail.close();
    await rm(folder, { recursive: true, force: true });
  }
  return { name: 'ten look-ups recorded at once, on the disk', unit: 'ms', samples };
}
