/** Weights and images computed from their names, as in benchmarks/oracles/architectures.py. */
import { float32, sizeOf } from '../../../src/graph/tensor.ts';
import type { Tensor } from '../../../src/graph/types.ts';

/** [count] in [0, 1). */
export function fraction(name: string, count: number): Float64Array {
  const key = Array.from(name).reduce((sum, letter, place) => sum + letter.charCodeAt(0) * (place + 1), 0);
  return Float64Array.from(
    { length: count },
    (_, index) => ((31 * index * index + 40503 * index + key) % 65521) / 65521,
  );
}

export function weight(name: string, dims: readonly number[]): Tensor {
  const scale = Math.sqrt(6 / sizeOf(dims.slice(1)));
  const near = (value: number): number => {
    if (dims.length > 1) return (2 * value - 1) * scale;
    if (name.endsWith('weight')) return 0.2 + 0.2 * value;
    if (name.endsWith('bias')) return value < 0.5 ? -0.75 - value : 0.25 + value;
    return name.endsWith('running_var') ? 0.5 + value : (value - 0.5) / 2;
  };
  return float32(dims, Float32Array.from(fraction(name, sizeOf(dims)), near));
}
