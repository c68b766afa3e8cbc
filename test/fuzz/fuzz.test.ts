/** Every target: what did harm once does none, and the fuzzer finds nothing in some hundred inputs (longer: `npm run fuzz`). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foundBefore, targetNamed, targetNames } from './fuzz-target.ts';
import { runFuzzer } from './run-fuzzer.ts';

describe.each(targetNames)('%s', (name) => {
  test('the seeds, and what was found before, do no harm', async () => {
    const { fuzz, seeds } = await targetNamed(name);
    const all = await seeds();
    expect(all.length).toBeGreaterThan(0);
    for (const seed of all) await fuzz(Buffer.from(seed));
    for (const { base64 } of foundBefore(name)) await fuzz(Buffer.from(base64, 'base64'));
  });

  test('the fuzzer finds nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chatreid-fuzz-'));
    try {
      const { runs } = await targetNamed(name);
      const report = await runFuzzer({
        name,
        corpus: join(folder, 'corpus'),
        findings: join(folder, 'findings'),
        runs,
        seconds: 0,
        seed: 8,
      });
      expect(report.finding).toBeUndefined();
      expect(report.tried).toBeGreaterThanOrEqual(runs);
      // Without instrumentation it would try blindly.
      expect(report.reached).toBeGreaterThan(20);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 240_000);
});
