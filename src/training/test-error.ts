/** The test error of the weights of the moment. */
import { interruptionPoint } from '../core/interruption.ts';
import type { Dataset } from '../data/dataset.ts';
import { scaleToBounds } from '../data/scale.ts';
import type { Engine } from '../engine/engine.ts';
import { float32 } from '../graph/tensor.ts';
import type { Weights } from '../models/architectures/layers.ts';
import {
  evaluationGraph,
  INPUT_NAME,
  type NetworkSettings,
  OUTPUT_NAME,
} from '../models/architectures/network.ts';
import { TRAINING_BOUNDS } from './minibatches.ts';

export interface ErrorMeasure {
  /**
   * The fraction of examples whose highest logit is not that of their label; of equal ones the first counts.
   *
   * @throws the signal's reason when it is aborted
   */
  error(weights: Weights, signal?: AbortSignal): Promise<number>;
  dispose(): Promise<void>;
}

const CHUNK = 250;

/** Compiles the evaluation graph once, with its weights as inputs. */
export async function createErrorMeasure(
  engine: Engine,
  network: NetworkSettings,
  dataset: Dataset,
  indices: Int32Array,
): Promise<ErrorMeasure> {
  const compiled = await engine.compile(evaluationGraph(network));
  return {
    async error(weights, signal) {
      let wrong = 0;
      for (let start = 0; start < indices.length; start += CHUNK) {
        await interruptionPoint(signal);
        const { inputs, labels } = await dataset.read(indices.subarray(start, start + CHUNK));
        const images = scaleToBounds(inputs, dataset.range, TRAINING_BOUNDS);
        const outputs = await compiled.run({
          ...Object.fromEntries(weights),
          [INPUT_NAME]: float32([labels.length, ...network.inputShape], images),
        });
        wrong += countWrong(outputs[OUTPUT_NAME]?.data as Float32Array, labels);
      }
      return wrong / indices.length;
    },
    dispose: () => compiled.dispose(),
  };
}

function countWrong(logits: Float32Array, labels: Int32Array): number {
  const classCount = logits.length / labels.length;
  let wrong = 0;
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * classCount, (row + 1) * classCount);
    if (scores.indexOf(Math.max(...scores)) !== label) wrong++;
  });
  return wrong;
}
