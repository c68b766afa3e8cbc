/** A backup or a restore that kills itself before a step: `node backup-process.ts backup|restore HOME ARCHIVE STEP`. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { homeAt } from './home-of-test.ts';

const [mode = '', root = '', archive = '', step = ''] = process.argv.slice(2);
let passed = 0;

/** Every change of the file system is a step. */
function pass(): void {
  if (++passed === Number(step)) process.kill(process.pid, 'SIGKILL');
}

const { mkdir, rename, rm, open } = fs.promises;
fs.promises.mkdir = (async (...given: Parameters<typeof mkdir>) => {
  pass();
  return mkdir(...given);
}) as typeof mkdir;
fs.promises.rename = async (...given) => {
  pass();
  return rename(...given);
};
fs.promises.rm = async (...given) => {
  pass();
  return rm(...given);
};
fs.promises.open = async (...given) => {
  pass();
  const file = await open(...given);
  const sync = file.sync.bind(file);
  file.sync = async () => {
    pass();
    return sync();
  };
  return file;
};
syncBuiltinESMExports();

const home = homeAt(root);
if (mode === 'backup') {
  const { backUp } = await import('../../../src/cli/backup/back-up.ts');
  await backUp({ home, to: archive, version: '1' });
} else {
  const { restoreHome } = await import('../../../src/cli/backup/restore-home.ts');
  await restoreHome({ home, archive, force: true });
}
process.stdout.write(`${passed}\n`);
