/** `robust-bench gradient`: its options; the work is in ../run/gradient.ts, loaded when asked for. */
import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { examples } from '../examples.ts';
import type { CommandContext } from '../main.ts';
import { GROUP, grouped, modelOptions } from '../options.ts';

const options = {
  ...grouped(GROUP.gradient, {
    loss: {
      choices: ['cross-entropy', 'margin'],
      describe:
        'Of a loss, summed over the batch, with an input labels (int64 [N]): −log softmax(z)[y], or the margin of the best wrong class, max z[j≠y] − z[y]; both rise as the model errs',
      requiresArg: true,
    },
    vjp: {
      type: 'boolean',
      default: false,
      describe:
        'A vector-Jacobian product: of the sum of cotangent · output, with an input cotangent of the output’s shape',
    },
    of: {
      type: 'string',
      describe: 'The output to differentiate, where the file has several',
      requiresArg: true,
    },
    inputs: {
      type: 'string',
      array: true,
      describe: 'The inputs that gradients are taken by; all of floating-point numbers by default',
      requiresArg: true,
    },
    'with-outputs': {
      type: 'boolean',
      default: false,
      describe: 'Give the file’s own outputs too, and the loss of each example',
    },
    'approximate-gradient': {
      ...modelOptions['approximate-gradient'],
      describe: 'A gradient past the rounding of quantised values',
    },
  }),
  ...grouped(GROUP.models, {
    size: {
      type: 'string',
      array: true,
      describe: 'A number for a size that the file names, where the gradient needs to know it: height=224',
      requiresArg: true,
    },
    'input-shape': {
      ...modelOptions['input-shape'],
      describe: 'Channels, height and width, where a tfjs model leaves them open: 3,32,32',
    },
  }),
  ...grouped(GROUP.output, {
    out: { type: 'string', demandOption: true, describe: 'Write the .onnx file here', requiresArg: true },
  }),
} as const satisfies Record<string, Options>;

export type GradientArguments = InferredOptionTypes<typeof options> & { readonly file: string };

export function addGradientCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'gradient <file>',
    'Write the gradient of a model by its inputs as an ONNX file of standard operators',
    (command) =>
      command
        .positional('file', {
          type: 'string',
          demandOption: true,
          describe: 'An .onnx file of any kind, a tfjs model.json or a model card',
        })
        .options(options)
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
