/** Runs one part in a fresh process, so that neither its memory nor its garbage is another part's. */
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PartName, PartResult, SubpartName } from './part.ts';

export type FromPart =
  | { readonly type: 'say'; readonly line: string }
  | { readonly type: 'result'; readonly result: PartResult }
  | { readonly type: 'failed'; readonly message: string };

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** @throws Error with what the part said when it failed, or how its process ended */
export function runPart(
  name: PartName | SubpartName,
  options: { readonly quick: boolean; readonly argument?: string; readonly say: (line: string) => void },
): Promise<PartResult> {
  const { quick, argument = '', say } = options;
  const child = fork(
    fileURLToPath(new URL('part-main.ts', import.meta.url)),
    [name, quick ? 'quick' : 'full', argument],
    { execArgv: ['--import', tsx], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  return new Promise((resolve, reject) => {
    let outcome: (() => void) | undefined;
    child.on('message', (message: FromPart) => {
      if (message.type === 'say') say(message.line);
      else if (message.type === 'result') outcome = () => resolve(message.result);
      else outcome = () => reject(new Error(`${name}: ${message.message}`));
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (outcome) outcome();
      else reject(new Error(`${name}: its process ended (${signal ?? code}) before it had a result`));
    });
  });
}
