/** Makes an attack of a definition: what is the same for all of them is done here, once. */
import type { Classifier } from '../classifier/classifier.ts';
import { createMeter, createOracle, predictions, type Oracle } from '../classifier/oracle.ts';
import { InputError } from '../core/errors.ts';
import { randomStream } from '../core/random.ts';
import type { AttackBatch, AttackDefinition, AttackOutput, AttackSettings, AttackTask } from './attack.ts';
import { createBall } from './balls/index.ts';
import { exampleSizeOf } from './balls/ball.ts';
import type { ParameterTable, ParametersOf, ParameterValue } from './parameters.ts';
import { assertApplicable, attackSettings } from './settings.ts';
import { absoluteSize } from './size.ts';
import { chooseTargets } from './targets.ts';

/** A definition, ready to be run on any classifier. */
export interface Attack extends Omit<AttackDefinition, 'run'> {
  /** The definition's own body, for attacks made of others. */
  run(task: AttackTask): Promise<Float32Array>;
  /**
   * Makes an adversarial example of every input of the batch, within the radius of it and within the bounds. What
   * becomes of an example depends on no other example of the batch.
   *
   * @throws InputError when the classifier lacks what the attack needs, or batch or settings do not fit it
   */
  perturb(classifier: Classifier, batch: AttackBatch, settings: AttackSettings): Promise<AttackOutput>;
}

/** Completes a definition with the choice of labels and targets, the metered oracle, and the checks. */
export function createAttack<T extends ParameterTable>(definition: AttackDefinition<T>): Attack {
  const run = (task: AttackTask): Promise<Float32Array> =>
    // The parameters were completed from this very table.
    definition.run(task as unknown as AttackTask<ParametersOf<T>>);
  return {
    ...definition,
    run,
    async perturb(classifier, batch, given) {
      assertApplicable(definition, classifier);
      assertBatch(batch, classifier);
      // Completing the settings again checks them, whoever made them.
      const settings = attackSettings(definition, given);
      const { labels, targets } = await classesOf(classifier, batch, settings);
      const led =
        targets && Uint8Array.from(targets, (target, example) => (target === labels[example] ? 0 : 1));
      const meter = createMeter(batch.labels.length);
      const oracle = createOracle(classifier, definition.access, meter);
      const whole = createTask({ oracle, batch, labels, targets, settings });
      const rows = Array.from(batch.labels.keys()).filter((example) => led === null || led[example] === 1);
      const inputs = batch.inputs.slice();
      if (rows.length > 0) {
        const task = rows.length < batch.labels.length ? whole.select(rows) : whole;
        place(await run(task), rows, inputs, exampleSizeOf(classifier.inputShape), definition);
      }
      assertNumbers(inputs, classifier, batch);
      return {
        inputs,
        targets,
        led,
        gradientCounts: meter.gradients,
        queryCounts: meter.queries,
        zeroGradients: meter.zeroGradients,
      };
    },
  };
}

/** Labels by the rule, and the classes to be led towards. */
async function classesOf(
  classifier: Classifier,
  batch: AttackBatch,
  settings: AttackSettings,
): Promise<{ readonly labels: Int32Array; readonly targets: Int32Array | null }> {
  const { classCount } = classifier;
  const needsLogits = settings.label === 'predicted' || settings.target !== null;
  const logits = needsLogits
    ? (batch.cleanLogits ?? (await classifier.logits(batch.inputs)))
    : new Float32Array(0);
  const labels = settings.label === 'true' ? batch.labels : predictions(logits, classCount);
  if (settings.target === null) return { labels, targets: null };
  const { target: rule, seed } = settings;
  return {
    labels,
    targets: chooseTargets({ rule, seed, classCount, labels, indices: batch.indices, logits }),
  };
}

interface TaskSource {
  readonly oracle: Oracle;
  readonly batch: Pick<AttackBatch, 'inputs' | 'indices'>;
  readonly labels: Int32Array;
  readonly targets: Int32Array | null;
  readonly settings: Omit<AttackSettings, 'parameters'> & { readonly parameters: unknown };
}

