/**
 * Training as graphs: one step as one graph (forward, loss, backward, running statistics, update of every weight), or
 * its two halves, for minibatches that go through the network in parts.
 */
import { appendSoftCrossEntropy } from '../autodiff/losses/cross-entropy.ts';
import { appendGradients } from '../autodiff/gradient.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { BATCH, type Graph } from '../graph/types.ts';
import { type Dropout, Layers, type Parameter } from '../models/architectures/layers.ts';
import { addNetwork, INPUT_NAME, type NetworkSettings } from '../models/architectures/network.ts';
import { createOptimizer } from './optimizers/index.ts';
import type { Optimizer, OptimizerSettings } from './optimizers/optimizer.ts';
import { appendWeightDecay } from './optimizers/weight-decay.ts';

/** The names of the graphs' inputs and outputs besides weights and dropout masks. */
export const STEP = {
  /** [N, ...inputShape]. */
  images: INPUT_NAME,
  /** Soft labels [N, classCount]. */
  targets: 'targets',
  /** A scalar. */
  learningRate: 'learning_rate',
  /** The number of the update, from 1, a scalar; there only where the optimizer reads it. */
  update: 'update',
  /** The part's share of the minibatch's examples, a scalar. */
  share: 'share',
  /** The mean cross-entropy, a scalar. */
  loss: 'loss',
} as const;

/** An array that outlives a step, and the graph values before and after it. */
export interface Renewal {
  readonly input: string;
  readonly output: string;
  readonly dims: readonly number[];
}

export interface TrainingGraph {
  readonly graph: Graph;
  /** Weights, the optimizer's arrays and running statistics. */
  readonly renewals: readonly Renewal[];
  readonly dropouts: readonly Dropout[];
}

/** Builds a whole step: the loss and the gradients of a minibatch, and the update. */
export function createTrainingGraph(network: NetworkSettings, optimizer: OptimizerSettings): TrainingGraph {
  const { builder, layers, loss } = forward(network, 'training step');
  const gradients = appendGradients(
    builder,
    loss,
    layers.parameters.map(({ name }) => name),
  );
  const renewals = [
    ...appendUpdates(builder, layers.parameters, gradients, optimizer),
    ...statisticsOf(layers),
  ];
  for (const { output } of renewals) builder.output(output);
  return { graph: builder.build(), renewals, dropouts: layers.dropouts };
}

export interface GradientGraph extends TrainingGraph {
  readonly parameters: readonly Parameter[];
}

/**
 * Builds the first half of a step: the gradients of the part's mean loss times the part's share of the minibatch, so
 * that the sum over parts is the gradient of the minibatch's mean loss. It renews the running statistics alone; the
 * gradient of a parameter is the output `gradientOf(name)`.
 */
export function createGradientGraph(network: NetworkSettings): GradientGraph {
  const { builder, layers, loss } = forward(network, 'gradients of a part of a minibatch');
  const scaled = builder.mul(loss, builder.input(STEP.share, 'float32', []));
  const names = layers.parameters.map(({ name }) => name);
  appendGradients(builder, scaled, names).forEach((gradient, index) => {
    builder.output(builder.identity(gradient, gradientOf(names[index] ?? '')));
  });
  const renewals = statisticsOf(layers);
  for (const { output } of renewals) builder.output(output);
  return { graph: builder.build(), renewals, dropouts: layers.dropouts, parameters: layers.parameters };
}

/** Builds the second half of a step: the update, given the gradient of each parameter under `gradientOf(name)`. */
export function createUpdateGraph(
  parameters: readonly Parameter[],
  optimizer: OptimizerSettings,
): Omit<TrainingGraph, 'dropouts'> {
  const builder = new GraphBuilder('update');
  for (const { name, dims } of parameters) builder.input(name, 'float32', dims);
  const gradients = parameters.map(({ name, dims }) => builder.input(gradientOf(name), 'float32', dims));
  const renewals = appendUpdates(builder, parameters, gradients, optimizer);
  for (const { output } of renewals) builder.output(output);
  return { graph: builder.build(), renewals };
}

/** The name under which the gradient of a parameter goes from one half of a step to the other. */
export function gradientOf(parameter: string): string {
  return `${parameter}.gradient`;
}

function forward(
  network: NetworkSettings,
  what: string,
): { builder: GraphBuilder; layers: Layers; loss: string } {
  const builder = new GraphBuilder(`${network.architecture} ${what}`);
  const images = builder.input(STEP.images, 'float32', [BATCH, ...network.inputShape]);
  const targets = builder.input(STEP.targets, 'float32', [BATCH, network.classCount]);
  const layers = Layers.forTraining(builder);
  const logits = addNetwork(layers, images, network);
  const losses = appendSoftCrossEntropy(builder, logits, targets);
  const loss = builder.identity(builder.reduceMean(losses, [0], false), STEP.loss);
  builder.output(loss);
  return { builder, layers, loss };
}

/**
 * Appends the update of every parameter. Arrays whose last axis has one element, as those of 1×1 kernels, are updated as
 * a row: a scalar against such a shape makes onnxruntime go element by element, ten times slower (measured).
 */
function appendUpdates(
  builder: GraphBuilder,
  parameters: readonly Parameter[],
  gradients: readonly string[],
  settings: OptimizerSettings,
): Renewal[] {
  const optimizer: Optimizer = createOptimizer(settings);
  const rate = builder.input(STEP.learningRate, 'float32', []);
  const count = optimizer.countsUpdates ? builder.input(STEP.update, 'float32', []) : '';
  return parameters.flatMap(({ name, dims, normalizes = false }, index) => {
    const inRow = (value: string): string => (dims.at(-1) === 1 ? builder.reshape(value, [-1]) : value);
    const inShape = (value: string): string => (dims.at(-1) === 1 ? builder.reshape(value, dims) : value);
    const weight = inRow(name);
    const gradient = appendWeightDecay(
      builder,
      { weight, gradient: inRow(gradients[index] ?? ''), dims, normalizes },
      settings.weightDecay,
    );
    const slots = optimizer.slots.map((slot) => builder.input(`${name}.${slot}`, 'float32', dims));
    const renewed = optimizer.append(builder, { weight, gradient, slots: slots.map(inRow), rate, count });
    return [
      { input: name, output: inShape(renewed.weight), dims },
      ...slots.map((input, slot) => ({ input, output: inShape(renewed.slots[slot] ?? ''), dims })),
    ];
  });
}

function statisticsOf({ statistics }: Layers): Renewal[] {
  return statistics.flatMap(({ name, dims, renewed }) =>
    renewed === undefined ? [] : [{ input: name, output: renewed, dims }],
  );
}
