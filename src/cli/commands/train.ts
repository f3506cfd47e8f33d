/** `robust-bench train`: its options; the work is in ../run/train.ts, loaded when asked for. */
import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { examples } from '../examples.ts';
import type { CommandContext } from '../main.ts';
import { computeOptions, dataOptions, GROUP, grouped, printOptions } from '../options.ts';

/** The options of the command. */
export const trainOptions = {
  ...dataOptions,
  data: { ...dataOptions.data, demandOption: true },
  ...grouped(GROUP.data, {
    'train-limit': { type: 'number', describe: 'Train on this many examples', requiresArg: true },
    'test-limit': { type: 'number', describe: 'Measure the test error on this many', requiresArg: true },
  }),
  ...grouped(GROUP.training, {
    method: { choices: ['erm', 'mixup'], default: 'erm', describe: 'Training principle', requiresArg: true },
    // Without a value of yargs' own, so that one given to ERM is seen and refused.
    alpha: {
      type: 'number',
      defaultDescription: '1',
      describe: 'mixup: λ ~ Beta(alpha, alpha)',
      requiresArg: true,
    },
    'lambda-per': {
      choices: ['batch', 'example'],
      defaultDescription: '"batch"',
      describe: 'mixup: one λ for a minibatch, or one for each example',
      requiresArg: true,
    },
    architecture: { type: 'string', default: 'preact-resnet18', describe: 'The network', requiresArg: true },
    width: { type: 'number', default: 64, describe: 'Channels of the first stage', requiresArg: true },
    epochs: { type: 'number', default: 200, describe: 'Passes over the training set', requiresArg: true },
    'batch-size': { type: 'number', default: 128, describe: 'Examples in a minibatch', requiresArg: true },
    lr: { type: 'number', default: 0.1, describe: 'Initial learning rate', requiresArg: true },
    milestones: {
      type: 'string',
      describe:
        'Epochs after which the rate is divided by 10; half and three quarters of --epochs by default; none for none',
      requiresArg: true,
    },
    momentum: { type: 'number', default: 0.9, describe: 'Momentum of SGD', requiresArg: true },
    nesterov: { type: 'boolean', default: false, describe: 'Nesterov momentum' },
    'weight-decay': {
      type: 'number',
      default: 1e-4,
      describe: 'L2 penalty on every parameter',
      requiresArg: true,
    },
  }),
  ...grouped(GROUP.augmentation, {
    crop: {
      type: 'number',
      default: 4,
      describe: 'Zero-pad by this and crop at random; 0 for none',
      requiresArg: true,
    },
    flip: { type: 'boolean', default: true, describe: 'Mirror half of the images; --no-flip for none' },
    mean: {
      type: 'string',
      describe: 'Normalisation mean per channel, for inputs in [0, 1]',
      requiresArg: true,
    },
    std: { type: 'string', describe: 'Normalisation deviation per channel', requiresArg: true },
  }),
  engine: computeOptions.engine,
  threads: computeOptions.threads,
  seed: computeOptions.seed,
  ...grouped(GROUP.output, {
    name: {
      type: 'string',
      describe: 'The model’s name in tables; that of the folder by default',
      requiresArg: true,
    },
    out: {
      type: 'string',
      demandOption: true,
      describe: 'Folder for the model cards and weights',
      requiresArg: true,
    },
    tfjs: { type: 'boolean', default: false, describe: 'Export the models as tfjs layers-models too' },
  }),
  quiet: printOptions.quiet,
} as const satisfies Record<string, Options>;

export type TrainArguments = InferredOptionTypes<typeof trainOptions>;

export function addTrainCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'train',
    'Train a network with ERM or mixup',
    (command) =>
      command.options(trainOptions).epilogue(
        examples([
          ['The recipe of the mixup paper', 'train --data cifar10:DIR --method mixup --out runs/mixup'],
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
