/** Around a run of the tests: afterwards no line that any program said may hold a secret. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hearIn, secretsShown } from './heard-output.ts';

export default function setUp(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'chatreid-heard-'));
  hearIn(folder);
  return () => {
    const { shown, lines } = secretsShown(folder);
    if (shown.length > 0) {
      const told = shown.slice(0, 20).map(({ file, line }) => `  ${file}: ${line}`);
      // Vitest tells what a teardown throws, and ends with 0 all the same.
      process.exitCode = 1;
      throw new Error(
        `Secrets in ${shown.length} lines that programs said (kept in ${folder}):\n${told.join('\n')}`,
      );
    }
    console.log(`No secret in ${lines} lines that programs said.`);
    rmSync(folder, { recursive: true, force: true });
  };
}
