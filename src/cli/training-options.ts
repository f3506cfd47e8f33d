/** The options that name a training recipe and change its values. */
import type { InferredOptionTypes, Options } from 'yargs';
import { GROUP, grouped } from './options.ts';
import { decimal, decimals, orNone, path, span, text, whole } from './values.ts';

/**
 * None has a value of yargs' own: what is not given is the recipe's, and an option that means nothing beside the
 * others is seen and refused.
 */
export const recipeOptions = {
  ...grouped(GROUP.training, {
    recipe: {
      value: path,
      defaultDescription: 'cifar10/preact18-erm',
      describe:
        'The values of all that is not given: a name that robust-bench recipes lists, or the path of a .json file',
    },
    method: { choices: ['erm', 'mixup'], describe: 'Training principle', requiresArg: true },
    alpha: {
      value: decimal({ above: 0, most: 1e6 }),
      describe: 'mixup: λ ~ Beta(alpha, alpha); 1 where the recipe has no mixup',
    },
    'lambda-per': {
      choices: ['batch', 'example'],
      describe: 'mixup: one λ for a minibatch, or one for each example',
      requiresArg: true,
    },
    architecture: {
      value: text(),
      describe:
        'The network: preact-resnet18, 34 or 50, wrn-D-K, densenet-bc-L, resnet18, 34, 50, 101 or 152, resnext101-32x4d or 64x4d, lenet, vgg11, mlp or mlp-N',
    },
    width: {
      value: whole({ least: 1, most: 65_536 }),
      describe:
        'What scales its layers, such as the channels of the first stage; the published one by default',
    },
    dropout: {
      value: decimal({ least: 0, below: 1 }),
      describe: 'Probability that a dropout layer drops a value; 0 for none',
    },
    epochs: {
      value: whole({ least: 1, most: 1e6 }),
      describe: 'Passes over the training set; the recipe’s milestones move in proportion',
    },
    'batch-size': { value: whole({ least: 2, most: 1e6 }), describe: 'Examples in a minibatch' },
    microbatch: {
      value: whole({ least: 0, most: 1e6 }),
      describe:
        'Put at most this many examples through the network at a time and sum their gradients; batch normalisation then sees as many. 0 for the whole minibatch',
    },
    optimizer: { choices: ['sgd', 'adam'], describe: 'What turns gradients into updates', requiresArg: true },
    momentum: { value: decimal({ least: 0 }), describe: 'sgd: momentum' },
    nesterov: { type: 'boolean', describe: 'sgd: Nesterov momentum; --no-nesterov for plain' },
    beta1: { value: decimal({ least: 0, below: 1 }), describe: 'adam: decay of the mean of gradients' },
    beta2: {
      value: decimal({ least: 0, below: 1 }),
      describe: 'adam: decay of the mean of squared gradients',
    },
    'adam-epsilon': { value: decimal({ above: 0 }), describe: 'adam: added to the root of the latter' },
    'weight-decay': { value: decimal({ least: 0 }), describe: 'L2 penalty; 0 for none' },
    'weight-decay-on': {
      choices: ['all', 'no-normalization', 'kernels'],
      describe:
        'Penalize every parameter, all but scales and shifts of batch normalization, or only kernels and matrices',
      requiresArg: true,
    },
    'label-smoothing': {
      value: decimal({ least: 0, below: 1 }),
      describe: 'The share of a target that is spread over all classes; 0 for none',
    },
    'corruption-rate': {
      value: decimal({ least: 0, most: 1, such: '0.2 for 20 %' }),
      describe: 'Replace this share of the training labels; 0 for none',
    },
    'corruption-mode': {
      choices: ['uniform', 'symmetric', 'pair-flip'],
      describe: 'By any class, by any other, or by the next',
      requiresArg: true,
    },
    'corruption-exact': {
      type: 'boolean',
      describe: 'Replace exactly that share, rather than each label with that probability',
    },
  }),
  ...grouped(GROUP.schedule, {
    lr: {
      value: decimal({ above: 0 }),
      describe: 'Learning rate, after a warm-up; 0.001 where --optimizer adam takes the place of sgd',
    },
    'lr-per': {
      value: whole({ least: 0, most: 1e6 }),
      describe:
        'Linear scaling: --lr and --final-lr are the rates of a minibatch of this many examples; 0 where they hold as they are',
    },
    schedule: { choices: ['step', 'cosine', 'constant'], describe: 'How the rate falls', requiresArg: true },
    milestones: {
      value: orNone(decimals({ such: '100,150' })),
      describe: 'step: epochs after which the rate falls, such as 100,150; none for none',
    },
    'decay-factor': { value: decimal({ above: 0 }), describe: 'step: what the rate is multiplied by' },
    'final-lr': { value: decimal({ least: 0 }), describe: 'cosine: the rate at the end' },
    'warmup-epochs': {
      value: decimal({ least: 0 }),
      describe: 'Let the rate rise linearly over this many epochs at first; 0 for none',
    },
    'warmup-from': { value: decimal({ least: 0 }), describe: 'The rate that it rises from' },
  }),
  ...grouped(GROUP.augmentation, {
    crop: {
      value: whole({ least: 0, most: 4096 }),
      describe: 'Zero-pad by this and crop at random; 0 for no crop of any kind',
    },
    'random-crop-area': {
      value: span({ most: 1, such: '0.08,1' }),
      describe: 'Crop a random share of the image, such as 0.08,1, and resize it',
    },
    'random-crop-aspect': {
      value: span({ such: '0.75,1.33' }),
      describe: 'Least and greatest width / height of such a crop, such as 0.75,1.33',
    },
    interpolation: {
      choices: ['bilinear', 'bicubic'],
      describe: 'How such a crop is resized',
      requiresArg: true,
    },
    flip: { type: 'boolean', describe: 'Mirror half of the images; --no-flip for none' },
    mean: {
      value: orNone(decimals({ such: '0.5,0.5,0.5' })),
      describe: 'Normalisation mean per channel or feature, for inputs in [0, 1]; none for no normalisation',
    },
    std: {
      value: decimals({ such: '0.25,0.25,0.25' }),
      describe: 'Normalisation deviation per channel or feature',
    },
  }),
} as const satisfies Record<string, Options>;

export type RecipeArguments = InferredOptionTypes<typeof recipeOptions>;
