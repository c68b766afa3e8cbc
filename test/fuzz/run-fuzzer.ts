/** Runs the coverage-guided fuzzer on a target, in a process of its own, so that a hang or a crash of it is seen from outside. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { foundBefore, targetNamed } from './fuzz-target.ts';

export interface FuzzRun {
  readonly name: string;
  /** Where inputs that reach something new are kept; seeds are put there first. */
  readonly corpus: string;
  /** Where an input that does harm is written. */
  readonly findings: string;
  /** Inputs; -1 for as many as the time allows. */
  readonly runs: number;
  /** Seconds; 0 for as long as it takes. */
  readonly seconds: number;
  readonly seed: number;
  readonly onText?: (text: string) => void;
}

export interface FuzzReport {
  /** Inputs that were tried. */
  readonly tried: number;
  /** Branches of our code that they reached. */
  readonly reached: number;
  /** What was found, with what the fuzzer said; undefined where all held. */
  readonly finding?: string;
}

/** Milliseconds for one input; what takes longer is a finding. */
const longestMs = 10_000;

/** @returns after the fuzzer has ended by itself */
export async function runFuzzer(run: FuzzRun): Promise<FuzzReport> {
  const { name, corpus, findings, runs, seconds, seed } = run;
  const { longest = 4096, ...target } = await targetNamed(name);
  mkdirSync(corpus, { recursive: true });
  mkdirSync(findings, { recursive: true });
  const found = foundBefore(name).map(({ base64 }) => Buffer.from(base64, 'base64'));
  for (const seed of [...(await target.seeds()), ...found]) {
    const bytes = typeof seed === 'string' ? Buffer.from(seed) : seed;
    writeFileSync(join(corpus, createHash('sha256').update(bytes).digest('hex').slice(0, 24)), bytes);
  }
  const root = packageRoot();
  const fuzzer = join(dirname(createRequire(import.meta.url).resolve('@jazzer.js/core')), 'cli.js');
  const parts = ['src', 'adapters'].flatMap((part) => ['-i', join(root, part) + sep]);
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--import', join(import.meta.dirname, 'older-glibc.ts'), fuzzer],
      ...[join(import.meta.dirname, 'targets', `${name}.fuzz.js`), corpus, ...parts],
      // Each target says itself what must not be reached.
      ...[
        '--disableBugDetectors',
        'path-traversal',
        '--timeout',
        String(longestMs),
        '--',
        `-runs=${runs}`,
        `-max_total_time=${seconds}`,
      ],
      ...[`-seed=${seed}`, `-max_len=${longest}`, `-artifact_prefix=${findings}${sep}`, '-rss_limit_mb=4096'],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text = (text + piece).slice(-100_000);
      run.onText?.(piece);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const tried = Number(
    /Done (\d+) runs/.exec(text)?.[1] ?? [...text.matchAll(/^#(\d+)\t/gm)].at(-1)?.[1] ?? 0,
  );
  const reached = Number([...text.matchAll(/ cov: (\d+)/g)].at(-1)?.[1] ?? 0);
  return code === 0 ? { tried, reached } : { tried, reached, finding: findingOf(text, findings) };
}

function findingOf(text: string, findings: string): string {
  const inputs = readdirSync(findings).map(
    (file) => `${file}: ${readFileSync(join(findings, file)).toString('base64')}`,
  );
  return `${text.slice(-6000)}\n${inputs.join('\n')}`;
}
