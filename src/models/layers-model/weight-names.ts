/**
 * Finds a layer's weights by name. Keras 2, Keras 3 and tfjs name them `layer/weight`, with the models around the
 * layer before, a recurrent cell between, or `:0` behind.
 */
import type { Tensor } from '../../graph/types.ts';
import type { Layer } from './topology.ts';
import type { Weights } from './weights.ts';

/**
 * @param within names of the containers around the layer, outermost first
 * @returns undefined where no weight, or not exactly one, fits
 */
export function findWeight(
  weights: Weights,
  layer: Layer,
  within: readonly string[],
  name: string,
): Tensor<'float32'> | undefined {
  for (const layerName of [layer.name, ...(layer.weightsOf ?? [])]) {
    for (let depth = 0; depth <= within.length; depth++) {
      const key = [...within.slice(depth), layerName, name].join('/');
      const found = weights.get(key) ?? weights.get(`${key}:0`);
      if (found !== undefined) return found;
    }
    const fitting = [...weights].filter(([key]) => belongs(key, layerName, name));
    if (fitting.length === 1) return fitting[0]?.[1];
    const closest = fitting.filter(([key]) => within.every((part) => key.split('/').includes(part)));
    if (closest.length === 1) return closest[0]?.[1];
  }
  return undefined;
}

/** Whether a key ends in the layer and the weight, with at most a recurrent cell between them. */
function belongs(key: string, layerName: string, name: string): boolean {
  const parts = key.replace(/:0$/, '').split('/');
  const tail = [...layerName.split('/'), name];
  const direct = parts.slice(-tail.length);
  if (direct.join('/') === tail.join('/')) return true;
  const [cell = ''] = parts.slice(-2, -1);
  const around = [...parts.slice(-tail.length - 1, -2), ...parts.slice(-1)];
  return /_cell(_\d+)?$/.test(cell) && around.join('/') === tail.join('/');
}
