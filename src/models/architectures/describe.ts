/** What a network consists of: its layers, their shapes and numbers of parameters. */
import { sizeOf } from '../../graph/tensor.ts';
import { evaluationNetwork, type NetworkSettings } from './network.ts';

/** A convolution, normalization, linear layer or pool, in the order of computation. */
export interface LayerDescription {
  readonly name: string;
  /** The shape of what the layer gives for one example. */
  readonly output: readonly number[];
  readonly parameters: readonly { readonly name: string; readonly dims: readonly number[] }[];
  /** Trained numbers; running statistics are not among them. */
  readonly count: number;
}

/**
 * Lists a network's layers.
 *
 * @throws InputError where the settings name no network that can be built
 */
export function describeNetwork(settings: NetworkSettings): LayerDescription[] {
  const { builder, layers } = evaluationNetwork(settings);
  return layers.built.map(({ name, parameters, value }) => ({
    name,
    output: builder
      .dims(value)
      .slice(1)
      .filter((size) => typeof size === 'number'),
    parameters: parameters.map(({ name: parameter, dims }) => ({ name: parameter, dims })),
    count: parameters.reduce((sum, { dims }) => sum + sizeOf(dims), 0),
  }));
}

/**
 * The number of trained numbers of a network.
 *
 * @throws InputError where the settings name no network that can be built
 */
export function parameterCount(settings: NetworkSettings): number {
  return describeNetwork(settings).reduce((sum, { count }) => sum + count, 0);
}
