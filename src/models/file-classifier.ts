/** A model file that the runtime runs by its own understanding: logits alone, one example at a time. */
import type { Bounds } from '../classifier/classifier.ts';
import { assertNoNaN, exampleCount } from '../classifier/wrap.ts';
import { InputError } from '../core/errors.ts';
import type { CompiledGraph, Engine, RunnableFile } from '../engine/engine.ts';
import { float32, sizeOf } from '../graph/tensor.ts';
import type { Graph, Tensor } from '../graph/types.ts';
import { framed } from './frame.ts';
import type { ModelClassifier } from './checked-classifier.ts';
import type { FileProgram, ModelDescription } from './open.ts';
import { requireBounds } from './options.ts';

type FileSource = Pick<ModelDescription, 'name' | 'inputShape' | 'classCount' | 'bounds'>;

/** The logarithm of a probability of 0 in float32. */
const LEAST_LOGARITHM = Math.log(2 ** -149);

/**
 * Opens a file in the engine's own reader. Each run has copies of one example, so that its outcome is its own.
 *
 * @throws InputError when nothing says the model's bounds, or the engine cannot run the file either
 */
export async function createFileClassifier(
  source: FileSource,
  program: FileProgram,
  engine: Engine,
): Promise<ModelClassifier> {
  const bounds = requireBounds(source.name, source.bounds);
  if (engine.openFile === undefined) {
    throw new InputError(
      `${source.name}: ${program.obstacle}; only --engine onnxruntime may run the file as it is, as a black box`,
    );
  }
  const file = await engine.openFile(program.path).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${source.name}: ${program.obstacle}; as a black box: ${error.message}`);
  });
  const graph = conversionGraph(source.name, program);
  const conversion = await engine.compile(graph);
  const image = graph.inputs[0]?.name ?? '';
  return fileClassifier(source, bounds, program, { file, conversion, image });
}

interface Running {
  readonly file: RunnableFile;
  readonly conversion: CompiledGraph;
  /** The input of the conversion. */
  readonly image: string;
}

function fileClassifier(
  { name, inputShape, classCount }: FileSource,
  bounds: Bounds,
  program: FileProgram,
  { file, conversion, image: imageName }: Running,
): ModelClassifier {
  const elements = sizeOf(inputShape);
  return {
    name,
    inputShape,
    classCount,
    bounds,
    check: undefined,
    notes: [],
    async logits(inputs) {
      const count = exampleCount(name, inputs, elements);
      const logits = new Float32Array(count * classCount);
      for (let example = 0; example < count; example++) {
        const image = inputs.subarray(example * elements, (example + 1) * elements);
        const copies = float32([program.batch, ...inputShape], copiesOf(image, program.batch));
        const outputs = await file.run(await conversion.run({ [imageName]: copies }), [program.output]);
        logits.set(scoresOf(name, outputs[program.output], program, classCount), example * classCount);
      }
      assertNoNaN(name, 'logits', logits);
      return logits;
    },
    losses: new Set(),
    gradient() {
      return Promise.reject(
        new InputError(
          `${name}: ${program.obstacle}, so this model has no white-box gradient; attack it in the black box, with examples made on another model (--source MODEL)`,
        ),
      );
    },
    async dispose() {
      await conversion.dispose();
      await file.dispose();
    },
  };
}

/** Brings images to what the file takes by the same graph that is put before files which are understood. */
function conversionGraph(name: string, { frame, batch }: FileProgram): Graph {
  const { input, image } = frame;
  const taken = { name: input.name, dataType: input.dataType, dims: [batch, ...image.fileShape] };
  const empty = { name, inputs: [taken], outputs: [taken], initializers: new Map(), nodes: [] };
  return { ...framed(name, empty, frame, batch), outputs: [taken] };
}

/** Copies of an image, as many as the file's batch holds. */
function copiesOf(image: Float32Array, count: number): Float32Array {
  const copies = new Float32Array(count * image.length);
  for (let copy = 0; copy < count; copy++) copies.set(image, copy * image.length);
  return copies;
}

function scoresOf(
  name: string,
  output: Tensor | undefined,
  { batch, declared, output: named }: FileProgram,
  classCount: number,
): Float32Array {
  const scores =
    output === undefined || output.dataType === 'string'
      ? []
      : Array.from(output.data as ArrayLike<number>, Number);
  const row = scores.slice(0, scores.length / batch);
  if (output?.dataType === 'float16') {
    throw new InputError(
      `${name}: its output ${named} is float16, which is read only from files that are understood`,
    );
  }
  const isBinary = row.length === 1 && classCount === 2;
  if (!isBinary && row.length !== classCount) {
    throw new InputError(
      `${name}: its output ${named} gives ${String(row.length)} scores for an example, expected ${String(classCount)}`,
    );
  }
  if (declared !== 'probabilities') return Float32Array.from(isBinary ? [0, ...row] : row);
  const probabilities = isBinary ? [1 - (row[0] ?? NaN), ...row] : row;
  return Float32Array.from(probabilities, (probability) => Math.max(Math.log(probability), LEAST_LOGARITHM));
}
