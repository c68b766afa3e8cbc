/** Verifies a long trail in ranges, each in a thread of its own. */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { auditFiles } from './audit-files.ts';
import { type AuditRange, cutTrail } from './audit-range.ts';
import { type Verified, type VerifyOptions, verdict, verifyTrail } from './audit-verify.ts';
import { type RangeFound, verifyRange } from './audit-verify-range.ts';

/** Below that a thread takes longer to start than it saves. */
const worthBytes = 64 * 1024 * 1024;
/** More are waiting for the disk. */
const mostThreads = 4;
/** This thread's part against the others': they have to start first. */
const ownPart = 1.2;

interface ParallelOptions extends VerifyOptions {
  /** Tests cut small trails too. */
  readonly threads?: number;
  readonly worthBytes?: number;
}

/**
 * Says the same as {@link verifyTrail}. Where a range is not in order, the trail is looked at again in one piece: only so it
 * is sure which entry was the first.
 *
 * @throws what the file system throws
 */
export async function verifyTrailFast(folder: string, options: ParallelOptions = {}): Promise<Verified> {
  const {
    threads = Math.min(mostThreads, availableParallelism()),
    worthBytes: worth = worthBytes,
    ...rest
  } = options;
  const files = auditFiles(folder);
  const bytes = files.chain.reduce((sum, path) => sum + statSync(path).size, 0);
  if (threads < 2 || bytes < worth) return verifyTrail(folder, rest);
  const parts = ownPart + threads - 1;
  const shares = [ownPart / parts, ...Array.from({ length: threads - 2 }, () => 1 / parts)];
  const [own, ...others] = cutTrail(files, shares);
  const elsewhere = others.map((range) => inThread(range, rest));
  // What fails in a thread is thrown by the look in one piece, if it is not over by then.
  const settled = Promise.allSettled(elsewhere);
  const found: (RangeFound | undefined)[] = [verifyRange(own!, rest)];
  for (const result of await settled) found.push(result.status === 'fulfilled' ? result.value : undefined);
  const whole = found.filter((part) => part !== undefined);
  if (whole.length < found.length) return verifyTrail(folder, rest);
  const said = verdict(folder, whole, rest);
  return said.broken ? verifyTrail(folder, rest) : said;
}

async function inThread(range: AuditRange, options: VerifyOptions): Promise<RangeFound> {
  const worker = threadOf({ env: {}, execArgv: [], workerData: { range, options } });
  try {
    const [found] = (await once(worker, 'message')) as [RangeFound];
    return found;
  } finally {
    await worker.terminate();
  }
}

function threadOf(options: WorkerOptions): Worker {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return new Worker(new URL('./audit-verify-thread.js', here), options);
  // From sources: the loader that main threads are given does not work in threads of Node 20, its function does.
  const loader = createRequire(here).resolve('tsx/cjs/api');
  const module = fileURLToPath(new URL('./audit-verify-thread.ts', here));
  const code = `require(${JSON.stringify(loader)}).require(${JSON.stringify(module)}, ${JSON.stringify(module)})`;
  return new Worker(code, { ...options, eval: true });
}
