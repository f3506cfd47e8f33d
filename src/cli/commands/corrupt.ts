/** `robust-bench corrupt`: its options are in ../arguments/corrupt.ts, the work is in ../run/corrupt.ts, loaded when asked for. */
import type { Argv } from 'yargs';
import { corruptOptions } from '../arguments/corrupt.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../examples.ts';

export function addCorruptCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'corrupt',
    'Give examples random labels and write them to a label file',
    (command) =>
      command.options(corruptOptions).epilogue(
        examples([
          [
            'Half of the labels replaced, as in the mixup paper',
            'corrupt --data cifar10:DIR --rate 0.5 --out labels.json',
          ],
          [
            'Noise measured by class',
            'corrupt --data cifar10:DIR --mode class-conditional --matrix noise.csv --out labels.json',
          ],
        ]),
      ),
    async (argv) => {
      const { runCorrupt } = await import('../run/corrupt.ts');
      await runCorrupt(argv, context);
    },
  );
}
