/** `chatreid tune`: what is needed to train a model on data of one's own. */
import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { tuneCalibrateCommand } from './tune-calibrate.ts';
import { tuneDataCommand } from './tune-data.ts';

export function tuneCommand(shell: Shell): Command {
  return shell
    .command('tune', 'Make what a model is trained with.', [
      'chatreid tune data --stage 2 --data market1501=./Market-1501-v15.09.15 --out stage2',
    ])
    .addCommand(tuneDataCommand(shell))
    .addCommand(tuneCalibrateCommand(shell));
}
