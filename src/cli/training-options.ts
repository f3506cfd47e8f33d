/** The options that name a training recipe and change its values. */
import type { InferredOptionTypes, Options } from 'yargs';
import { GROUP, grouped } from './options.ts';

/**
 * None has a value of yargs' own: what is not given is the recipe's, and an option that means nothing beside the
 * others is seen and refused.
 */
export const recipeOptions = {
  ...grouped(GROUP.training, {
    recipe: {
      type: 'string',
      defaultDescription: 'cifar10/preact18-erm',
      describe:
        'The values of all that is not given: a name that robust-bench recipes lists, or the path of a .json file',
      requiresArg: true,
    },
    method: { choices: ['erm', 'mixup'], describe: 'Training principle', requiresArg: true },
    alpha: {
      type: 'number',
      describe: 'mixup: λ ~ Beta(alpha, alpha); 1 where the recipe has no mixup',
      requiresArg: true,
    },
    'lambda-per': {
      choices: ['batch', 'example'],
      describe: 'mixup: one λ for a minibatch, or one for each example',
      requiresArg: true,
    },
    architecture: {
      type: 'string',
      describe:
        'The network: preact-resnet18, 34 or 50, wrn-D-K, densenet-bc-L, resnet18, 34, 50, 101 or 152, resnext101-32x4d or 64x4d, lenet, vgg11, mlp or mlp-N',
      requiresArg: true,
    },
    width: {
      type: 'number',
      describe:
        'What scales its layers, such as the channels of the first stage; the published one by default',
      requiresArg: true,
    },
    dropout: {
      type: 'number',
      describe: 'Probability that a dropout layer drops a value; 0 for none',
      requiresArg: true,
    },
    epochs: {
      type: 'number',
      describe: 'Passes over the training set; the recipe’s milestones move in proportion',
      requiresArg: true,
    },
    'batch-size': { type: 'number', describe: 'Examples in a minibatch', requiresArg: true },
    microbatch: {
      type: 'number',
      describe:
        'Put at most this many examples through the network at a time and sum their gradients; batch normalisation then sees as many. 0 for the whole minibatch',
      requiresArg: true,
    },
    optimizer: { choices: ['sgd', 'adam'], describe: 'What turns gradients into updates', requiresArg: true },
    momentum: { type: 'number', describe: 'sgd: momentum', requiresArg: true },
    nesterov: { type: 'boolean', describe: 'sgd: Nesterov momentum; --no-nesterov for plain' },
    beta1: { type: 'number', describe: 'adam: decay of the mean of gradients', requiresArg: true },
    beta2: { type: 'number', describe: 'adam: decay of the mean of squared gradients', requiresArg: true },
    'adam-epsilon': { type: 'number', describe: 'adam: added to the root of the latter', requiresArg: true },
    'weight-decay': { type: 'number', describe: 'L2 penalty; 0 for none', requiresArg: true },
    'weight-decay-on': {
      choices: ['all', 'no-normalization', 'kernels'],
      describe:
        'Penalize every parameter, all but scales and shifts of batch normalization, or only kernels and matrices',
      requiresArg: true,
    },
    'label-smoothing': {
      type: 'number',
      describe: 'The share of a target that is spread over all classes; 0 for none',
      requiresArg: true,
    },
    'corruption-rate': {
      type: 'number',
      describe: 'Replace this share of the training labels; 0 for none',
      requiresArg: true,
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
      type: 'number',
      describe: 'Learning rate, after a warm-up; 0.001 where --optimizer adam takes the place of sgd',
      requiresArg: true,
    },
    'lr-per': {
      type: 'number',
      describe:
        'Linear scaling: --lr and --final-lr are the rates of a minibatch of this many examples; 0 where they hold as they are',
      requiresArg: true,
    },
    schedule: { choices: ['step', 'cosine', 'constant'], describe: 'How the rate falls', requiresArg: true },
    milestones: {
      type: 'string',
      describe: 'step: epochs after which the rate falls, such as 100,150; none for none',
      requiresArg: true,
    },
    'decay-factor': { type: 'number', describe: 'step: what the rate is multiplied by', requiresArg: true },
    'final-lr': { type: 'number', describe: 'cosine: the rate at the end', requiresArg: true },
    'warmup-epochs': {
      type: 'number',
      describe: 'Let the rate rise linearly over this many epochs at first; 0 for none',
      requiresArg: true,
    },
    'warmup-from': { type: 'number', describe: 'The rate that it rises from', requiresArg: true },
  }),
  ...grouped(GROUP.augmentation, {
    crop: {
      type: 'number',
      describe: 'Zero-pad by this and crop at random; 0 for no crop of any kind',
      requiresArg: true,
    },
    'random-crop-area': {
      type: 'string',
      describe: 'Crop a random share of the image, such as 0.08,1, and resize it',
      requiresArg: true,
    },
    'random-crop-aspect': {
      type: 'string',
      describe: 'Least and greatest width / height of such a crop, such as 0.75,1.33',
      requiresArg: true,
    },
    interpolation: {
      choices: ['bilinear', 'bicubic'],
      describe: 'How such a crop is resized',
      requiresArg: true,
    },
    flip: { type: 'boolean', describe: 'Mirror half of the images; --no-flip for none' },
    mean: {
      type: 'string',
      describe: 'Normalisation mean per channel or feature, for inputs in [0, 1]; none for no normalisation',
      requiresArg: true,
    },
    std: { type: 'string', describe: 'Normalisation deviation per channel or feature', requiresArg: true },
  }),
} as const satisfies Record<string, Options>;

export type RecipeArguments = InferredOptionTypes<typeof recipeOptions>;
