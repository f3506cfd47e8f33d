/** A model file that the runtime runs by its own understanding: logits alone, one example at a time. */
import type { Bounds } from '../classifier/classifier.ts';
import { assertNoNaN, exampleCount } from '../classifier/wrap.ts';
import { InputError } from '../core/errors.ts';
import type { Engine, RunnableFile } from '../engine/engine.ts';
import { elementArrays, type NumericType } from '../graph/data-types.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { DataOf, Tensor } from '../graph/types.ts';
import type { ModelClassifier } from './graph-classifier.ts';
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
  return fileClassifier(source, bounds, program, file);
}

function fileClassifier(
  { name, inputShape, classCount }: FileSource,
  bounds: Bounds,
  program: FileProgram,
  file: RunnableFile,
): ModelClassifier {
  const elements = sizeOf(inputShape);
  const convert = imageConverter(program, elements);
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
        const image = convert(inputs.subarray(example * elements, (example + 1) * elements));
        const outputs = await file.run({ [program.frame.input.name]: image }, [program.output]);
        logits.set(scoresOf(name, outputs[program.output], program, classCount), example * classCount);
      }
      assertNoNaN(name, 'logits', logits);
      return logits;
    },
    lossGradient() {
      return Promise.reject(
        new InputError(
          `${name}: ${program.obstacle}, so this model has no white-box gradient; attack it in the black box, with examples made on another model (--source MODEL)`,
        ),
      );
    },
    dispose: () => file.dispose(),
  };
}

/** Normalises an image, puts its axes in the file's order and its numbers in the file's type, once an example. */
function imageConverter({ frame, batch }: FileProgram, elements: number): (image: Float32Array) => Tensor {
  const { image, input, normalization } = frame;
  const [channels = 1, ...spatial] = image.shape;
  const area = sizeOf(spatial);
  const isLast = image.layout === 'channels-last' && image.shape.length === 3;
  const dataType = input.dataType as NumericType;
  const of = (numbers: readonly number[], channel: number): number =>
    numbers[numbers.length === 1 ? 0 : channel] ?? NaN;
  return (pixels) => {
    const data = new elementArrays[dataType](batch * elements) as DataOf[NumericType] & {
      [index: number]: unknown;
    };
    for (let place = 0; place < elements; place++) {
      const channel = Math.floor(place / area);
      const pixel = pixels[place] ?? NaN;
      const value =
        normalization === undefined
          ? pixel
          : Math.fround(
              Math.fround(pixel - Math.fround(of(normalization.mean, channel))) /
                Math.fround(of(normalization.std, channel)),
            );
      const to = isLast ? (place - channel * area) * channels + channel : place;
      const number = input.whole ? Math.round(value) : value;
      for (let copy = 0; copy < batch; copy++) {
        data[copy * elements + to] = dataType === 'int64' || dataType === 'uint64' ? BigInt(number) : number;
      }
    }
    return { dataType, dims: [batch, ...image.fileShape], data };
  };
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
