/** Where inputs lie until they are asked for: in memory as stored, or in files of records of a fixed length. */
import { closeSync, readSync } from 'node:fs';
import { InputError } from '../core/errors.ts';
import { openInputFileSync } from '../core/files.ts';

export interface ExampleStorage {
  /** The named inputs one after another, channels first. The indices are within the storage. */
  read(indices: ArrayLike<number>): Uint8Array | Float32Array;
}

/**
 * Inputs held in memory.
 *
 * @param exampleSize elements of one input
 * @param channelsLast the number of channels where the data are [n, height, width, channels]; they are transposed on
 *   reading
 */
export function memoryStorage(
  data: Uint8Array | Float32Array,
  exampleSize: number,
  channelsLast?: number,
): ExampleStorage {
  const create = (size: number) =>
    data instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  return {
    read: (indices) => {
      const output = create(indices.length * exampleSize);
      for (let position = 0; position < indices.length; position++) {
        const start = (indices[position] ?? 0) * exampleSize;
        const example = data.subarray(start, start + exampleSize);
        const target = output.subarray(position * exampleSize, (position + 1) * exampleSize);
        if (channelsLast === undefined) target.set(example);
        else moveChannelsFirst(example, target, channelsLast);
      }
      return output;
    },
  };
}

function moveChannelsFirst(from: ArrayLike<number>, to: Uint8Array | Float32Array, channels: number): void {
  const pixels = to.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      to[channel * pixels + pixel] = from[pixel * channels + channel] ?? 0;
    }
  }
}

/** A file of records; each holds one input, as bytes. */
export interface RecordFile {
  readonly path: string;
  /** Where the first record's input begins. */
  readonly start: number;
  readonly recordBytes: number;
  readonly count: number;
}

/**
 * Inputs left in their files, counted through in the given order and read at their positions. The reads are
 * synchronous: from the page cache one takes about two microseconds, a tenth of an asynchronous one.
 */
export function fileStorage(files: readonly RecordFile[], exampleBytes: number): ExampleStorage {
  return {
    read: (indices) => {
      const output = new Uint8Array(indices.length * exampleBytes);
      const descriptors = new Map<string, number>();
      try {
        for (let position = 0; position < indices.length; position++) {
          const { file, record } = locate(files, indices[position] ?? 0);
          const descriptor = descriptors.get(file.path) ?? openInputFileSync(file.path, 'data file');
          descriptors.set(file.path, descriptor);
          const offset = file.start + record * file.recordBytes;
          const read = readSync(descriptor, output, position * exampleBytes, exampleBytes, offset);
          if (read !== exampleBytes) {
            throw new InputError(`${file.path} has become shorter since it was opened: run again`);
          }
        }
      } finally {
        for (const descriptor of descriptors.values()) closeSync(descriptor);
      }
      return output;
    },
  };
}

function locate(files: readonly RecordFile[], index: number): { file: RecordFile; record: number } {
  let record = index;
  for (const file of files) {
    if (record < file.count) return { file, record };
    record -= file.count;
  }
  throw new RangeError(`there is no example ${String(index)}`);
}
