/** One training step as one graph: forward, loss, backward, running statistics and the update of every weight. */
import { appendSoftCrossEntropy } from '../autodiff/cross-entropy.ts';
import { appendGradients } from '../autodiff/gradient.ts';
import type { StateBinding } from '../engine/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { zeros } from '../graph/tensor.ts';
import { BATCH, type Graph } from '../graph/types.ts';
import { Layers, type Weights } from '../models/architectures/layers.ts';
import { addNetwork, INPUT_NAME, type NetworkSettings } from '../models/architectures/network.ts';
import { appendSgdUpdate, type SgdSettings } from './sgd.ts';

/** The names of the step's inputs and outputs besides weights. */
export const STEP = {
  /** [N, ...inputShape]. */
  images: INPUT_NAME,
  /** Soft labels [N, classCount]. */
  targets: 'targets',
  /** A scalar. */
  learningRate: 'learning_rate',
  /** The minibatch's mean cross-entropy, a scalar. */
  loss: 'loss',
} as const;

export interface TrainingGraph {
  readonly graph: Graph;
  /** Weights, running statistics and velocities, to be kept by the engine from step to step. */
  readonly state: readonly StateBinding[];
}

/**
 * Builds the step.
 *
 * @param weights where training starts: every parameter and running statistic by name
 * @param velocities momentum by parameter name; zero where absent
 */
export function createTrainingGraph(
  network: NetworkSettings,
  sgd: SgdSettings,
  weights: Weights,
  velocities: Weights = new Map(),
): TrainingGraph {
  const builder = new GraphBuilder(`${network.architecture} training step`);
  const images = builder.input(STEP.images, 'float32', [BATCH, ...network.inputShape]);
  const targets = builder.input(STEP.targets, 'float32', [BATCH, network.classCount]);
  const rate = builder.input(STEP.learningRate, 'float32', []);
  const layers = Layers.forTraining(builder);
  const logits = addNetwork(layers, images, network);
  const losses = appendSoftCrossEntropy(builder, logits, targets);
  const loss = builder.identity(builder.reduceMean(losses, [0], false), STEP.loss);
  builder.output(loss);

  const state: StateBinding[] = [];
  const bind = (input: string, output: string, initial: StateBinding['initial']): void => {
    builder.output(output);
    state.push({ input, output, initial });
  };
  const gradients = appendGradients(
    builder,
    loss,
    layers.parameters.map(({ name }) => name),
  );
  layers.parameters.forEach(({ name, dims }, index) => {
    const velocity = builder.input(velocityOf(name), 'float32', dims);
    const operands = { weight: name, gradient: gradients[index] ?? '', velocity, rate };
    const renewed = appendSgdUpdate(builder, operands, sgd);
    bind(name, renewed.weight, weightOf(weights, name));
    bind(velocity, renewed.velocity, velocities.get(name) ?? zeros(dims));
  });
  for (const { name, renewed } of layers.statistics) {
    if (renewed !== undefined) bind(name, renewed, weightOf(weights, name));
  }
  return { graph: builder.build(), state };
}

/** The name under which a parameter's momentum is kept. */
export function velocityOf(parameter: string): string {
  return `${parameter}.velocity`;
}

function weightOf(weights: Weights, name: string): StateBinding['initial'] {
  const value = weights.get(name);
  if (value === undefined) throw new RangeError(`there are no weights named ${name}`);
  return value;
}
