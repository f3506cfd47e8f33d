/** `robust-bench memorize`: its options are in ../arguments/memorize.ts, the work is in ../run/memorize.ts, loaded when asked for. */
import type { Argv } from 'yargs';
import { memorizeOptions } from '../arguments/memorize.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../examples.ts';

export function addMemorizeCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'memorize',
    'Measure how much training memorizes corrupted labels',
    (command) =>
      command.options(memorizeOptions).epilogue(
        examples([
          [
            'Table 2 of the mixup paper, at a small width',
            'memorize --data cifar10:DIR --width 16 --epochs 60 --out runs/memorize',
          ],
          [
            'The same with three seeds, to see what another seed changes',
            'memorize --data cifar10:DIR --width 16 --epochs 60 --seeds 3 --out runs/memorize',
          ],
          [
            'A model trained elsewhere on labels of robust-bench corrupt',
            'memorize --data cifar10:DIR --labels l.json --predictions DIR --result r.json',
          ],
          [
            'Its checkpoints in place of its predictions',
            'memorize --data cifar10:DIR --labels l.json --checkpoint e1.onnx e2.onnx',
          ],
        ]),
      ),
    async (argv) => {
      const { runMemorize } = await import('../run/memorize.ts');
      await runMemorize(argv, context);
    },
  );
}
