/** `npm run fuzz -- [target…] --seconds N`: each target for so long; inputs that reached something new are kept in .fuzz/. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { targetNames } from './fuzz-target.ts';
import { runFuzzer } from './run-fuzzer.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, loud: { type: 'boolean', default: false } },
});
const seconds = Number(values.seconds);
const unknown = positionals.filter((name) => !targetNames.includes(name));
if (unknown.length > 0 || !(seconds > 0)) {
  console.error(`npm run fuzz -- [target…] --seconds N; targets: ${targetNames.join(', ')}`);
  process.exit(2);
}

for (const name of positionals.length > 0 ? positionals : targetNames) {
  const started = performance.now();
  const { tried, reached, finding } = await runFuzzer({
    name,
    corpus: join(packageRoot(), '.fuzz', name),
    findings: join(packageRoot(), '.fuzz', 'findings', `${name}-${Date.now()}`),
    runs: -1,
    seconds,
    seed: Date.now() % 2 ** 31,
    ...(values.loud ? { onText: (text: string) => void process.stderr.write(text) } : {}),
  });
  const took = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `${name}: ${tried} inputs in ${took} s, ${reached} branches reached${finding ? ', FOUND:' : ''}`,
  );
  if (finding) console.log(finding);
  if (finding) process.exitCode = 1;
}
