/** Forgets a person and kills itself before a step: `node forget-process.ts ROOT STEP PICTURE...`. Every write is a step. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import Database from 'libsql';

const [root = '', step = '', ...pictures] = process.argv.slice(2);
let passed = 0;

function pass(): void {
  if (++passed === Number(step)) process.kill(process.pid, 'SIGKILL');
}

const { rename, rm, open } = fs.promises;
fs.promises.rename = async (...given) => {
  pass();
  return rename(...given);
};
fs.promises.rm = async (...given) => {
  pass();
  return rm(...given);
};
fs.promises.open = async (...given) => {
  if (given[1] !== 'r') pass();
  return open(...given);
};
const { unlinkSync } = fs;
fs.unlinkSync = (...given) => {
  pass();
  return unlinkSync(...given);
};
syncBuiltinESMExports();

const { exec } = Database.prototype;
Database.prototype.exec = function (this: InstanceType<typeof Database>, sql: string) {
  if (/^(COMMIT|VACUUM|PRAGMA wal_checkpoint)/.test(sql)) pass();
  return exec.call(this, sql);
};

const [{ ForgetHouse, anna }, { forgetTools }, { giveOrder }, { finishIfDone, workOff }] = await Promise.all([
  import('./forget-house.ts'),
  import('../../../src/cli/forget/tools-of-parts.ts'),
  import('../../../src/cli/forget/give-order.ts'),
  import('../../../src/cli/forget/work-off.ts'),
]);
const parts = ForgetHouse.at(root).parts();
const tools = forgetTools(parts);
await tools.storage();
await tools.store();
await tools.audit();
passed = 0;
const order = await giveOrder(tools, {
  why: 'person',
  by: { platform: 'command-line' },
  pictures,
  person: anna,
});
await workOff(tools, order.id);
await finishIfDone(tools, order.id);
process.stdout.write(`${passed}\n`);
await parts.close();
