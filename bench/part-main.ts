/** The process of one part: `part-main.ts NAME quick|full ARGUMENT`, answers over the channel to its parent. */
import type { PartModule } from './part.ts';
import type { FromPart } from './part-process.ts';
import { ownPeakMemory } from './peak-memory.ts';

const [name = '', speed, argument = ''] = process.argv.slice(2);

try {
  const part = (await import(`./parts/${name}.ts`)) as PartModule;
  const say = (line: string) => tell({ type: 'say', line });
  const { figures, memory = [] } = await part.run({ quick: speed === 'quick', say, argument });
  const own = { process: name, bytes: ownPeakMemory() };
  await tell({ type: 'result', result: { figures, memory: [own, ...memory] } });
} catch (error) {
  await tell({
    type: 'failed',
    message: error instanceof Error ? (error.stack ?? error.message) : `${error}`,
  });
}
process.exit(0);

function tell(message: FromPart): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, () => resolve());
    else {
      console.log(JSON.stringify(message, null, 1));
      resolve();
    }
  });
}
