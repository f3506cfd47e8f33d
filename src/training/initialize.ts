/** The weights that training starts from, seeded per parameter. */
import { randomStream, type Seed } from '../core/random.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { float32, sizeOf } from '../graph/tensor.ts';
import { BATCH, type Tensor } from '../graph/types.ts';
import { Layers, type Parameter } from '../models/architectures/layers.ts';
import { addNetwork, INPUT_NAME, type NetworkSettings } from '../models/architectures/network.ts';

/**
 * Draws the initial weights of a network by PyTorch's defaults: kernels and linear layers uniform in ±1/√fanIn
 * (Kaiming-uniform with a = √5), batch normalization with scale 1 and shift 0.
 */
export function initialWeights(network: NetworkSettings, seed: Seed): Map<string, Tensor> {
  const builder = new GraphBuilder(network.architecture);
  const layers = Layers.forEvaluation(builder);
  addNetwork(layers, builder.input(INPUT_NAME, 'float32', [BATCH, ...network.inputShape]), network);
  const weights = new Map<string, Tensor>();
  for (const parameter of layers.parameters) weights.set(parameter.name, drawParameter(parameter, seed));
  for (const { name, dims, initial } of layers.statistics) weights.set(name, filled(dims, initial));
  return weights;
}

function drawParameter({ name, dims, initialization }: Parameter, seed: Seed): Tensor {
  if (initialization.kind === 'constant') return filled(dims, initialization.value);
  const stream = randomStream(seed, 'initial weights', name);
  const bound = 1 / Math.sqrt(initialization.fanIn);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => bound * (2 * stream.uniform() - 1)),
  );
}

function filled(dims: readonly number[], value: number): Tensor {
  return float32(dims, new Float32Array(sizeOf(dims)).fill(value));
}
