/** The options of `robust-bench attack`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { type Option, computeOptions, dataOptions, GROUP, grouped, modelOptions, printOptions } from '../options.ts';
import { attacks, norms } from '../../index.ts';
import { parameterOptions } from '../attack-parameters.ts';
import { duration, part, workerCount } from '../work-values.ts';
import { path, text, whole } from '../values.ts';

/** One for each parameter that an attack has; read by name. */
const parameterFlags: Readonly<Record<string, Option>> = Object.fromEntries(
  parameterOptions().map(({ flag, describe }) => [flag, { value: text(), describe }]),
);

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
      describe: `Attacks: ${attacks.map(({ id }) => id).join(', ')}; or with settings of their own, ifgsm[steps=20]@linf:8/255`,
    },
    norm: {
      choices: norms,
      describe: 'Norm of the perturbation; by default the first that the attack works in',
      requiresArg: true,
    },
    eps: {
      value: text(),
      array: true,
      describe:
        'Size of the perturbation, or several: a part of the range (4/255), data units (4units), for L0 pixels (10px) or elements (30el)',
    },
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
  ...(grouped(GROUP.attack, parameterFlags) as object),
  ...dataOptions,
  ...grouped(GROUP.data, {
    split: { value: text(), describe: 'Part of the data; test by default' },
    limit: { value: whole({ least: 1 }), describe: 'Use this many examples, chosen by the seed' },
    indices: { value: text({ longest: 1e6 }), describe: 'Use these examples: 0-99,200 or @FILE' },
  }),
  ...computeOptions,
  ...grouped(GROUP.computation, {
    workers: {
      value: workerCount,
      default: 'auto',
      describe: 'Worker threads, each with the models and one thread of computation; 0 for none',
    },
    shard: {
      value: part,
      describe: 'Do part I of N of the examples, as I/N; robust-bench merge puts the parts together',
    },
    budget: {
      value: duration,
      describe: 'Begin no work after so long, such as 90s, 10m or 2h; the result says what was done',
    },
    resume: {
      type: 'boolean',
      default: false,
      describe: 'Go on from the journal that an unfinished run with this --out has left',
    },
  }),
  ...grouped(GROUP.output, {
    out: { value: path, describe: 'Write the result here as JSON' },
    'eight-bit': {
      type: 'boolean',
      default: false,
      describe: 'Score the adversarial examples as 8-bit pixels too',
    },
    'save-examples': {
      value: path,
      describe:
        'Write the adversarial examples into this folder: an .npz and a PNG grid per attack and source',
    },
  }),
  ...printOptions,
} as const satisfies Record<string, Options>;

export type AttackArguments = InferredOptionTypes<typeof attackOptions>;
