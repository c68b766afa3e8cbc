/** A thread that verifies one range of the trail and says what it found. */
import { parentPort, workerData } from 'node:worker_threads';
import type { AuditRange } from './audit-range.ts';
import type { VerifyOptions } from './audit-verify.ts';
import { verifyRange } from './audit-verify-range.ts';

const { range, options } = workerData as { range: AuditRange; options: VerifyOptions };
parentPort?.postMessage(verifyRange(range, options));
