/** Fully connected layers. On more than two axes they act on the last one of Keras's order. */
import { float32, sizeOf } from '../../../graph/tensor.ts';
import type { Dimension } from '../../../graph/types.ts';
import { activateOutput, only } from '../activations.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';
import { reshaped, transposed } from '../transposition.ts';

const dense: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const kernel = scope.constant('kernel', () => scope.weight('kernel', 2));
  const bias = scope.flag('use_bias', true)
    ? scope.constant('bias', () => scope.weight('bias', 1))
    : undefined;
  return activateOutput(scope, { value: product(scope, input, kernel, bias), order: 'as in Keras' });
};

function product(scope: LayerScope, input: LayerValue, kernel: string, bias: string | undefined): string {
  const { builder } = scope;
  const value = scope.asInKeras(input);
  if (scope.rank(input) === 2) return builder.gemm(value, kernel, bias);
  const result = builder.matMul(value, kernel);
  return bias === undefined ? result : builder.add(result, bias);
}

/**
 * `input,kernel->output`, one letter an axis: the product of the input, its summed axes last, with the kernel as a
 * matrix. Every letter of the kernel is either summed or only in the output; others would mix per-example kernels.
 */
const einsumDense: LayerHandler = (scope, inputs) => {
  const { builder } = scope;
  const input = only(scope, inputs);
  const { left, right, output } = equationOf(scope, scope.rank(input));
  const summed = Array.from(right).filter((letter) => left.includes(letter));
  const made = Array.from(right).filter((letter) => !left.includes(letter));
  const kept = Array.from(left).filter((letter) => !summed.includes(letter));
  if (
    Array.from(output).toSorted().join('') !== [...kept, ...made].toSorted().join('') ||
    output[0] !== left[0] ||
    summed.length === 0
  ) {
    throw scope.refuse(`has the equation ${scope.text('equation', '')}, which is no product with one matrix`);
  }
  const stored = scope.weight('kernel', right.length);
  const sizes = (letters: readonly string[]): number[] =>
    letters.map((letter) => stored.dims[right.indexOf(letter)] ?? 1);
  const kernel = scope.constant('kernel', () =>
    reshaped(
      transposed(
        stored,
        [...summed, ...made].map((letter) => right.indexOf(letter)),
      ),
      [sizeOf(sizes(summed)), sizeOf(sizes(made))],
    ),
  );
  const keras = scope.asInKeras(input);
  const [, ...around] = kept.map((letter): Dimension => builder.dims(keras)[left.indexOf(letter)] ?? 1);
  const known = around.filter((size) => typeof size === 'number');
  const turned = transpose(
    scope,
    keras,
    [...kept, ...summed].map((letter) => left.indexOf(letter)),
  );
  const flat = builder.reshape(turned, [0, ...known, sizeOf(sizes(summed))]);
  const apart = builder.reshape(builder.matMul(flat, kernel), [0, ...known, ...sizes(made)]);
  const order = Array.from(output).map((letter) => [...kept, ...made].indexOf(letter));
  const value = withBias(scope, transpose(scope, apart, order));
  return activateOutput(scope, { value, order: 'as in Keras' });
};

function transpose({ builder }: LayerScope, value: string, order: readonly number[]): string {
  return order.every((axis, place) => axis === place) ? value : builder.transpose(value, order);
}

/** The bias has the last axes of the output, those that it does not know being 1. */
function withBias(scope: LayerScope, value: string): string {
  if ((scope.setting('bias_axes') ?? null) === null) return value;
  const bias = scope.constant('bias', () => {
    const stored = scope.weight('bias');
    return float32([1, ...stored.dims], stored.data);
  });
  return scope.builder.add(value, bias);
}

/** The equation's three parts with the dots written out, for an input of the given rank. */
function equationOf(scope: LayerScope, rank: number): { left: string; right: string; output: string } {
  const text = scope.setting('equation');
  const parts = typeof text === 'string' ? /^([\w.]+),(\w+)->([\w.]+)$/.exec(text.replaceAll(' ', '')) : null;
  const [, left = '', right = '', output = ''] = parts ?? [];
  const elided = rank - left.replace('...', '').length;
  const unused = '0123456789'.slice(0, Math.max(elided, 0));
  const written = [left, right, output].map((part) => part.replace('...', unused));
  const [a = '', b = '', c = ''] = written;
  if (a.length !== rank || written.some((part) => part === '' || new Set(part).size !== part.length)) {
    throw scope.malformed('equation', `one for an input of ${String(rank)} axes, such as ab,bc->ac`);
  }
  return { left: a, right: b, output: c };
}

export const denseLayers: Readonly<Record<string, LayerHandler>> = {
  Dense: dense,
  EinsumDense: einsumDense,
};
