/**
 * NumPy's .npz format, read and written: a zip file of .npy files. Written entries are stored without compression
 * and carry a fixed date, so that the same arrays give the same bytes.
 */
import { InputError } from '../core/errors.ts';
import { crc32 } from './crc32.ts';
import { isLeftover } from './leftovers.ts';
import { type NpyArray, decodeNpy, encodeNpy } from './npy.ts';
import { type ZipEntry, ZipFault, readZipDirectory, readZipEntry } from './zip.ts';
import { directory, localHeader } from './zip-write.ts';

/** What is larger is not made at once in memory: `createNpzStream` writes it to a file. */
const sizeLimit = 2 ** 32 - 1;

/**
 * The names of the arrays in a .npz file, in the order of its directory.
 *
 * @throws InputError when it is no zip file or damaged
 */
export function namesInNpz(bytes: Uint8Array, source: string): string[] {
  return arraysIn(bytes, source).map(([name]) => name);
}

/**
 * Decodes the named arrays of a .npz file and no others.
 *
 * @param source names the file in messages
 * @throws InputError when the bytes are no zip file or damaged, when an array is missing or cannot be decoded
 */
export function decodeNpz<Name extends string>(
  bytes: Uint8Array,
  source: string,
  names: readonly Name[],
): Record<Name, NpyArray> {
  const entries = new Map(arraysIn(bytes, source));
  const arrays = names.map((name) => {
    const entry = entries.get(name);
    if (entry === undefined) throw new InputError(`${source} holds no array named ${name}`);
    const content = readable(source, () => readZipEntry(bytes, entry));
    return [name, decodeNpy(content, `${name} in ${source}`)] as const;
  });
  return Object.fromEntries(arrays) as Record<Name, NpyArray>;
}

function arraysIn(bytes: Uint8Array, source: string): readonly (readonly [string, ZipEntry])[] {
  const arrays = readable(source, () => readZipDirectory(bytes))
    .filter(({ name }) => name.endsWith('.npy') && !isLeftover(name))
    .map((entry) => [entry.name.slice(0, -'.npy'.length), entry] as const);
  const names = new Set<string>();
  for (const [name] of arrays) {
    if (names.has(name)) throw new InputError(`${source} holds two arrays named ${name}: save it again`);
    names.add(name);
  }
  return arrays;
}

function readable<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ZipFault)) throw error;
    throw new InputError(`${source} cannot be unzipped (${error.message}): it is damaged or no .npz file`);
  }
}

/** The bytes of a .npz file with the given arrays in the given order. */
export async function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Promise<Uint8Array> {
  return Promise.resolve(storedNpz(arrays));
}

function storedNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const put = (bytes: Uint8Array): void => {
    parts.push(bytes);
    length += bytes.length;
  };
  const entries = Object.entries(arrays).map(([array, content]) => {
    const file = encodeNpy(content);
    const entry = { name: `${array}.npy`, crc: crc32(file), size: file.length, offset: length };
    put(localHeader(entry));
    put(file);
    return entry;
  });
  if (length > sizeLimit) {
    throw new InputError('the arrays do not fit into a .npz file of 4 GiB: save fewer examples');
  }
  put(directory(entries, length));
  return Buffer.concat(parts);
}
