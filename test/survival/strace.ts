/** The tracer that ends a process inside of a system call, where this machine has it and allows it. */
import { spawnSync } from 'node:child_process';

/** Its path, or undefined. */
export const strace: string | undefined = usable('strace');

function usable(name: string): string | undefined {
  const tried = spawnSync(name, [
    '-f',

    '-qq',
    '-o',
    '/dev/null',
    '-e',
    'trace=fsync',
    'true',
  ]);
  return tried.status === 0 ? name : undefined;
}
