/** `npm run bench`: every part in a process of its own, one after the other; a table on stdout and a JSON file. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { packageRoot } from '../src/foundation/package-root.ts';
import { describeMachine } from './machine.ts';
import { type PartName, partNames } from './part.ts';
import { runPart } from './part-process.ts';
import {
  machineLine,
  memoryTable,
  type PartReport,
  partTable,
  type Report,
  reportJson,
  targetsLine,
} from './report.ts';

interface Options {
  readonly only?: readonly PartName[];
  readonly quick?: boolean;
  readonly json: string;
}

const command = new Command('npm run bench --')
  .description('Measures speed and memory; bench/README.md says how to read the figures.')
  .addOption(new Option('--only <name...>', 'these parts only').choices(partNames))
  .option('--quick', 'a look in under a minute; targets are not judged')
  .option('--json <file>', 'where the figures go', join(packageRoot(), 'bench/out/bench.json'))
  .action(bench);

await command.parseAsync();

async function bench({ only = partNames, quick = false, json }: Options): Promise<void> {
  const machine = describeMachine();
  console.log(machineLine(machine));
  const started = new Date().toISOString();
  const parts: PartReport[] = [];
  for (const part of partNames.filter((name) => only.includes(name))) {
    const say = (line: string) => console.error(`${part}: ${line}`);
    const start = performance.now();
    const result = await runPart(part, { quick, say });
    const report = { part, seconds: (performance.now() - start) / 1000, ...result };
    parts.push(report);
    console.log(`\n${partTable(report, quick)}`);
  }
  const report: Report = { started, quick, machine, parts };
  console.log(`\n${memoryTable(parts)}\n\n${targetsLine(report)}`);
  const file = resolve(json);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(reportJson(report), null, 2)}\n`);
  console.log(`Every sample: ${relative(process.cwd(), file)}`);
}
