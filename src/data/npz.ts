/**
 * NumPy's .npz format, read and written: a zip file of .npy files. Written entries are stored without compression
 * and carry a fixed date, so that the same arrays give the same bytes.
 */
import type { Unzipped, UnzipFileFilter } from 'fflate';
import { InputError, messageOf } from '../core/errors.ts';
import { isLeftover } from './leftovers.ts';
import { type NpyArray, decodeNpy, encodeNpy } from './npy.ts';

/** A zip file without its 64-bit extension ends here. */
const zipLimit = 2 ** 32 - 1;

/** The names of the arrays in a .npz file, in the order of its directory. */
export async function namesInNpz(bytes: Uint8Array, source: string): Promise<string[]> {
  const names: string[] = [];
  await unzip(bytes, source, ({ name }) => {
    if (name.endsWith('.npy') && !isLeftover(name)) names.push(name.slice(0, -'.npy'.length));
    return false;
  });
  return names;
}

/**
 * Decodes the named arrays of a .npz file and no others.
 *
 * @param source names the file in messages
 * @throws InputError when the bytes are no zip file or damaged, when an array is missing or cannot be decoded
 */
export async function decodeNpz<Name extends string>(
  bytes: Uint8Array,
  source: string,
  names: readonly Name[],
): Promise<Record<Name, NpyArray>> {
  const wanted = new Set(names.map((name) => `${name}.npy`));
  const files = await unzip(bytes, source, ({ name }) => wanted.has(name));
  const arrays = names.map((name) => {
    const file = files[`${name}.npy`];
    if (file === undefined) throw new InputError(`${source} holds no array named ${name}`);
    return [name, decodeNpy(file, `${name} in ${source}`)] as const;
  });
  return Object.fromEntries(arrays) as Record<Name, NpyArray>;
}

/** The bytes of a .npz file with the given arrays in the given order. */
export async function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Promise<Uint8Array> {
  const { zipSync } = await import('fflate');
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)] as const);
  const total = files.reduce((sum, [name, file]) => sum + file.length + 2 * name.length + 128, 128);
  if (total > zipLimit) {
    throw new InputError('the arrays do not fit into a .npz file of 4 GiB: save fewer examples');
  }
  // The zip format keeps local time: the same clock reading is written wherever this runs.
  return zipSync(Object.fromEntries(files), { level: 0, mtime: new Date(1980, 0, 1, 12) });
}

async function unzip(bytes: Uint8Array, source: string, filter: UnzipFileFilter): Promise<Partial<Unzipped>> {
  const { unzipSync } = await import('fflate');
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    throw new InputError(
      `${source} cannot be unzipped (${messageOf(error)}): it is truncated or no .npz file`,
    );
  }
}
