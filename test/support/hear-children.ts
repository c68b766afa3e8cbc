/** Before each test file: what every child process says is heard, and what it was given as a secret is known. */
import { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { listener, outputFolder, plant } from './heard-output.ts';

interface Spawning {
  spawn(options: { readonly envPairs?: readonly string[] }): unknown;
}

const hooked = Symbol.for('chatreid.heard');

// fork, exec and spawn all come by here.
const prototype = ChildProcess.prototype as unknown as Spawning & { [hooked]?: true };
if (outputFolder() !== undefined && !prototype[hooked]) {
  const { spawn } = prototype;
  prototype[hooked] = true;
  prototype.spawn = function (this: ChildProcess, options) {
    const result: unknown = spawn.call(this as unknown as Spawning, options);
    plant(environmentOf(options.envPairs ?? []));
    for (const stream of [this.stdout, this.stderr]) if (stream) hear(stream);
    return result;
  };
}

function environmentOf(pairs: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(pairs.map((pair) => [pair.split('=', 1)[0]!, pair.slice(pair.indexOf('=') + 1)]));
}

/** As it arrives, whoever reads it and when: a listener would set the stream flowing. */
function hear(stream: Readable): void {
  const heard = listener();
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) heard(chunk);
    return push(chunk, encoding);
  };
}
