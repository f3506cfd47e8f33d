/** The options of `robust-bench gradient`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { GROUP, grouped, modelOptions } from '../options.ts';
import { namedSize, path, text } from '../values.ts';

export const gradientOptions = {
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
      value: text(),
      describe: 'The output to differentiate, where the file has several',
    },
    inputs: {
      value: text(),
      array: true,
      describe: 'The inputs that gradients are taken by; all of floating-point numbers by default',
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
      value: namedSize,
      array: true,
      describe: 'A number for a size that the file names, where the gradient needs to know it: height=224',
    },
    'input-shape': {
      ...modelOptions['input-shape'],
      describe: 'Channels, height and width, where a tfjs model leaves them open: 3,32,32',
    },
  }),
  ...grouped(GROUP.output, {
    out: { value: path, demandOption: true, describe: 'Write the .onnx file here' },
  }),
} as const satisfies Record<string, Options>;

export type GradientArguments = InferredOptionTypes<typeof gradientOptions> & { readonly file: string };
