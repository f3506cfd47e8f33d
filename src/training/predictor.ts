/** The logits of the weights of the moment, and the errors that they make. */
import { interruptionPoint } from '../core/interruption.ts';
import type { Dataset } from '../data/dataset.ts';
import { scaleToBounds } from '../data/scale.ts';
import type { Engine } from '../engine/engine.ts';
import { float32, sizeOf } from '../graph/tensor.ts';
import type { Weights } from '../models/architectures/layers.ts';
import {
  evaluationGraph,
  INPUT_NAME,
  type NetworkSettings,
  OUTPUT_NAME,
} from '../models/architectures/network.ts';
import { TRAINING_BOUNDS } from './minibatches.ts';

export interface Predictor {
  /**
   * Computes logits in evaluation mode, without augmentation.
   *
   * @returns [indices.length, classCount]
   * @throws the signal's reason when it is aborted
   */
  logits(
    weights: Weights,
    dataset: Dataset,
    indices: Int32Array,
    signal?: AbortSignal,
  ): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** So many elements of images go through the network at a time: 250 of CIFAR, 27 of 224×224. */
const CHUNK_ELEMENTS = 2 ** 22;
const CHUNK_EXAMPLES = 250;

/** Compiles the evaluation graph once, with its weights as inputs. */
export async function createPredictor(engine: Engine, network: NetworkSettings): Promise<Predictor> {
  const graph = evaluationGraph(network);
  const compiled = await engine.compile(graph);
  const named = new Set(graph.inputs.map(({ name }) => name));
  const chunk = Math.max(
    1,
    Math.min(CHUNK_EXAMPLES, Math.floor(CHUNK_ELEMENTS / sizeOf(network.inputShape))),
  );
  return {
    async logits(weights, dataset, indices, signal) {
      const arrays = Object.fromEntries([...weights].filter(([name]) => named.has(name)));
      const logits = new Float32Array(indices.length * network.classCount);
      const readAt = (start: number): ReturnType<Dataset['read']> =>
        dataset.read(indices.subarray(start, start + chunk));
      let next = readAt(0);
      for (let start = 0; start < indices.length; start += chunk) {
        await interruptionPoint(signal);
        const { inputs, labels } = await next;
        // Asked for before the engine takes the thread, so that a data set that decodes does so meanwhile.
        if (start + chunk < indices.length) next = readAt(start + chunk);
        const images = scaleToBounds(inputs, dataset.range, TRAINING_BOUNDS);
        const outputs = await compiled.run({
          ...arrays,
          [INPUT_NAME]: float32([labels.length, ...network.inputShape], images),
        });
        logits.set(outputs[OUTPUT_NAME]?.data as Float32Array, start * network.classCount);
      }
      return logits;
    },
    dispose: () => compiled.dispose(),
  };
}

/**
 * How many examples do not have their label among the `k` highest logits; of equal logits the first count.
 *
 * @param logits [labels.length, classCount]
 */
export function countErrors(logits: Float32Array, labels: ArrayLike<number>, k: number): number {
  const classCount = logits.length / labels.length;
  let wrong = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] ?? 0;
    const own = logits[row * classCount + label] ?? NaN;
    let ahead = 0;
    for (let other = 0; other < classCount; other++) {
      const value = logits[row * classCount + other] ?? NaN;
      if (value > own || (value === own && other < label)) ahead++;
    }
    if (ahead >= k) wrong++;
  }
  return wrong;
}
