/** `npm run soak`: the bot is killed at hundreds of random points while people of both platforms talk; nothing is lost, nothing doubled. */
import { Command } from 'commander';
import { wholeNumber } from '../src/cli/shell.ts';
import { DiscordSide } from './soak/discord-side.ts';
import { SlackSide } from './soak/slack-side.ts';
import { soak } from './soak/soak.ts';
import { failures, soakTable } from './soak/soak-table.ts';

interface Options {
  readonly points: number;
  readonly seed: number;
  readonly json?: boolean;
}

const command = new Command('npm run soak --')
  .description(
    'Kills the bot again and again; the exit status is 1 where a turn was lost or a reply doubled.',
  )
  .option('--points <number>', 'how often it is killed', wholeNumber(1, 100_000), 500)
  .option('--seed <number>', 'the same number draws the same points', wholeNumber(0, 2 ** 31), 1)
  .option('--json', 'print the numbers as one JSON document')
  .action(run);

await command.parseAsync();

async function run({ points, seed, json = false }: Options): Promise<void> {
  const sides = [await SlackSide.start(), await DiscordSide.start()];
  try {
    const report = await soak({ points, seed, sides, say: (line) => console.error(line) });
    console.log(json ? JSON.stringify(report, null, 2) : soakTable(report));
    process.exitCode = failures(report).length > 0 ? 1 : 0;
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
}
