/** Keeps the adversarial examples of a run and writes them as .npz files and PNG grids. */
import { join } from 'node:path';
import {
  type AdversarialExamples,
  encodeNpz,
  encodePngGrid,
  scaleToBounds,
  writeFileAtomically,
} from '../index.ts';

export interface ExampleStore {
  readonly add: (examples: AdversarialExamples) => void;
  /** Writes `METHOD-SOURCE.npz` and `.png` for each attack and source. */
  write(): Promise<void>;
}

/** The range of 8-bit pixels. */
const LEVELS = { lower: 0, upper: 255 };

/** The first this many are drawn. */
const DRAWN = 64;

/** @returns undefined where no folder was asked for */
export function createExampleStore(folder: string | undefined): ExampleStore | undefined {
  if (folder === undefined) return undefined;
  const kept = new Map<string, AdversarialExamples[]>();
  return {
    add(examples) {
      const name = `${examples.run.attack.id}-${examples.source}`;
      kept.set(name, [...(kept.get(name) ?? []), examples]);
    },
    async write() {
      const taken = new Set<string>();
      for (const [name, parts] of kept) {
        const file = join(folder, fileNameOf(name, taken));
        await writeFileAtomically(`${file}.npz`, await npzOf(parts));
        const grid = await gridOf(parts);
        if (grid !== undefined) await writeFileAtomically(`${file}.png`, grid);
      }
    },
  };
}

/** A name that any file system takes, numbered where another became the same. */
function fileNameOf(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^\w.-]+/g, '_');
  let free = plain;
  for (let number = 2; taken.has(free); number++) free = `${plain}-${String(number)}`;
  taken.add(free);
  return free;
}

/** `x` the examples in the source's units, `y` their labels, `index` their places in the data, `clean` the originals. */
async function npzOf(parts: readonly AdversarialExamples[]): Promise<Uint8Array> {
  const shape = parts[0]?.shape ?? [];
  const count = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const images = (
    field: 'adversarial' | 'clean',
  ): { dims: number[]; dataType: 'float32'; data: Float32Array } => ({
    dims: [count, ...shape],
    dataType: 'float32',
    data: joined(
      parts.map((part) => part[field]),
      (length) => new Float32Array(length),
    ),
  });
  const integers = (
    field: 'labels' | 'indices',
  ): { dims: number[]; dataType: 'int32'; data: Int32Array } => ({
    dims: [count],
    dataType: 'int32',
    data: joined(
      parts.map((part) => part[field]),
      (length) => new Int32Array(length),
    ),
  });
  return encodeNpz({
    x: images('adversarial'),
    y: integers('labels'),
    index: integers('indices'),
    clean: images('clean'),
  });
}

/** Pairs of an original and its adversarial example in 8-bit pixels; undefined for inputs that are no pictures. */
async function gridOf(parts: readonly AdversarialExamples[]): Promise<Uint8Array | undefined> {
  const [first] = parts;
  const [channels] = first?.shape ?? [];
  if (first?.shape.length !== 3 || (channels !== 1 && channels !== 3)) return undefined;
  const size = first.shape.reduce((product, dim) => product * dim, 1);
  const pairs: Float32Array[] = [];
  for (const { clean, levels, labels, bounds } of parts) {
    for (let example = 0; example < labels.length && pairs.length < DRAWN; example++) {
      const at = [example * size, (example + 1) * size] as const;
      pairs.push(clean.subarray(...at), scaleToBounds(levels.subarray(...at), LEVELS, bounds));
    }
  }
  const images = joined(pairs, (length) => new Float32Array(length));
  return encodePngGrid(images, first.shape, first.bounds, { columns: 8 });
}

function joined<T extends Float32Array | Int32Array>(parts: readonly T[], create: (length: number) => T): T {
  const whole = create(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
