/** `robust-bench train`: its options are in ../arguments/train.ts, the work is in ../run/train.ts, loaded when asked for. */
import type { Argv } from 'yargs';
import { trainOptions } from '../arguments/train.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../examples.ts';

export function addTrainCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'train',
    'Train a network by a recipe',
    (command) =>
      command.options(trainOptions).epilogue(
        examples([
          [
            'A row of the mixup paper’s tables',
            'train --recipe cifar10/preact18-mixup --data cifar10:DIR --out runs/mixup',
          ],
          [
            'A small network with ERM',
            'train --data idx:fashion-mnist --width 8 --epochs 10 --crop 0 --out runs/erm',
          ],
        ]),
      ),
    async (argv) => {
      const { runTrain } = await import('../run/train.ts');
      await runTrain(argv, context);
    },
  );
}
