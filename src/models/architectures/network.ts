/** The networks that the trainer can make, and their graphs for evaluation. */
import { InputError } from '../../core/errors.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import { BATCH, type Graph } from '../../graph/types.ts';
import { assertPossible } from './architecture.ts';
import { Layers, type Weights } from './layers.ts';
import { findArchitecture } from './registry.ts';

/** Everything that determines a network but its weights. */
export interface NetworkSettings {
  /** One of `architectureNames`. */
  readonly architecture: string;
  /** What scales the layers, said by each architecture; the published one where absent. */
  readonly width?: number;
  /** The probability that dropout drops a value, in [0, 1); 0 where absent. */
  readonly dropout?: number;
  /** [channels, height, width] of images, [features] of a multilayer perceptron. */
  readonly inputShape: readonly number[];
  readonly classCount: number;
  /** Per channel or feature, in the units of the input; applied inside the graph. */
  readonly normalization?: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
}

/** The names of a network's graph input and output. */
export const INPUT_NAME = 'images';
export const OUTPUT_NAME = 'logits';

/**
 * Adds a network, normalization first.
 *
 * @param images [N, ...inputShape] in the units of the data
 * @returns logits [N, classCount]
 * @throws InputError for an unknown architecture, an input or width that it cannot have, or a normalization of another
 *   channel count
 */
export function addNetwork(layers: Layers, images: string, settings: NetworkSettings): string {
  const { architecture: name, inputShape, normalization, classCount, dropout = 0 } = settings;
  const architecture = findArchitecture(name);
  const options = { width: settings.width ?? architecture.width, dropout, classCount };
  assertPossible(name, architecture, inputShape, options);
  if (normalization === undefined) return architecture.add(layers, images, options);
  const { mean, deviation } = normalization;
  if (mean.length !== inputShape[0] || deviation.length !== inputShape[0]) {
    throw new InputError(
      `the normalization has ${String(mean.length)} means and ${String(deviation.length)} deviations for ${String(inputShape[0])} channels; give one of each per channel`,
    );
  }
  return architecture.add(layers, layers.normalize(images, mean, deviation), options);
}

/**
 * The graph that computes logits with running statistics.
 *
 * @param weights by name; graph inputs take their place where absent
 */
export function evaluationGraph(settings: NetworkSettings, weights?: Weights): Graph {
  const { builder, logits } = evaluationNetwork(settings, weights);
  builder.output(builder.identity(logits, OUTPUT_NAME));
  return builder.build();
}

/** A network for evaluation that is still being built; its layers say what it consists of. */
export function evaluationNetwork(
  settings: NetworkSettings,
  weights?: Weights,
): { builder: GraphBuilder; layers: Layers; logits: string } {
  const builder = new GraphBuilder(settings.architecture);
  const images = builder.input(INPUT_NAME, 'float32', [BATCH, ...settings.inputShape]);
  const layers = Layers.forEvaluation(builder, weights);
  return { builder, layers, logits: addNetwork(layers, images, settings) };
}
