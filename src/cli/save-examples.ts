/** Writes the adversarial examples of a run as they are made: .npz files, and PNG grids of the first. */
import { join } from 'node:path';
import {
  type AdversarialExamples,
  attackId,
  type AttackRun,
  createNpzStream,
  encodePngGrid,
  levelsOf,
  type NpzStream,
  scaleToBounds,
  writeFileAtomically,
} from '../index.ts';

export interface ExampleStore {
  /**
   * Writes examples of an attack and source behind those before. A disk that fails ends the writing, not the run: the
   * failure is told by `write`, when the result is safe.
   */
  readonly add: (examples: AdversarialExamples) => Promise<void>;
  /**
   * Gives `METHOD-SOURCE.npz` and `.png` of each attack and source their names.
   *
   * @param count how many examples the result has: what was made of others is left out
   * @throws InputError when something could not be written; what is not whole is removed
   */
  write(count: number): Promise<void>;
  /** Removes what was not given its name. */
  abandon(): Promise<void>;
}

export interface ExampleStoreOptions {
  /** Those of the run: a method that runs more than once has its settings in the names of its files. */
  readonly attacks: readonly AttackRun[];
  /** How many examples there will be. */
  readonly planned: number;
}

/** What is written of one attack on one source. */
interface Saved {
  readonly path: string;
  readonly stream: NpzStream;
  readonly pictures: Pictures | undefined;
}

/** The range of 8-bit pixels. */
const LEVELS = { lower: 0, upper: 255 };

/** So many pairs are drawn. */
const DRAWN = 32;

/** @returns undefined where no folder was asked for */
export function createExampleStore(
  folder: string | undefined,
  { attacks, planned }: ExampleStoreOptions,
): ExampleStore | undefined {
  if (folder === undefined) return undefined;
  const saved = new Map<string, Saved>();
  const taken = new Set<string>();
  let failure: { readonly error: unknown } | undefined;
  const abandon = async (): Promise<void> => {
    for (const { stream } of saved.values()) await stream.abandon();
    saved.clear();
  };
  /** Where one file fails, the others are of no use. */
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (failure !== undefined) return;
    try {
      await work();
    } catch (error) {
      failure = { error };
      await abandon();
    }
  };
  const savedOf = async (examples: AdversarialExamples): Promise<Saved> => {
    const key = JSON.stringify([attackId(examples.run.attack, examples.run.settings), examples.source]);
    const known = saved.get(key);
    if (known !== undefined) return known;
    const path = join(folder, fileNameOf(nameOf(examples, attacks), taken));
    const stream = await createNpzStream(`${path}.npz`, columnsOf(examples.shape), planned);
    const created = { path, stream, pictures: createPictures(examples) };
    saved.set(key, created);
    return created;
  };
  return {
    add: (examples) =>
      attempt(async () => {
        const { stream, pictures } = await savedOf(examples);
        const { adversarial, labels, indices, clean } = examples;
        await stream.append({ x: adversarial, y: labels, index: indices, clean });
        pictures?.add(examples);
      }),
    async write(count) {
      await attempt(async () => {
        for (const { path, stream, pictures } of saved.values()) {
          await stream.finish(Math.min(count, stream.rows));
          const grid = await pictures?.grid(count);
          if (grid !== undefined) await writeFileAtomically(`${path}.png`, grid);
        }
      });
      if (failure !== undefined) throw failure.error;
    },
    abandon,
  };
}

/** `x` the examples in the source's units, `y` their labels, `index` their places in the data, `clean` the originals. */
function columnsOf(shape: readonly number[]): Parameters<typeof createNpzStream>[1] {
  return [
    { name: 'x', dataType: 'float32', shape },
    { name: 'y', dataType: 'int32', shape: [] },
    { name: 'index', dataType: 'int32', shape: [] },
    { name: 'clean', dataType: 'float32', shape },
  ];
}

function nameOf({ run, source }: AdversarialExamples, attacks: readonly AttackRun[]): string {
  const isOnly = attacks.filter(({ attack }) => attack.id === run.attack.id).length === 1;
  return `${isOnly ? run.attack.id : attackId(run.attack, run.settings)}-${source}`;
}

/** File systems take names of 255 bytes, endings included. */
const LONGEST_NAME = 180;

/** A name that any file system takes, numbered where another became the same. */
function fileNameOf(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^\w.-]+/g, '_').slice(0, LONGEST_NAME);
  let free = plain;
  for (let number = 2; taken.has(free); number++) free = `${plain}-${String(number)}`;
  taken.add(free);
  return free;
}

interface Pictures {
  add(examples: AdversarialExamples): void;
  /** The bytes of a PNG file; undefined where there is no picture. */
  grid(count: number): Promise<Uint8Array | undefined>;
}

/** Pairs of an original and its adversarial example, held in 8-bit pixels; undefined for inputs that are no pictures. */
function createPictures({ shape, bounds }: AdversarialExamples): Pictures | undefined {
  const [channels] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) return undefined;
  const size = shape.reduce((product, dim) => product * dim, 1);
  const pairs: Uint8Array[] = [];
  return {
    add({ clean, levels, labels }) {
      for (let example = 0; example < labels.length && pairs.length < DRAWN; example++) {
        const at = [example * size, (example + 1) * size] as const;
        const pair = new Uint8Array(2 * size);
        pair.set(levelsOf(clean.subarray(...at), bounds));
        pair.set(levels.subarray(...at), size);
        pairs.push(pair);
      }
    },
    async grid(count) {
      const drawn = Buffer.concat(pairs.slice(0, count));
      if (drawn.length === 0) return undefined;
      return encodePngGrid(scaleToBounds(drawn, LEVELS, bounds), shape, bounds, { columns: 8 });
    },
  };
}
