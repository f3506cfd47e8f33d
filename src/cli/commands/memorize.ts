/** `robust-bench memorize`: its options; the work is in ../run/memorize.ts, loaded when asked for. */
import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { examples } from '../examples.ts';
import type { CommandContext } from '../main.ts';
import { computeOptions, GROUP, grouped, modelOptions, printOptions, without } from '../options.ts';
import { recipeOptions } from '../training-options.ts';
import { trainOptions } from './train.ts';

/** What a variant says is not said a second time. */
const training = without(recipeOptions, ['method', 'alpha', 'dropout', 'corruption-rate']);

const options = {
  ...grouped(GROUP.memorization, {
    rate: {
      type: 'number',
      array: true,
      defaultDescription: '0.2 0.5 0.8',
      describe: 'Shares of the training labels to corrupt',
      requiresArg: true,
    },
    variant: {
      type: 'string',
      array: true,
      defaultDescription: 'erm dropout:0.5 mixup:8 mixup:8+dropout:0.3',
      describe: 'What to train: erm, dropout:P, mixup:ALPHA or mixup:ALPHA+dropout:P',
      requiresArg: true,
    },
    seeds: {
      type: 'string',
      array: true,
      describe:
        'Train every variant with so many seeds, --seed and those after it (3), or with these (0,5,7)',
      requiresArg: true,
    },
    predictions: {
      type: 'string',
      describe: 'Train nothing: score the predictions of each epoch in this folder',
      requiresArg: true,
    },
    checkpoint: {
      type: 'string',
      array: true,
      describe: 'Train nothing: score these models, one an epoch, in this order',
      requiresArg: true,
    },
    labels: { ...trainOptions.labels, describe: 'The label file that what is scored was trained on' },
  }),
  data: trainOptions.data,
  layout: trainOptions.layout,
  'data-range': trainOptions['data-range'],
  'image-size': trainOptions['image-size'],
  'decoding-threads': trainOptions['decoding-threads'],
  'train-limit': trainOptions['train-limit'],
  'test-limit': trainOptions['test-limit'],
  ...training,
  bounds: modelOptions.bounds,
  engine: computeOptions.engine,
  threads: computeOptions.threads,
  seed: computeOptions.seed,
  ...grouped(GROUP.output, {
    out: {
      type: 'string',
      describe: 'Folder for label files, models, metrics and predictions of every run',
      requiresArg: true,
    },
    result: {
      type: 'string',
      describe: 'Write the result here as JSON; memorization.json in --out by default',
      requiresArg: true,
    },
    csv: { type: 'string', describe: 'Write the curves over epochs here', requiresArg: true },
    resume: {
      type: 'boolean',
      default: false,
      describe: 'Keep the runs in --out that are finished, and go on with those that were stopped',
    },
    tensorboard: trainOptions.tensorboard,
    paper: { type: 'boolean', default: false, describe: 'Print the paper’s numbers beside' },
  }),
  ...printOptions,
} as const satisfies Record<string, Options>;

export type MemorizeArguments = InferredOptionTypes<typeof options>;

export function addMemorizeCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'memorize',
    'Measure how much training memorizes corrupted labels',
    (command) =>
      command.options(options).epilogue(
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
