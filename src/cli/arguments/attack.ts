/** The options of `robust-bench attack`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { computeOptions, dataOptions, GROUP, grouped, modelOptions, printOptions } from '../options.ts';
import { path, text, whole } from '../values.ts';

export const attackOptions = {
  ...grouped(GROUP.models, {
    model: {
      value: path,
      array: true,
      describe:
        'Model to attack by its own gradients: a model card, .onnx file or tfjs model.json; several allowed',
    },
    source: {
      value: path,
      describe: 'Black box: the model that makes the examples',
    },
    target: {
      value: path,
      array: true,
      describe: 'Black box: a model that they are tested on; every other --model by default',
    },
  }),
  ...modelOptions,
  ...grouped(GROUP.attack, {
    method: {
      value: text(),
      array: true,
      default: ['fgsm', 'ifgsm'],
      describe: 'Attacks: fgsm, ifgsm',
    },
    eps: {
      value: text(),
      default: '4/255',
      describe: 'Largest change of a pixel: a part of the range (4/255), or data units (4units)',
    },
    steps: { value: whole({ least: 1 }), describe: 'I-FGSM: gradient steps (10)' },
    'step-size': { value: text(), describe: 'I-FGSM: size of a step (eps/10)' },
    label: {
      choices: ['true', 'predicted'],
      default: 'true',
      describe: 'Move away from the true label or from the model’s own prediction',
      requiresArg: true,
    },
    'target-class': {
      value: text(),
      describe: 'Targeted: move towards a class: its number, next, least-likely or random',
    },
  }),
  ...dataOptions,
  ...grouped(GROUP.data, {
    split: { value: text(), describe: 'Part of the data; test by default' },
    limit: { value: whole({ least: 1 }), describe: 'Use this many examples, chosen by the seed' },
    indices: { value: text({ longest: 1e6 }), describe: 'Use these examples: 0-99,200 or @FILE' },
  }),
  ...computeOptions,
  ...grouped(GROUP.output, {
    out: { value: path, describe: 'Write the result here as JSON' },
    'save-examples': {
      value: path,
      describe:
        'Write the adversarial examples into this folder: an .npz and a PNG grid per attack and source',
    },
  }),
  ...printOptions,
} as const satisfies Record<string, Options>;

export type AttackArguments = InferredOptionTypes<typeof attackOptions>;
