/** The image of the data that a model is checked on. */
import { type Dataset, type ModelDescription, scaleToBounds } from '../../index.ts';

/** The first image in a model's units; none where it does not fit the model, which is said when it is run. */
export async function probeOf(
  dataset: Dataset,
  { inputShape, bounds }: ModelDescription,
): Promise<{ readonly probe?: Float32Array }> {
  const size = (shape: readonly number[]): number => shape.reduce((product, each) => product * each, 1);
  if (bounds === undefined || dataset.size === 0 || size(dataset.shape) !== size(inputShape)) return {};
  const { inputs } = await dataset.read([0]);
  return { probe: scaleToBounds(inputs, dataset.range, bounds) };
}
