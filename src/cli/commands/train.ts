/** `robust-bench train`: its options; the work is in ../run/train.ts, loaded when asked for. */
import type { Argv, InferredOptionTypes, Options } from 'yargs';
import type { CommandContext } from '../main.ts';
import { computeOptions, dataOptions, printOptions } from '../options.ts';

const options = {
  ...dataOptions,
  data: { ...dataOptions.data, demandOption: true },
  method: { choices: ['erm', 'mixup'], default: 'erm', describe: 'Training principle' },
  alpha: { type: 'number', default: 1, describe: 'mixup: λ ~ Beta(alpha, alpha)', requiresArg: true },
  'lambda-per': {
    choices: ['batch', 'example'],
    default: 'batch',
    describe: 'mixup: one λ for a minibatch, or one for each example',
  },
  architecture: { type: 'string', default: 'preact-resnet18', describe: 'The network', requiresArg: true },
  width: { type: 'number', default: 64, describe: 'Channels of the first stage', requiresArg: true },
  epochs: { type: 'number', default: 200, describe: 'Passes over the training set', requiresArg: true },
  ...computeOptions,
  'batch-size': { ...computeOptions['batch-size'], default: 128, describe: 'Examples in a minibatch' },
  lr: { type: 'number', default: 0.1, describe: 'Initial learning rate', requiresArg: true },
  milestones: {
    type: 'string',
    describe: 'Epochs after which the rate is divided by 10; half and three quarters of --epochs by default',
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
  'train-limit': { type: 'number', describe: 'Train on this many examples', requiresArg: true },
  'test-limit': { type: 'number', describe: 'Measure the test error on this many', requiresArg: true },
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
  quiet: printOptions.quiet,
} as const satisfies Record<string, Options>;

export type TrainArguments = InferredOptionTypes<typeof options>;

export function addTrainCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'train',
    'Train a network with ERM or mixup',
    (command) =>
      command
        .options(options)
        .example(
          '$0 train --data cifar10:cifar-10-batches-bin --out runs/erm',
          'the recipe of the mixup paper',
        )
        .example(
          '$0 train --data idx:fashion-mnist --method mixup --width 8 --epochs 10 --out runs/mixup',
          'a small one',
        ),
    async (argv) => {
      const { runTrain } = await import('../run/train.ts');
      await runTrain(argv, context);
    },
  );
}
