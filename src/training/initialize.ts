/** The weights that training starts from, seeded per parameter. */
import { randomStream, type RandomStream, type Seed } from '../core/random.ts';
import { float32, sizeOf } from '../graph/tensor.ts';
import type { Tensor } from '../graph/types.ts';
import type { Parameter } from '../models/architectures/layers.ts';
import { evaluationNetwork, type NetworkSettings } from '../models/architectures/network.ts';

/** Draws the initial weights of a network, each parameter as its architecture says, and its running statistics. */
export function initialWeights(network: NetworkSettings, seed: Seed): Map<string, Tensor> {
  const { layers } = evaluationNetwork(network);
  const weights = new Map<string, Tensor>();
  for (const parameter of layers.parameters) weights.set(parameter.name, drawParameter(parameter, seed));
  for (const { name, dims, initial } of layers.statistics) weights.set(name, filled(dims, initial));
  return weights;
}

function drawParameter({ name, dims, initialization }: Parameter, seed: Seed): Tensor {
  if (initialization.kind === 'constant') return filled(dims, initialization.value);
  const stream = randomStream(seed, 'initial weights', name);
  if (initialization.kind === 'normal') return drawNormal(dims, initialization.deviation, stream);
  const bound = 1 / Math.sqrt(initialization.fanIn);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => bound * (2 * stream.uniform() - 1)),
  );
}

/** Both numbers of each pair of Box and Muller (1958), since networks have many millions of weights. */
function drawNormal(dims: readonly number[], deviation: number, stream: RandomStream): Tensor {
  const values = new Float32Array(sizeOf(dims));
  for (let index = 0; index < values.length; index += 2) {
    // 1 − u is in (0, 1], so the logarithm is finite.
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - stream.uniform()));
    const angle = 2 * Math.PI * stream.uniform();
    values[index] = radius * Math.cos(angle);
    if (index + 1 < values.length) values[index + 1] = radius * Math.sin(angle);
  }
  return float32(dims, values);
}

function filled(dims: readonly number[], value: number): Tensor {
  return float32(dims, new Float32Array(sizeOf(dims)).fill(value));
}
