/** The training step on an engine: a minibatch at once, or in parts whose gradients are summed. */
import type { CompiledGraph, Engine, Tensors } from '../engine/engine.ts';
import { float32, sizeOf, zeros } from '../graph/tensor.ts';
import type { Tensor } from '../graph/types.ts';
import { dropoutMasks } from './dropout.ts';
import type { Minibatch } from './minibatches.ts';
import { seedsOf, type TrainingSettings } from './settings.ts';
import {
  createGradientGraph,
  createTrainingGraph,
  createUpdateGraph,
  gradientOf,
  type Renewal,
  STEP,
} from './training-graph.ts';

/** Weights, running statistics and the optimizer's arrays by name. */
export type TrainingArrays = ReadonlyMap<string, Tensor>;

export interface TrainingStep {
  /**
   * Makes one update.
   *
   * @param update the number of the update, from 1
   * @returns the minibatch's mean loss before it
   */
  run(minibatch: Minibatch, learningRate: number, update: number): Promise<number>;
  /** Every array as the last update left it. */
  arrays(): Promise<TrainingArrays>;
  dispose(): Promise<void>;
}

/**
 * Compiles the step.
 *
 * @param start weights and running statistics, and the optimizer's arrays where training goes on; those are zero
 *   where absent
 */
export async function createTrainingStep(
  engine: Engine,
  settings: TrainingSettings,
  start: TrainingArrays,
): Promise<TrainingStep> {
  const { batchSize, microbatchSize = batchSize } = settings;
  return microbatchSize < batchSize
    ? createAccumulatingStep(engine, settings, start, microbatchSize)
    : createWholeStep(engine, settings, start);
}

async function createWholeStep(
  engine: Engine,
  settings: TrainingSettings,
  start: TrainingArrays,
): Promise<TrainingStep> {
  const { graph, renewals, dropouts } = createTrainingGraph(settings.network, settings.optimizer);
  const takesUpdate = graph.inputs.some(({ name }) => name === STEP.update);
  const state = renewals.map(({ input, output, dims }) => ({
    input,
    output,
    initial: start.get(input) ?? zeros(dims),
  }));
  const compiled = await engine.compile(graph, { state });
  return {
    async run(minibatch, learningRate, update) {
      const { epoch, step, count } = minibatch;
      const outputs = await compiled.run({
        ...examplesOf(minibatch, settings),
        ...dropoutMasks(dropouts, { seed: seedsOf(settings).order, epoch, step, first: 0, count }),
        [STEP.learningRate]: scalar(learningRate),
        ...(takesUpdate ? { [STEP.update]: scalar(update) } : {}),
      });
      return lossOf(outputs);
    },
    arrays: async () => new Map(Object.entries(await compiled.readState())),
    dispose: () => compiled.dispose(),
  };
}

async function createAccumulatingStep(
  engine: Engine,
  settings: TrainingSettings,
  start: TrainingArrays,
  microbatchSize: number,
): Promise<TrainingStep> {
  const halves = createGradientGraph(settings.network);
  const { graph, renewals } = createUpdateGraph(halves.parameters, settings.optimizer);
  const takesUpdate = graph.inputs.some(({ name }) => name === STEP.update);
  const arrays = new Map<string, Tensor>(
    [...halves.renewals, ...renewals].map(({ input, dims }) => [input, start.get(input) ?? zeros(dims)]),
  );
  const sums = new Map(halves.parameters.map(({ name, dims }) => [name, new Float32Array(sizeOf(dims))]));
  const gradients = await engine.compile(halves.graph);
  const update = await engine.compile(graph);
  return {
    async run(minibatch, learningRate, count) {
      for (const sum of sums.values()) sum.fill(0);
      let loss = 0;
      for (const part of partsOf(minibatch, microbatchSize)) {
        const share = part.count / minibatch.count;
        const { order: seed } = seedsOf(settings);
        const masks = {
          seed,
          epoch: minibatch.epoch,
          step: minibatch.step,
          first: part.first,
          count: part.count,
        };
        const outputs = await gradients.run({
          ...examplesOf(part, settings),
          ...dropoutMasks(halves.dropouts, masks),
          ...chosen(
            arrays,
            halves.parameters.map(({ name }) => name),
          ),
          ...chosen(
            arrays,
            halves.renewals.map(({ input }) => input),
          ),
          [STEP.share]: scalar(share),
        });
        loss += share * lossOf(outputs);
        for (const [name, sum] of sums) addTo(sum, outputs[gradientOf(name)]);
        renew(arrays, halves.renewals, outputs);
      }
      const summed = halves.parameters.map(
        ({ name, dims }) => [gradientOf(name), float32(dims, sums.get(name) ?? [])] as const,
      );
      const outputs = await update.run({
        ...chosen(
          arrays,
          renewals.map(({ input }) => input),
        ),
        ...Object.fromEntries(summed),
        [STEP.learningRate]: scalar(learningRate),
        ...(takesUpdate ? { [STEP.update]: scalar(count) } : {}),
      });
      renew(arrays, renewals, outputs);
      return loss;
    },
    arrays: () => Promise.resolve(new Map(arrays)),
    dispose: () => disposeAll([gradients, update]),
  };
}

interface Part extends Pick<Minibatch, 'images' | 'targets' | 'count'> {
  /** The place of its first example in the minibatch. */
  readonly first: number;
}

/** Parts of sizes that differ by one at most: none is so small that its statistics mean nothing. */
function* partsOf({ images, targets, count }: Minibatch, most: number): Iterable<Part> {
  const parts = Math.ceil(count / most);
  for (let part = 0; part < parts; part++) {
    const first = Math.floor((part * count) / parts);
    const end = Math.floor(((part + 1) * count) / parts);
    const rows = (values: Float32Array): Float32Array =>
      values.subarray((values.length / count) * first, (values.length / count) * end);
    yield { images: rows(images), targets: rows(targets), count: end - first, first };
  }
}

function examplesOf(
  { images, targets, count }: Pick<Minibatch, 'images' | 'targets' | 'count'>,
  { network }: TrainingSettings,
): Tensors {
  return {
    [STEP.images]: float32([count, ...network.inputShape], images),
    [STEP.targets]: float32([count, network.classCount], targets),
  };
}

function chosen(arrays: TrainingArrays, names: readonly string[]): Record<string, Tensor> {
  const wanted = new Set(names);
  return Object.fromEntries([...arrays].filter(([name]) => wanted.has(name)));
}

function renew(arrays: Map<string, Tensor>, renewals: readonly Renewal[], outputs: Tensors): void {
  for (const { input, output } of renewals) {
    const value = outputs[output];
    if (value !== undefined) arrays.set(input, value);
  }
}

function addTo(sum: Float32Array, addend: Tensor | undefined): void {
  const values = addend?.data as Float32Array;
  for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (values[index] ?? 0);
}

function scalar(value: number): Tensor {
  return float32([], [value]);
}

function lossOf(outputs: Tensors): number {
  return Number(outputs[STEP.loss]?.data[0]);
}

async function disposeAll(graphs: readonly CompiledGraph[]): Promise<void> {
  for (const graph of graphs) await graph.dispose();
}
