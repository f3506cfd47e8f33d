/** A data set of two .npy files, images and labels. */
import { InputError } from '../core/errors.ts';
import { createArrayDataset } from './array-dataset.ts';
import type { DataOptions, Dataset } from './dataset.ts';
import { readNpy } from './npy.ts';
import { splitPair } from './path-pair.ts';

/**
 * Opens `IMAGES.npy,LABELS.npy`.
 *
 * @throws InputError when a file is missing or truncated, or when they do not belong together
 */
export async function openNpy(path: string, options: DataOptions): Promise<Dataset> {
  const [images, labels] = splitPair(path);
  if (labels === undefined) {
    throw new InputError(`${path} holds images or labels, not both: write npy:IMAGES.npy,LABELS.npy`);
  }
  return createArrayDataset(
    {
      name: 'npy',
      images: await readNpy(images),
      labels: await readNpy(labels),
      sources: { images, labels },
    },
    options,
  );
}
