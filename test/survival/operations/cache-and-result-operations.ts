/** What can be computed again, and results of long work: features on the disk, evaluations, files that are asked for by name. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../../../src/cli/write-file.ts';
import { FeatureDisk } from '../../../src/engine/feature-disk.ts';
import type { EvaluationReport } from '../../../src/evaluation/evaluation-report.ts';
import type { Judgement } from '../../../src/evaluation/runs/judgement-log.ts';
import type { QueryResult } from '../../../src/evaluation/runs/query-result.ts';
import { RunFolder } from '../../../src/evaluation/runs/run-folder.ts';
import type { RunIdentity } from '../../../src/evaluation/runs/run-identity.ts';
import { filesBelow } from '../home-invariants.ts';
import type { Operation } from '../operation.ts';

const featuresOf = (root: string) => join(root, 'home', 'cache', 'features');
const runsOf = (root: string) => join(root, 'home', 'evaluations');
const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
const features = { grid: [1, 4, 2] as const, data: Float32Array.from({ length: 64 }, (_, at) => at / 64) };
const queries = ['q1', 'q2', 'q3'];

const identity: RunIdentity = {
  version: 1,
  benchmark: 'drawn',
  setting: 'all',
  corrected: false,
  mode: 'pairwise',
  data: 'd',
  seed: 1,
  filter: { space: 'fake', calibration: 'c', taus: {} },
};

const judgement: Judgement = {
  rows: Int32Array.of(1, 0),
  confidences: Float64Array.of(0.9, 0.1),
  logits: Float64Array.of(2, -2),
  strengths: Float64Array.of(0, 0),
  prompts: 2,
  seconds: 1,
};

function resultOf(source: string): QueryResult {
  return { source, trial: 0 } as QueryResult;
}

async function evaluate(root: string, say: (promise: string) => void): Promise<void> {
  const run = await RunFolder.open(runsOf(root), identity);
  try {
    const log = await run.judgements(['g0', 'g1']);
    for (const query of queries) {
      if (log.get(0, query)) continue;
      await log.append(0, query, judgement);
      say(`judged ${query}`);
    }
    for (const query of queries) await run.addResults([resultOf(query)]);
    await run.finish({ benchmark: 'drawn' } as EvaluationReport);
    say('finished');
  } finally {
    await run.close();
  }
}

async function linesOf(root: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const path of filesBelow(runsOf(root))) {
    const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean);
    found[path.slice(path.lastIndexOf('/') + 1)] = lines.sort();
  }
  return found;
}

async function evaluationKept(root: string, promised: readonly string[]): Promise<void> {
  const { 'judged.jsonl': judged = [], ...files } = await linesOf(root);
  for (const query of queries) {
    const kept = judged.some((line) => line.includes(`"${query}"`));
    if (promised.includes(`judged ${query}`) && !kept) throw new Error(`the judgement of ${query} is lost`);
  }
  if (!('report.json' in files)) {
    if (promised.includes('finished')) throw new Error('a finished evaluation is not');
  } else if (files['queries.jsonl']?.length !== queries.length)
    throw new Error('a report without its queries');
}

async function there(root: string): Promise<string[]> {
  const disk = new FeatureDisk(featuresOf(root), 'model', 1 << 20);
  const found: string[] = [];
  for (const id of ids) if (await disk.get(id)) found.push(id);
  return found;
}

export const cacheAndResultOperations: readonly Operation[] = [
  {
    name: 'keep features of pictures',
    prepare: async () => undefined,
    run: async (root) => {
      const disk = new FeatureDisk(featuresOf(root), 'model', 1 << 20);
      for (const id of ids) disk.put(id, features);
      await disk.settled();
    },
    state: there,
    full: undefined,
  },
  {
    name: 'forget features of pictures',
    prepare: async (root) => {
      const disk = new FeatureDisk(featuresOf(root), 'model', 1 << 20);
      for (const id of ids) disk.put(id, features);
      await disk.settled();
    },
    run: async (root, say) => {
      await new FeatureDisk(featuresOf(root), 'model', 1 << 20).forget(ids[0] ?? '');
      say('forgotten');
    },
    kept: async (root, promised) => {
      if (promised.length > 0 && (await there(root)).length !== 2)
        throw new Error('forgotten features are back');
    },
    state: there,
  },
  {
    name: 'evaluate and finish',
    prepare: async () => undefined,
    run: evaluate,
    kept: evaluationKept,
    state: linesOf,
  },
  {
    name: 'write a result file',
    prepare: async () => undefined,
    run: async (root, say) => {
      await writeWhole(join(root, 'home', 'results', 'report.html'), Buffer.from('<html>'.repeat(100)));
      say('written');
    },
    kept: async (root, promised) => {
      const names = filesBelow(join(root, 'home', 'results')).filter((path) => path.endsWith('/report.html'));
      const whole = names.length === 1 && (await readFile(names[0] ?? '', 'utf8')).length === 600;
      if ((promised.length > 0 || names.length > 0) && !whole) throw new Error('the file is not whole');
    },
    state: async (root) => readdirSync(join(root, 'home', 'results')),
  },
];
