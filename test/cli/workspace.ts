/** A folder with small models, data and a captured terminal: what the tests of the command line run on. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { randomStream } from '../../src/core/random.ts';
import type { NpyArray } from '../../src/data/npy.ts';
import { encodeNpz } from '../../src/data/npz.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { encodeModel } from '../../src/graph/onnx/write.ts';
import { float32, sizeOf } from '../../src/graph/tensor.ts';
import type { Graph } from '../../src/graph/types.ts';
import { writeModelCard } from '../../src/models/card/model-card-file.ts';
import type { ModelCard } from '../../src/models/card/model-card.ts';

/** The images of every test: [1, 8, 8], ten classes. */
export const SHAPE = [1, 8, 8] as const;
export const CLASSES = 10;
export const EXAMPLES = 48;

const repository = fileURLToPath(new URL('../../', import.meta.url));
export const fashionMnist = `idx:${join(repository, 'fixtures/fashion-mnist')}`;

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process. */
export async function run(argv: readonly string[], terminal: Partial<Terminal> = {}): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(argv, {
    out: (text) => out.push(`${text}\n`),
    err: (text) => err.push(text),
    flush: () => Promise.resolve(),
    color: false,
    interactive: false,
    signal: new AbortController().signal,
    ...terminal,
  });
  return { code, out: out.join(''), err: err.join('') };
}

export interface NetOptions {
  readonly seed: number;
  /** Added before the output. */
  readonly finish?: (builder: GraphBuilder, logits: string) => string;
  /** Put between the convolution and its activation. */
  readonly between?: (builder: GraphBuilder, features: string) => string;
  /** Applied to the input. */
  readonly begin?: (builder: GraphBuilder, image: string) => string;
}

/** Two convolutions and a linear layer, with drawn weights. */
export function smallNet({ seed, finish, between, begin }: NetOptions): Graph {
  const builder = new GraphBuilder('small');
  const drawn = (purpose: string, dims: readonly number[], scale: number): string => {
    const stream = randomStream(seed, purpose);
    const values = Float32Array.from({ length: sizeOf(dims) }, () => scale * stream.normal());
    return builder.constant(float32(dims, values), purpose);
  };
  const image = builder.input('image', 'float32', ['N', ...SHAPE]);
  const first = builder.conv(begin?.(builder, image) ?? image, drawn('conv1', [6, 1, 3, 3], 0.8), {
    pads: [1, 1, 1, 1],
  });
  const second = builder.conv(
    builder.relu(between?.(builder, first) ?? first),
    drawn('conv2', [8, 6, 3, 3], 0.3),
    { strides: [2, 2], pads: [1, 1, 1, 1] },
  );
  const features = builder.flatten(builder.relu(second));
  const logits = builder.gemm(features, drawn('weights', [128, CLASSES], 0.4), drawn('bias', [CLASSES], 0.1));
  builder.output(finish?.(builder, logits) ?? logits);
  return builder.build();
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes NAME.onnx. */
export async function writeNet(folder: string, name: string, graph: Graph): Promise<string> {
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, encodeModel(graph));
  return path;
}

export function cardOf(name: string, changes: Partial<ModelCard> = {}): ModelCard {
  return {
    kind: 'robust-bench-model-card',
    version: 1,
    name,
    weights: { file: `${name}.onnx` },
    input: { shape: [...SHAPE], bounds: [0, 1] },
    classCount: CLASSES,
    outputs: 'logits',
    data: { specification: 'npz:data.npz', split: 'test' },
    ...changes,
  };
}

/** Writes NAME.onnx and NAME.json. */
export async function writeCarded(
  folder: string,
  name: string,
  graph: Graph,
  changes: Partial<ModelCard> = {},
): Promise<string> {
  await writeNet(folder, name, graph);
  const path = join(folder, `${name}.json`);
  await writeModelCard(path, cardOf(name, changes));
  return path;
}

/** Bytes as images; the labels of four in five are what `teacher` sees in them. */
export async function drawData(teacher: Graph): Promise<{ x: NpyArray; y: NpyArray }> {
  const stream = randomStream(3, 'images');
  const size = sizeOf(SHAPE);
  const data = Uint8Array.from({ length: EXAMPLES * size }, () => stream.integer(256));
  const engine = await createOnnxRuntimeEngine({ threads: 1 });
  const compiled = await engine.compile(teacher);
  const inputs = Float32Array.from(data, (level) => level / 255);
  const outputs = await compiled.run({ image: float32([EXAMPLES, ...SHAPE], inputs) });
  await engine.dispose();
  const logits = Object.values(outputs)[0]!.data as Float32Array;
  const labels = Int32Array.from({ length: EXAMPLES }, (_, row) => {
    const scores = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    return row % 5 === 0 ? row % CLASSES : scores.indexOf(Math.max(...scores));
  });
  return {
    x: { dims: [EXAMPLES, ...SHAPE], dataType: 'uint8', data },
    y: { dims: [EXAMPLES], dataType: 'int32', data: labels },
  };
}

/** Everything there is in a folder, by path within it. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export interface Workspace {
  readonly folder: string;
  /** Cards of three models; a taught the labels. */
  readonly a: string;
  readonly b: string;
  readonly c: string;
  /** The specification of the data that the cards name. */
  readonly data: string;
  /** A path in an empty folder of its own. */
  fresh(name: string): Promise<string>;
}

/**
 * Makes the folder before the tests of a file and removes it after them.
 *
 * @param prepare puts more into it
 */
export function useWorkspace(prepare?: () => Promise<void>): Workspace {
  let folder = '';
  let made = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'robust-bench-cli-'));
    const nets = [1, 2, 3].map((seed) => smallNet({ seed }));
    for (const [index, name] of ['a', 'b', 'c'].entries()) await writeCarded(folder, name, nets[index]!);
    await writeFile(join(folder, 'data.npz'), await encodeNpz(await drawData(nets[0]!)));
    await prepare?.();
  });
  after(() => rm(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    get a() {
      return join(folder, 'a.json');
    },
    get b() {
      return join(folder, 'b.json');
    },
    get c() {
      return join(folder, 'c.json');
    },
    get data() {
      return `npz:${join(folder, 'data.npz')}`;
    },
    async fresh(name) {
      const own = join(folder, `fresh-${String(made++)}`);
      await mkdir(own);
      return join(own, name);
    },
  };
}
