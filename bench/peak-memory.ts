/** The most resident memory that a process has ever had, in bytes. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export function ownPeakMemory(): number {
  // Kilobytes on every platform: libuv brings them to one unit.
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * Of another process, while it lives. Where the system has no /proc it is what the process has now, by ps.
 *
 * @returns undefined where neither is to be had
 */
export function peakMemoryOf(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (peak !== undefined) return Number(peak) * 1024;
  } catch {
    // No /proc here.
  }
  try {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })) * 1024;
  } catch {
    return undefined;
  }
}