function createTask(source: TaskSource): AttackTask {
  const { oracle, batch, labels, targets, settings } = source;
  const { bounds, inputShape } = oracle;
  const { norm, seed } = settings;
  const size = exampleSizeOf(inputShape);
  const radius = settings.radius === null ? Infinity : absoluteSize(settings.radius, bounds);
  const radiusUnit = settings.radius?.unit ?? (norm === 'l0' ? 'pixels' : 'fraction of range');
  const center = { inputs: batch.inputs, inputShape, bounds };
  return {
    oracle,
    inputs: batch.inputs,
    labels,
    targets,
    norm,
    ball: createBall(center, norm, radius, radiusUnit === 'fraction of range' ? 'pixels' : radiusUnit),
    radius,
    radiusUnit,
    bounds,
    inputShape,
    parameters: settings.parameters as Readonly<Record<string, ParameterValue>>,
    stream: (example, ...path) => randomStream(seed, 'attack', ...path, batch.indices[example] ?? 0),
    succeeded: (predicted) =>
      Uint8Array.from(predicted, (label, example) =>
        (targets === null ? label !== labels[example] : label === targets[example]) ? 1 : 0,
      ),
    select(rows) {
      const chosen = (values: ArrayLike<number>): Int32Array =>
        Int32Array.from(rows, (row) => values[row] ?? -1);
      const inputs = new Float32Array(rows.length * size);
      Array.from(rows).forEach((row, at) => {
        inputs.set(batch.inputs.subarray(row * size, (row + 1) * size), at * size);
      });
      return createTask({
        oracle: oracle.select(rows),
        batch: { inputs, indices: chosen(batch.indices) },
        labels: chosen(labels),
        targets: targets && chosen(targets),
        settings,
      });
    },
    withParameters: <Q>(parameters: Q) =>
      createTask({ ...source, settings: { ...settings, parameters } }) as unknown as AttackTask<Q>,
  };
}

/** Puts examples to their places in the batch. */
function place(
  made: Float32Array,
  rows: readonly number[],
  into: Float32Array,
  size: number,
  { title }: Pick<AttackDefinition, 'title'>,
): void {
  if (made.length !== rows.length * size) {
    throw new RangeError(
      `${title} returned ${String(made.length)} values for ${String(rows.length)} examples`,
    );
  }
  rows.forEach((row, at) => {
    into.set(made.subarray(at * size, (at + 1) * size), row * size);
  });
}

/** A gradient that is not a number leaves its trace in the points, whatever step it came in. */
function assertNumbers(points: Float32Array, classifier: Classifier, { indices }: AttackBatch): void {
  const position = points.findIndex((value) => Number.isNaN(value));
  if (position < 0) return;
  const example = indices[Math.floor((position * indices.length) / points.length)] ?? 0;
  throw new InputError(
    `the input gradient of the model ${classifier.name} is not a number at example ${String(example)}: ` +
      'look for a logarithm, square root or division by zero in the model, or NaN in its weights',
  );
}

function assertBatch({ inputs, labels, indices }: AttackBatch, classifier: Classifier): void {
  const exampleSize = exampleSizeOf(classifier.inputShape);
  if (inputs.length !== labels.length * exampleSize || indices.length !== labels.length) {
    throw new InputError(
      `a batch of ${String(labels.length)} labels and ${String(indices.length)} indices for the model ${classifier.name} ` +
        `must have ${String(labels.length)}×[${classifier.inputShape.join(', ')}] input elements; it has ${String(inputs.length)}`,
    );
  }
  const lower = Math.fround(classifier.bounds.lower);
  const upper = Math.fround(classifier.bounds.upper);
  const outside = inputs.findIndex((value) => !(value >= lower && value <= upper));
  if (outside >= 0) {
    const example = indices[Math.floor(outside / exampleSize)] ?? 0;
    throw new InputError(
      `example ${String(example)} has the input value ${String(inputs[outside])} outside the bounds ` +
        `[${String(classifier.bounds.lower)}, ${String(classifier.bounds.upper)}] of the model ${classifier.name}: ` +
        'scale the data to the bounds, or declare the bounds that the data has',
    );
  }
}
