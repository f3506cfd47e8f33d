/**
 * Named random streams. Every random decision draws from a stream of its own, named by its purpose and by the
 * epoch or example that it is for, so that a result never depends on batch size, order or having been resumed.
 */
import seedrandom from 'seedrandom';

/** A root seed: what `--seed` takes. */
export type Seed = number | string;

/** One reproducible sequence of random numbers. */
export interface RandomStream {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** A whole number, uniform in [0, bound). */
  integer(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** Gamma with the given shape and scale 1 (Marsaglia and Tsang 2000; for shape < 1 the boosted form). */
  gamma(shape: number): number;
  /** Beta(a, b) as a ratio of gammas. */
  beta(a: number, b: number): number;
}

/**
 * Opens the stream of (seed, path). The same arguments give the same sequence, on every machine.
 *
 * @param path what the stream is for, from the general to the special, e.g. `['mixup', epoch, step]`
 */
export function randomStream(seed: Seed, ...path: readonly (string | number)[]): RandomStream {
  const uniform = seedrandom([seed, ...path].map((part) => encodeURIComponent(String(part))).join('/'));
  const next = (): number => uniform.double();
  const stream: RandomStream = {
    uniform: next,
    integer: (bound) => Math.floor(next() * bound),
    normal: () => {
      // Box and Muller 1958; 1 - u is in (0, 1], so the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return radius * Math.cos(2 * Math.PI * next());
    },
    gamma: (shape) => {
      if (shape < 1) return stream.gamma(shape + 1) * Math.pow(1 - next(), 1 / shape);
      const d = shape - 1 / 3;
      const c = 1 / Math.sqrt(9 * d);
      for (;;) {
        const z = stream.normal();
        const v = (1 + c * z) ** 3;
        if (v > 0 && Math.log(1 - next()) < z * z * 0.5 + d - d * v + d * Math.log(v)) return d * v;
      }
    },
    beta: (a, b) => {
      const x = stream.gamma(a);
      const y = stream.gamma(b);
      // Both can underflow to 0 for tiny shapes, where the distribution is two points.
      return x + y > 0 ? x / (x + y) : stream.uniform() < a / (a + b) ? 1 : 0;
    },
  };
  return stream;
}

/** A uniformly random order of 0 … count−1 (Fisher–Yates). */
export function permutation(stream: RandomStream, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = stream.integer(last + 1);
    const held = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = held;
  }
  return order;
}
