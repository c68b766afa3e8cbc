/** A process that does one operation, and may end in the middle of it: `node operation-process.ts NAME ROOT LOG [--kill STEP]`. */
import { sayInto } from './crash-matrix.ts';
import { killedBefore } from './faults/fault.ts';
import { watched } from './faults/steps.ts';
import { operations } from './operations.ts';

const [name, root = '', log = '', , step] = process.argv.slice(2);
const operation = operations.find((one) => one.name === name);
if (!operation) throw new Error(`There is no operation "${name}".`);
const run = () => operation.run(root, sayInto(log));
// Watched only where it is to be ended by a step: a tracer wants the plain program.
if (step === undefined) await run();
else await watched(root, killedBefore(Number(step)), run);
process.exit(0);
