/** A small program with an engine in a child: prints the child's process id, then ends in the way that it was told. */
import { EngineProcess } from '../../src/engine/process/engine-process.ts';
import { faultHostUrl } from './fault-host.ts';
import { ask } from './prompts.ts';

const [folder = '', how] = process.argv.slice(2);
const engine = new EngineProcess({ model: folder, module: faultHostUrl });
await engine.describe();
console.log(engine.pid);
if (how === 'close') await engine.close();
if (how === 'busy') await engine.score([ask('Same?')], ['Yes', 'No']);
