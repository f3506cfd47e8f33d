/** Image sets in folders, as ImageNet is kept: DIR/SPLIT/CLASS/IMAGE or DIR/CLASS/IMAGE. */
import { join } from 'node:path';
import { InputError } from '../../core/errors.ts';
import type { DataOptions, Dataset } from '../dataset.ts';
import { arrange } from './arrangement.ts';
import { createImageDataset } from './image-dataset.ts';
import { listTree } from './listing.ts';

/**
 * Opens a folder of images; see `arrange` for its layout. Images stay in their files until they are read.
 *
 * @throws InputError when it is no folder, or not laid out so
 */
export async function openImageFolder(path: string, options: DataOptions): Promise<Dataset> {
  const listing = await listTree(path);
  if (listing === undefined) {
    throw new InputError(
      `${path} is a file: imagefolder reads a folder; for a tar file write imagetar:${path}`,
    );
  }
  const { paths, ...arrangement } = arrange(listing, path, options);
  const pathAt = (index: number): string => paths[index] ?? '';
  return createImageDataset(
    {
      format: 'imagefolder',
      place: path,
      ...arrangement,
      classCount: arrangement.classNames.length,
      source: (index) => ({ kind: 'file', path: join(path, pathAt(index)) }),
      name: (index) =>
        nameInClass(pathAt(index), arrangement.classNames[arrangement.labels[index] ?? 0] ?? ''),
      title: (index) => join(path, pathAt(index)),
    },
    options,
  );
}

/** The part of a path below its class. */
export function nameInClass(path: string, className: string): string {
  const marker = `/${className}/`;
  const rooted = `/${path}`;
  return rooted.slice(rooted.indexOf(marker) + marker.length);
}
