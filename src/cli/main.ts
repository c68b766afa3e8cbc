#!/usr/bin/env node
/** Entry point of `chatreid`: one command line, its exit code, quiet when its reader goes away, gentle on Ctrl-C. */
import { asChatReidError } from '../foundation/error.ts';
import { exitCodes, interruptedBy } from './exit-code.ts';
import { Output } from './output.ts';
import { runCommandLine } from './program.ts';

// Pictures of people: what this process and its children make is for the owner of the account only.
const umask = process.umask(0o077);

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The first asks the running work to stop where nothing is lost; whoever presses again will not wait.
    if (interrupt.signal.aborted) process.exit(interruptedBy(interrupt.signal));
    interrupt.abort(new DOMException(name, 'AbortError'));
  });
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // `chatreid … | head`: the reader has what it wanted.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.ok);
    throw error;
  });
}

// A bug in a callback: told like every other error, and never as a bare stack.
process.on('uncaughtException', (error) => {
  const json = process.argv.includes('--json');
  const report = asChatReidError(error, 'running the command').report();
  const out = new Output(process.stdout, process.stderr, process.env, json);
  out.error(report);
  if (process.env.CHATREID_DEBUG === '1') out.note(String(error.stack));
  process.exit(exitCodes.error);
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupt.signal,
  umask,
});
