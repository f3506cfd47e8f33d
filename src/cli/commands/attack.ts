/** `robust-bench attack`: its options; the work is in ../run/attack.ts, loaded when asked for. */
import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { attacks, norms } from '../../index.ts';
import { parameterOptions } from '../attack-parameters.ts';
import { examples } from '../examples.ts';
import type { CommandContext } from '../main.ts';
import { computeOptions, dataOptions, GROUP, grouped, modelOptions, printOptions } from '../options.ts';

const parameterFlags = Object.fromEntries(
  parameterOptions().map(({ flag, describe }): [string, Options] => [
    flag,
    { type: 'string', describe, requiresArg: true },
  ]),
);

const options = {
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
      describe: `Attacks: ${attacks.map(({ id }) => id).join(', ')}; or with settings of their own, ifgsm[steps=20]@linf:8/255`,
      requiresArg: true,
    },
    norm: {
      choices: norms,
      describe: 'Norm of the perturbation; by default the first that the attack works in',
      requiresArg: true,
    },
    eps: {
      type: 'string',
      array: true,
      describe:
        'Size of the perturbation, or several: a part of the range (4/255), data units (4units), for L0 pixels (10px) or elements (30el)',
      requiresArg: true,
    },
    // Read by name: which there are, the attacks say.
    ...(parameterFlags as object),
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
  ...grouped(GROUP.computation, {
    workers: {
      type: 'string',
      describe:
        'Worker threads, each with the models and one thread of computation; 0 for none, auto by default',
      requiresArg: true,
    },
    shard: {
      type: 'string',
      describe: 'Do part I of N of the examples, as I/N; robust-bench merge puts the parts together',
      requiresArg: true,
    },
    budget: {
      type: 'string',
      describe: 'Begin no work after so long, such as 90s, 10m or 2h; the result says what was done',
      requiresArg: true,
    },
    resume: {
      type: 'boolean',
      default: false,
      describe: 'Go on from the journal that an unfinished run with this --out has left',
    },
  }),
  ...grouped(GROUP.output, {
    out: { type: 'string', describe: 'Write the result here as JSON', requiresArg: true },
    'eight-bit': {
      type: 'boolean',
      default: false,
      describe: 'Score the adversarial examples as 8-bit pixels too',
    },
    'save-examples': {
      type: 'string',
      describe:
        'Write the adversarial examples into this folder: an .npz and a PNG grid per attack and source',
      requiresArg: true,
    },
  }),
  ...printOptions,
} as const satisfies Record<string, Options>;

export type AttackArguments = InferredOptionTypes<typeof options>;

export function addAttackCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'attack',
    'Measure the error of models on adversarial examples',
    (command) =>
      command.options(options).epilogue(
        examples([
          ['White box, on the data that the card names', 'attack --model m.json --method ifgsm'],
          ['Black box: a makes the examples', 'attack --source a.json --target b.json --target c.json'],
          ['Both, and the result as a file', 'attack --model a.json b.json --source a.json --out r.json'],
          [
            'A file without a card',
            'attack --model m.onnx --bounds 0,1 --data cifar10:DIR --eps 8/255 --limit 1000',
          ],
        ]),
      ),
    async (argv) => {
      const { runAttack } = await import('../run/attack.ts');
      await runAttack(argv, context);
    },
  );
}
