/** How many worker threads an evaluation is fastest with. */
import { availableParallelism } from 'node:os';

export interface WorkerChoice {
  /** Values in all models together. */
  readonly parameters: number;
  readonly examples: number;
  readonly cores?: number;
}

/**
 * Above so many parameters the products of one model keep all cores busy by themselves, and its weights would be held
 * once for each worker. Measured by `benchmarks/workers.ts`.
 */
const MOST_PARAMETERS = 2e6;

/**
 * Fewer examples for each worker are done before the workers have opened their models, half a second: two of them do an
 * example of I-FGSM on ResNet-8 in 2.3 ms and one session of two threads in 3.7, on LeNet in 0.6 and 0.85.
 */
const LEAST_EXAMPLES = 512;

/** @returns 0 for one session with all cores in this thread */
export function chooseWorkers({
  parameters,
  examples,
  cores = availableParallelism(),
}: WorkerChoice): number {
  if (cores < 2 || parameters > MOST_PARAMETERS) return 0;
  const useful = Math.min(cores, Math.floor(examples / LEAST_EXAMPLES));
  return useful < 2 ? 0 : useful;
}
