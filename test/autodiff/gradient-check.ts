/** Runs graphs with their gradients, and compares gradients with finite differences. */
import assert from 'node:assert/strict';
import { appendGradients } from '../../src/autodiff/gradient.ts';
import { randomStream } from '../../src/core/random.ts';
import type { RandomStream } from '../../src/core/random.ts';
import type { Engine, Tensors } from '../../src/engine/engine.ts';
import type { GraphBuilder } from '../../src/graph/builder.ts';
import { simplify } from '../../src/graph/simplify/simplify.ts';
import { float32 } from '../../src/graph/tensor.ts';
import type { Tensor } from '../../src/graph/types.ts';

export function floatsOf(value: Tensor | undefined): Float32Array {
  assert.equal(value?.dataType, 'float32');
  return value.data as Float32Array;
}

/** The greatest difference as a part of the greatest value expected. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length, 'sizes differ');
  let difference = 0;
  let largest = 0;
  for (let index = 0; index < expected.length; index++) {
    const gap = Math.abs(actual[index]! - expected[index]!);
    difference = Number.isNaN(gap) ? Infinity : Math.max(difference, gap);
    largest = Math.max(largest, Math.abs(expected[index]!));
  }
  return difference / Math.max(largest, 1e-30);
}

/** Appends the gradients of Σ weights·value, where the weights are a new input of the value's shape. */
export function appendWeightedGradients(
  builder: GraphBuilder,
  value: string,
  withRespectTo: readonly string[],
): string[] {
  builder.input('weights', 'float32', builder.dims(value));
  return appendGradients(builder, builder.mul(value, 'weights'), withRespectTo);
}

export async function runGraph(
  engine: Engine,
  builder: GraphBuilder,
  outputs: readonly string[],
  inputs: Tensors,
): Promise<Tensors> {
  for (const output of new Set(outputs)) builder.output(output);
  const compiled = await engine.compile(simplify(builder.build()));
  try {
    return await compiled.run(inputs);
  } finally {
    await compiled.dispose();
  }
}

/** A weighted sum of a graph's value and its variables: what finite differences are taken of. */
export interface Checked {
  readonly builder: GraphBuilder;
  readonly output: string;
  readonly outputDims: readonly number[];
  readonly inputs: Tensors;
  readonly variables: readonly string[];
  /** Step along a direction of unit elements. */
  readonly step?: number;
  /** How far from a straight line the function may be over a step, of the slope's scale. */
  readonly tolerance?: number;
}

/**
 * Compares the gradient with the central difference (f(x + h·u) − f(x − h·u))/2h along a random direction u, for
 * all variables at once. f, the sum of output times random weight, is formed in double precision from float32
 * outputs: their rounding, 6e-8 of ‖output‖, leaves 6e-8·‖output·weight‖/h of error, and the curvature h²·f‴/6;
 * at h = 1e-2 both are near 1e-5 of the scale Σ|gradient·u|.
 */
export async function assertMatchesFiniteDifferences(
  engine: Engine,
  checked: Checked,
  stream: RandomStream = randomStream(7, 'finite differences'),
): Promise<void> {
  const { builder, output, outputDims, inputs, variables, step = 1e-2, tolerance = 2e-3 } = checked;
  const size = outputDims.reduce((product, dim) => product * dim, 1);
  const weights = Float32Array.from({ length: size }, () => stream.normal());
  const fed = { ...inputs, weights: float32(outputDims, weights) };
  const gradients = appendWeightedGradients(builder, output, variables);
  for (const value of new Set([output, ...gradients])) builder.output(value);
  const compiled = await engine.compile(simplify(builder.build()));
  try {
    const at = await compiled.run(fed);
    const directions = new Map(
      variables.map((name) => [
        name,
        Float32Array.from(floatsOf(inputs[name]), () => (stream.uniform() < 0.5 ? -1 : 1)),
      ]),
    );
    const sumAt = async (distance: number): Promise<number> => {
      const moved = Object.fromEntries(
        Object.entries(fed).map(([name, value]) => {
          const direction = directions.get(name);
          if (direction === undefined) return [name, value];
          const data = floatsOf(value).map((element, index) => element + distance * direction[index]!);
          return [name, float32(value.dims, data)];
        }),
      );
      const { [output]: result } = await compiled.run(moved);
      return floatsOf(result).reduce((sum, element, index) => sum + element * weights[index]!, 0);
    };
    const difference = ((await sumAt(step)) - (await sumAt(-step))) / (2 * step);
    let slope = 0;
    let scale = weights.reduce(
      (sum, weight, index) => sum + Math.abs(weight * floatsOf(at[output])[index]!),
      0,
    );
    variables.forEach((name, place) => {
      const gradient = floatsOf(at[gradients[place]!]);
      assert.deepEqual(at[gradients[place]!]!.dims, inputs[name]!.dims, `the gradient's shape by ${name}`);
      gradient.forEach((element, index) => {
        slope += element * directions.get(name)![index]!;
        scale += Math.abs(element);
      });
    });
    const error = Math.abs(slope - difference) / Math.max(scale, 1e-3);
    assert.ok(
      error < tolerance,
      `the slope ${String(slope)} is not the difference ${String(difference)} (error ${String(error)} of the scale)`,
    );
  } finally {
    await compiled.dispose();
  }
}
