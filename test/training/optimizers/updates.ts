/** Runs an optimizer's update as a graph of its own, weight decay included, step after step. */
import type { Engine } from '../../../src/engine/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { float32, zeros } from '../../../src/graph/tensor.ts';
import { createOptimizer } from '../../../src/training/optimizers/index.ts';
import type { OptimizerSettings } from '../../../src/training/optimizers/optimizer.ts';
import { appendWeightDecay } from '../../../src/training/optimizers/weight-decay.ts';

export interface Run {
  readonly dims: readonly number[];
  readonly start: readonly number[];
  /** Of each step. */
  readonly gradients: readonly (readonly number[])[];
  readonly rates: readonly number[];
  /** Whether the weight is a scale or a shift of batch normalization. */
  readonly normalizes?: boolean;
}

/** @returns the weight after each step */
export async function weightsAfter(
  engine: Engine,
  settings: OptimizerSettings,
  { dims, start, gradients, rates, normalizes = false }: Run,
): Promise<number[][]> {
  const builder = new GraphBuilder('update');
  const optimizer = createOptimizer(settings);
  const weight = builder.input('weight', 'float32', dims);
  const given = builder.input('gradient', 'float32', dims);
  const rate = builder.input('rate', 'float32', []);
  const count = optimizer.countsUpdates ? builder.input('count', 'float32', []) : '';
  const slots = optimizer.slots.map((slot) => builder.input(slot, 'float32', dims));
  const gradient = appendWeightDecay(
    builder,
    { weight, gradient: given, dims, normalizes },
    settings.weightDecay,
  );
  const renewed = optimizer.append(builder, { weight, gradient, slots, rate, count });
  for (const output of [renewed.weight, ...renewed.slots]) builder.output(output);
  const step = await engine.compile(builder.build(), {
    state: [
      { input: weight, output: renewed.weight, initial: float32(dims, start) },
      ...slots.map((input, index) => ({ input, output: renewed.slots[index]!, initial: zeros(dims) })),
    ],
  });
  const weights: number[][] = [];
  for (const [index, values] of gradients.entries()) {
    await step.run({
      gradient: float32(dims, values),
      rate: float32([], [rates[index]!]),
      ...(count === '' ? {} : { count: float32([], [index + 1]) }),
    });
    weights.push([...(await step.readState())[weight]!.data].map(Number));
  }
  await step.dispose();
  return weights;
}
