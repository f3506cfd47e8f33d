/** What is fuzzed: a reader of files, valid files for it, and how they are damaged. */
import { randomStream } from '../../src/core/random.ts';
import type { RandomStream } from '../../src/core/random.ts';
import { mutateBytes, mutateInPlace, mutateJsonFile } from './mutations.ts';

/** Files by their names below a folder. */
export type Files = Readonly<Record<string, Uint8Array>>;

export interface FuzzedReader {
  readonly name: string;
  /** Sets of files that are read without error; one file of one of them is damaged. */
  readonly samples: () => readonly Files[] | Promise<readonly Files[]>;
  /** Reads the files that lie in a folder, whichever there are. */
  readonly read: (folder: string) => Promise<unknown>;
  /**
   * Makes the file of damaged content, where the content is not the file itself: inflated, without checksums. Without
   * it most damage would be found by a checksum and by nothing else.
   */
  readonly seal?: (name: string, content: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** How often, of a hundred, bytes are changed where they stand; any damage otherwise. */
  readonly inPlace?: number;
  /** How often, of a hundred, damage is done to the sealed file rather than to its content. */
  readonly sealedFirst?: number;
}

/** The files of input number `index` of a reader: the same for the same seed. */
export async function damagedFiles(reader: FuzzedReader, seed: number, index: number): Promise<Files> {
  const stream = randomStream(seed, 'fuzzing', reader.name, index);
  const samples = await reader.samples();
  const sample = samples[stream.integer(samples.length)] ?? {};
  const names = Object.keys(sample);
  const damaged = names[stream.integer(names.length)] ?? '';
  const other = samples[stream.integer(samples.length)]?.[damaged];
  const outside = stream.integer(100) < (reader.sealedFirst ?? 0);
  const files: Record<string, Uint8Array> = {};
  for (const name of names) {
    const content = sample[name] ?? new Uint8Array(0);
    const inside = name === damaged && !outside ? damage(reader, name, content, stream, other) : content;
    const sealed = reader.seal === undefined ? inside : await reader.seal(name, inside);
    files[name] = name === damaged && outside ? mutateBytes(sealed, stream) : sealed;
  }
  return files;
}

function damage(
  reader: FuzzedReader,
  name: string,
  content: Uint8Array,
  stream: RandomStream,
  other?: Uint8Array,
): Uint8Array {
  if (stream.integer(100) < (reader.inPlace ?? 0)) return mutateInPlace(content, stream);
  return name.endsWith('.json') ? mutateJsonFile(content, stream) : mutateBytes(content, stream, other);
}
