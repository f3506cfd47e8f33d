/**
 * mixup (Zhang et al. 2018, section 2): x̃ = λx + (1−λ)x′, ỹ = λy + (1−λ)y′ with λ ~ Beta(α, α) and the partner x′
 * drawn by a random permutation of the same minibatch.
 */
import type { RandomStream } from '../core/random.ts';
import { permutation } from '../core/random.ts';

export interface MixupSettings {
  /** α of Beta(α, α); larger mixes more evenly. */
  readonly alpha: number;
  /** One λ for the whole minibatch, as in the paper, or one for each example. */
  readonly lambdaPer: 'batch' | 'example';
}

/** How one minibatch is mixed: example i with example partner[i], in the proportion lambda[i] : 1−lambda[i]. */
export interface Mixing {
  readonly lambda: Float32Array;
  readonly partner: Int32Array;
}

/** Draws the mixing of a minibatch of `count` examples. */
export function drawMixing(stream: RandomStream, settings: MixupSettings, count: number): Mixing {
  const draw = (): number => stream.beta(settings.alpha, settings.alpha);
  const shared = settings.lambdaPer === 'batch' ? draw() : undefined;
  return {
    lambda: Float32Array.from({ length: count }, () => shared ?? draw()),
    partner: permutation(stream, count),
  };
}

/**
 * Mixes rows: the i-th row of the result is lambda[i]·row i + (1−lambda[i])·row partner[i].
 *
 * @param rows [n, size]
 * @returns a new array [n, size]
 */
export function mixRows(rows: Float32Array, size: number, { lambda, partner }: Mixing): Float32Array {
  const mixed = new Float32Array(rows.length);
  for (let row = 0; row < lambda.length; row++) {
    const share = lambda[row] ?? 1;
    const rest = Math.fround(1 - share);
    const own = row * size;
    const other = (partner[row] ?? row) * size;
    for (let offset = 0; offset < size; offset++) {
      mixed[own + offset] = share * (rows[own + offset] ?? 0) + rest * (rows[other + offset] ?? 0);
    }
  }
  return mixed;
}

/** One-hot rows [n, classCount]. */
export function oneHot(labels: Int32Array, classCount: number): Float32Array {
  const rows = new Float32Array(labels.length * classCount);
  labels.forEach((label, row) => {
    rows[row * classCount + label] = 1;
  });
  return rows;
}
