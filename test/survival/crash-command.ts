/** `npm run crash -- [--points N] [--only NAME]`: the whole crash matrix, as a table. Without `--points` every step of everything. */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type CallPoint, Prepared, type Row, spread } from './crash-matrix.ts';
import { operations } from './operations.ts';
import { strace } from './strace.ts';

const { values } = parseArgs({
  options: { points: { type: 'string' }, only: { type: 'string', default: '' } },
});
const points = Number(values.points ?? Number.POSITIVE_INFINITY);
/** A process for each takes half a second. */
const processes = Math.min(points, 60);

function cases(prepared: Prepared): (() => Promise<Row>)[] {
  return [
    () => prepared.ended(points),
    () => prepared.killed(processes),
    () => prepared.full(points),
    () => prepared.failing(points),
    ...(strace === undefined ? [] : [() => traced(prepared, strace ?? '')]),
  ];
}

async function traced(prepared: Prepared, tracer: string): Promise<Row> {
  const all: CallPoint[] = [];
  for (const [call, count] of await prepared.calls(tracer))
    for (let time = 1; time <= count; time++) all.push({ call, time });
  return prepared.traced(tracer, spread(all, processes));
}

const table = new Table({ head: ['operation', 'fault', 'steps', 'faults', 'checked', 'failures'] });
const failures: string[] = [];
let [faults, checked] = [0, 0];
for (const operation of operations.filter(({ name }) => name.includes(values.only))) {
  const prepared = await Prepared.of(operation);
  for (const run of cases(prepared)) {
    const row = await run();
    table.push([row.operation, row.fault, row.steps, row.faults, row.checked, row.failures.length]);
    process.stderr.write(
      `${row.operation}, ${row.fault}: ${row.faults} faults, ${row.failures.length} failures\n`,
    );
    failures.push(...row.failures.map((failure) => `${row.operation}: ${failure}`));
    faults += row.faults;
    checked += row.checked;
  }
  prepared.close();
}
process.stdout.write(
  `${table.toString()}\n${faults} faults, ${checked} invariants looked at, ${failures.length} failures\n`,
);
if (strace === undefined)
  process.stdout.write('strace is not here: system calls inside of SQLite were not ended.\n');
for (const failure of failures) process.stdout.write(`${failure.slice(0, 600)}\n`);
process.exit(failures.length > 0 ? 1 : 0);
