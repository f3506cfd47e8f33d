/** Which of a file's inputs is the image and which of its outputs holds the scores. */
import { InputError } from '../core/errors.ts';
import type { FileValue } from '../graph/onnx/interface.ts';
import type { DataType, Dimension, OpenValue } from '../graph/types.ts';

/** Types that scores and images may have in a file; in the toolkit they are float32. */
const FLOATS: readonly DataType[] = ['float32', 'float64', 'float16', 'bfloat16'];
/** Types that hold levels of pixels. */
const INTEGERS: readonly DataType[] = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'uint32',
  'uint64',
];

export interface ImageInput {
  readonly name: string;
  readonly dataType: DataType;
  /** Whether it takes whole numbers, through which no gradient comes. */
  readonly whole: boolean;
  readonly dims: readonly Dimension[];
}

/**
 * The one input of a classifier.
 *
 * @param name names the model in messages
 * @throws InputError when there is none, or several, or its type is no number's
 */
export function imageInput(name: string, inputs: readonly OpenValue[]): ImageInput {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw new InputError(
      `${name}: it has ${String(inputs.length)} inputs${inputs.length === 0 ? '' : ` (${listed(inputs)})`}, expected the image alone; export the model with the others made constants`,
    );
  }
  const { dataType, dims } = input;
  if (dataType === undefined || dims === undefined) {
    throw new InputError(
      `${name}: its input ${input.name} has no tensor type or shape in the file: export the model with the shapes of its inputs`,
    );
  }
  const whole = INTEGERS.includes(dataType);
  if (!whole && !FLOATS.includes(dataType)) {
    throw new InputError(
      `${name}: its input ${input.name} is of type ${dataType}, expected numbers; export the model with a float32 input`,
    );
  }
  if (dims.length < 2) {
    throw new InputError(
      `${name}: its input ${input.name} is of shape [${dims.join(', ')}], expected the batch and the axes of an example`,
    );
  }
  return { name: input.name, dataType, whole, dims };
}

/**
 * The output that holds the scores: the one that is named; else the only one, or the only one among several that can
 * hold scores.
 *
 * @param name names the model in messages
 * @param wanted the name to take
 * @throws InputError that lists the outputs where they leave a choice, or the one named is not among them
 */
export function scoreOutput(
  name: string,
  outputs: readonly FileValue[],
  wanted: string | undefined,
): FileValue {
  if (wanted !== undefined) {
    const found = outputs.find((output) => output.name === wanted);
    if (found === undefined) {
      throw new InputError(`${name}: it has no output ${wanted}; name one of ${listed(outputs)}`);
    }
    return found;
  }
  const floating = outputs.filter(({ dataType, kind }) => {
    return kind === 'tensor' && (dataType === undefined || FLOATS.includes(dataType));
  });
  const rows = floating.filter(({ dims }) => dims?.length === 2);
  const chosen = floating.length === 1 ? floating : rows;
  const [output] = chosen;
  if (output !== undefined && chosen.length === 1) return output;
  if (floating.length === 0) {
    throw new InputError(
      `${name}: none of its outputs (${listed(outputs)}) is a tensor of floating-point scores: labels alone cannot be attacked; export the model with its logits`,
    );
  }
  throw new InputError(
    `${name}: it has ${String(outputs.length)} outputs (${listed(outputs)}), of which ${String(Math.max(rows.length, floating.length))} can hold the scores; name the one that does, such as --output ${(rows[0] ?? floating[0])?.name ?? ''}`,
  );
}

function listed(values: readonly OpenValue[]): string {
  const shown = values.slice(0, 8).map(({ name, dims }) => `${name} [${(dims ?? ['…']).join(', ')}]`);
  return [...shown, ...(values.length > 8 ? [`and ${String(values.length - 8)} more`] : [])].join(', ');
}
