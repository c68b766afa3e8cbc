/** Starting and killing the processes of the tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ErrorReport } from '../../src/foundation/error.ts';
import type { ImportReport } from '../../src/gallery/importer.ts';

export interface ChildMessage {
  readonly started?: true;
  readonly locked?: true;
  readonly done?: number;
  readonly report?: ImportReport;
  readonly error?: ErrorReport;
}

const script = fileURLToPath(new URL('./import-process.ts', import.meta.url));

/** @param fileBlocks largest file that the process may write, in KiB: what a full disk looks like to it */
export function startChild(args: readonly string[], fileBlocks?: number): ChildProcess {
  const node = [process.execPath, '--import', 'tsx', script, ...args];
  const [command = '', ...rest] =
    fileBlocks === undefined ? node : ['bash', '-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'bash', ...node];
  return spawn(command, rest, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** The first message that passes; fails when the process ends without it. */
export async function message(
  child: ChildProcess,
  wanted: (message: ChildMessage) => boolean,
): Promise<ChildMessage> {
  return new Promise((resolve, reject) => {
    child.on('message', (sent: ChildMessage) => {
      if (wanted(sent)) resolve(sent);
    });
    child.on('exit', (code, signal) => reject(new Error(`The child ended (${code ?? signal}) too early.`)));
  });
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
