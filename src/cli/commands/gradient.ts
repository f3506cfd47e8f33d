/** `robust-bench gradient`: its options are in ../arguments/gradient.ts, the work is in ../run/gradient.ts, loaded when asked for. */
import type { Argv } from 'yargs';
import { gradientOptions } from '../arguments/gradient.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../examples.ts';
import { reading } from '../options.ts';
import { path } from '../values.ts';

export function addGradientCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'gradient <file>',
    'Write the gradient of a model by its inputs as an ONNX file of standard operators',
    (command) =>
      command
        .positional(
          'file',
          reading('the file', {
            value: path,
            demandOption: true,
            describe: 'An .onnx file of any kind, a tfjs model.json or a model card',
          }),
        )
        .options(gradientOptions)
        .epilogue(
          examples([
            [
              'Of the cross-entropy, by every input: takes labels, gives grad_NAME',
              'gradient m.onnx --loss cross-entropy --out gradient.onnx',
            ],
            [
              'Of one output weighted by a cotangent, by one input, beside the outputs themselves',
              'gradient m.onnx --vjp --of hidden --inputs x --with-outputs --out vjp.onnx',
            ],
          ]),
        ),
    async (argv) => {
      const { runGradient } = await import('../run/gradient.ts');
      await runGradient(argv, context);
    },
  );
}
