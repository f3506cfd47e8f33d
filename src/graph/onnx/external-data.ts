/** Reads weights that stand in files beside the model file. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { weightsBeside } from '../../core/confined.ts';
import { InputError } from '../../core/errors.ts';
import { openInputFileSync } from '../../core/files.ts';

/**
 * Gives `length` bytes from `offset` of a file named relative to the model's folder; without a length, up to its end.
 */
export type ExternalData = (location: string, offset: number, length: number | undefined) => Uint8Array;

/**
 * External data of the model file at `path`. Each range is read straight into a buffer of its own; one that is asked
 * for again, as tensors that share their weights do, is the same buffer.
 *
 * @returns a reader that throws InputError for a file outside the model's folder, one that is missing, a range beyond
 *   its end, or ranges that overlap so much that they hold more than the file
 */
export function externalDataBeside(path: string): ExternalData {
  const ranges = new Map<string, Uint8Array>();
  const read = new Map<string, number>();
  return (location, offset, length) => {
    const key = JSON.stringify([location, offset, length]);
    const known = ranges.get(key);
    if (known !== undefined) return known;
    const descriptor = openInputFileSync(weightsBeside(path, location), 'weights file');
    try {
      const { size } = fstatSync(descriptor);
      const wanted = length ?? size - offset;
      const total = (read.get(location) ?? 0) + wanted;
      if (wanted >= 0 && offset + wanted <= size && total > size) {
        throw new InputError(
          `the tensors in the weights file ${location} overlap and hold more than its ${String(size)} bytes: export the model again`,
        );
      }
      read.set(location, total);
      const bytes = readRange(descriptor, location, offset, wanted, size);
      ranges.set(key, bytes);
      return bytes;
    } finally {
      closeSync(descriptor);
    }
  };
}

function readRange(
  descriptor: number,
  location: string,
  offset: number,
  wanted: number,
  size: number,
): Uint8Array {
  if (wanted < 0 || offset + wanted > size) {
    throw new InputError(
      `the weights file ${location} has ${String(size)} bytes, and the model needs it to ${String(offset + Math.max(wanted, 0))}: fetch or export it again`,
    );
  }
  const bytes = new Uint8Array(wanted);
  let filled = 0;
  while (filled < wanted) {
    const count = readSync(descriptor, bytes, filled, Math.min(wanted - filled, 2 ** 30), offset + filled);
    if (count === 0) throw new InputError(`the weights file ${location} became shorter while it was read`);
    filled += count;
  }
  return bytes;
}
