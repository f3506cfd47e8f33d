/** The options of `robust-bench attack`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { computeOptions, dataOptions, GROUP, grouped, modelOptions, printOptions } from '../options.ts';

export const attackOptions = {
  ...grouped(GROUP.models, {
    model: {
      type: 'string',
      array: true,
      describe:
        'Model to attack by its own gradients: a model card, .onnx file or tfjs model.json; several allowed',
      requiresArg: true,
    },
    source: {
      type: 'string',
      describe: 'Black box: the model that makes the examples',
      requiresArg: true,
    },
    target: {
      type: 'string',
      array: true,
      describe: 'Black box: a model that they are tested on; every other --model by default',
      requiresArg: true,
    },
  }),
  ...modelOptions,
  ...grouped(GROUP.attack, {
    method: {
      type: 'string',
      array: true,
      default: ['fgsm', 'ifgsm'],
      describe: 'Attacks: fgsm, ifgsm',
      requiresArg: true,
    },
    eps: {
      type: 'string',
      default: '4/255',
      describe: 'Largest change of a pixel: a part of the range (4/255), or data units (4units)',
      requiresArg: true,
    },
    steps: { type: 'number', describe: 'I-FGSM: gradient steps (10)', requiresArg: true },
    'step-size': { type: 'string', describe: 'I-FGSM: size of a step (eps/10)', requiresArg: true },
    label: {
      choices: ['true', 'predicted'],
      default: 'true',
      describe: 'Move away from the true label or from the model’s own prediction',
      requiresArg: true,
    },
    'target-class': {
      type: 'string',
      describe: 'Targeted: move towards a class: its number, next, least-likely or random',
      requiresArg: true,
    },
  }),
  ...dataOptions,
  ...grouped(GROUP.data, {
    split: { type: 'string', describe: 'Part of the data; test by default', requiresArg: true },
    limit: { type: 'number', describe: 'Use this many examples, chosen by the seed', requiresArg: true },
    indices: { type: 'string', describe: 'Use these examples: 0-99,200 or @FILE', requiresArg: true },
  }),
  ...computeOptions,
  ...grouped(GROUP.output, {
    out: { type: 'string', describe: 'Write the result here as JSON', requiresArg: true },
    'save-examples': {
      type: 'string',
      describe:
        'Write the adversarial examples into this folder: an .npz and a PNG grid per attack and source',
      requiresArg: true,
    },
  }),
  ...printOptions,
} as const satisfies Record<string, Options>;

export type AttackArguments = InferredOptionTypes<typeof attackOptions>;
