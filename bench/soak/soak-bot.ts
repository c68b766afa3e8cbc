/** The bot of the soak: `chatreid serve` with a model of colours. It waits for its number, and kills itself at that step. */
import { once } from 'node:events';
import { makers } from '../../src/cli/composition.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { KeyvShelf } from '../../src/conversation/storage/keyv-shelf.ts';
import { colourModel } from '../../test/cli/command-line.ts';

/** `soak-bot.ts CONFIG`; over the channel comes the number of the step, 0 for none: before and after each write is one. */
const [config = ''] = process.argv.slice(2);
let left = 0;

function step(): void {
  left--;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

const { set, delete: remove } = KeyvShelf.prototype;
KeyvShelf.prototype.set = async function (entries) {
  step();
  await set.call(this, entries);
  step();
};
KeyvShelf.prototype.delete = async function (keys) {
  step();
  await remove.call(this, keys);
  step();
};

// Loaded beforehand: what is timed and killed is the bot, not the loading of its modules.
await Promise.all([
  import('../../src/cli/serve/serving.ts'),
  import('../../src/conversation/session-manager.ts'),
  import('../../adapters/slack/slack-adapter.ts'),
  import('../../adapters/discord/discord-adapter.ts'),
]);
process.send?.('loaded');
[left] = (await once(process, 'message')) as [number];

const interrupt = new AbortController();
process.on('SIGTERM', () => interrupt.abort(new DOMException('SIGTERM', 'AbortError')));
// Who started it is gone.
const orphaned = () => process.exit(1);
process.on('disconnect', orphaned);
process.exitCode = await runCommandLine(['serve', '--config', config], {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupt.signal,
  makers: { ...makers, localModel: async () => colourModel() },
});
process.off('disconnect', orphaned);
process.disconnect?.();
