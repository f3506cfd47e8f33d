/** Reads weights that stand in files beside the model file. */
import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { InputError, messageOf } from '../../core/errors.ts';

/**
 * Gives `length` bytes from `offset` of a file named relative to the model's folder; without a length, up to its end.
 */
export type ExternalData = (location: string, offset: number, length: number | undefined) => Uint8Array;

/**
 * External data of the model file at `path`. Each range is read straight into a buffer of its own.
 *
 * @returns a reader that throws InputError for a file outside the model's folder, one that is missing, or a range
 *   beyond its end
 */
export function externalDataBeside(path: string): ExternalData {
  const folder = dirname(resolve(path));
  return (location, offset, length) => {
    const target = resolve(folder, location);
    if (isAbsolute(location) || leaves(folder, target)) {
      throw new InputError(
        `the weights file ${location} is outside the model's folder, which is not allowed`,
      );
    }
    const descriptor = openWithin(folder, target, location);
    try {
      return readRange(descriptor, location, offset, length);
    } finally {
      closeSync(descriptor);
    }
  };
}

function openWithin(folder: string, target: string, location: string): number {
  let real: string;
  try {
    real = realpathSync(target);
  } catch {
    throw new InputError(`the weights file ${location} is missing: put it beside the model file`);
  }
  if (leaves(realpathSync(folder), real)) {
    throw new InputError(
      `the weights file ${location} is a link that leaves the model's folder, which is not allowed`,
    );
  }
  try {
    return openSync(real, 'r');
  } catch (error) {
    throw new InputError(`cannot read the weights file ${location}: ${messageOf(error)}`);
  }
}

function leaves(folder: string, target: string): boolean {
  const way = relative(folder, target);
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

function readRange(
  descriptor: number,
  location: string,
  offset: number,
  length: number | undefined,
): Uint8Array {
  const status = fstatSync(descriptor);
  if (!status.isFile()) throw new InputError(`the weights file ${location} is not a file`);
  const wanted = length ?? status.size - offset;
  if (wanted < 0 || offset + wanted > status.size) {
    throw new InputError(
      `the weights file ${location} has ${String(status.size)} bytes, and the model needs it to ${String(offset + Math.max(wanted, 0))}: fetch or export it again`,
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
