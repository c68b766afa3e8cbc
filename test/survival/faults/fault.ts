/** What happens at a step: the process ends, or the disk refuses. */
import type { BeforeStep, Step } from './steps.ts';

/** As the kernel does it: nothing of the process runs any more. */
export function killedBefore(number: number): BeforeStep {
  return (step) => {
    if (step.number === number) process.kill(process.pid, 'SIGKILL');
  };
}

/** From this step on there is no room: everything that needs some fails, until `work` is over. */
export function fullFrom(number: number): BeforeStep {
  return (step) => {
    if (step.number >= number && step.grows) throw refusal(step, 'ENOSPC', 'SQLITE_FULL');
  };
}

/** The disk fails at this step, and at no other. */
export function failingAt(number: number): BeforeStep {
  return (step) => {
    if (step.number === number) throw refusal(step, 'EIO', 'SQLITE_IOERR_WRITE');
  };
}

function refusal({ of, what }: Step, files: string, sqlite: string): Error {
  const code = of === 'files' ? files : sqlite;
  const message = of === 'files' ? `${code}: refused, ${what}` : `${code} at ${what}`;
  return Object.assign(new Error(message), { code });
}
