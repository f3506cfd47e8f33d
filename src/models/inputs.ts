/**
 * Puts what a classifier takes and gives around a graph from a file: one float32 image input, channels first, a
 * symbolic batch where possible, normalisation inside the graph; one output of scores, [N, K].
 */
import { InputError } from '../core/errors.ts';
import { int } from '../graph/attributes.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { dataTypeCodes } from '../graph/data-types.ts';
import { float32 } from '../graph/tensor.ts';
import { BATCH } from '../graph/types.ts';
import type { Dimension, Graph, Value } from '../graph/types.ts';
import { replay } from './batch.ts';
import { classCountOf } from './logits.ts';
import type { ImageNormalization, Layout, ModelSettings } from './options.ts';

export interface ClassifierGraph {
  /** One input, [N, ...inputShape] float32, and one output of scores, [N, K] float32. */
  readonly graph: Graph;
  readonly inputShape: readonly number[];
  /** The batch size that the graph insists on; absent where any goes. */
  readonly fixedBatch?: number;
}

/** Types that scores and images may have in a file; in the toolkit they are float32. */
const floating: readonly string[] = ['float32', 'float64', 'float16'];

/**
 * Makes a graph from a file a classifier's graph.
 *
 * @param name names the model in messages
 * @throws InputError when the image input or the output cannot be told, or a size is open or contradicts the settings
 */
export function classifierGraph(name: string, graph: Graph, settings: ModelSettings): ClassifierGraph {
  const input = imageInput(name, graph);
  const output = scoreOutput(name, graph);
  const layout = layoutOf(name, input, settings);
  const inputShape = shapeOf(name, input, layout, settings.inputShape);
  const [batch = BATCH] = input.dims;
  const fixedBatch = typeof batch === 'number' ? batch : undefined;
  const frame = { input, output, layout, inputShape, normalization: settings.normalization };
  if (fixedBatch === undefined) return { graph: framed(name, graph, frame, BATCH, undefined), inputShape };
  try {
    return { graph: framed(name, graph, frame, BATCH, fixedBatch), inputShape };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // What cannot be opened up may still run as it was exported; if it cannot, this throws what is wrong.
    return { graph: framed(name, graph, frame, fixedBatch, undefined), inputShape, fixedBatch };
  }
}

interface Frame {
  readonly input: Value;
  readonly output: Value;
  readonly layout: Layout;
  readonly inputShape: readonly number[];
  readonly normalization: ImageNormalization | undefined;
}

function framed(
  name: string,
  graph: Graph,
  frame: Frame,
  batch: Dimension,
  fixedBatch: number | undefined,
): Graph {
  const { input, output, layout, inputShape, normalization } = frame;
  const builder = new GraphBuilder(graph.name === '' ? name : graph.name);
  const named = namesBeside(graph);
  const image = builder.input(named('image'), 'float32', [batch, ...inputShape]);
  let value = image;
  if (normalization !== undefined) value = normalize(name, builder, value, normalization, named);
  if (layout === 'channels-last' && inputShape.length === 3) {
    value = builder.apply(
      'Transpose',
      [value],
      { perm: { kind: 'ints', value: [0, 2, 3, 1] } },
      named('last'),
    );
  }
  if (input.dataType !== 'float32') {
    const to = int(dataTypeCodes[input.dataType]);
    value = builder.apply('Cast', [value], { to }, named('cast'));
  }
  replay(builder, graph, { renamed: new Map([[input.name, value]]), fixedBatch, named });
  builder.output(scores(name, builder, output.name === input.name ? value : output.name));
  return builder.build();
}

/** Names of added values: none that the graph's own nodes and constants use, which are added after them. */
function namesBeside(graph: Graph): (hint: string) => string {
  const taken = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap((node) => node.outputs)]);
  return (hint) => {
    let name = hint;
    while (taken.has(name)) name = `${name}_`;
    taken.add(name);
    return name;
  };
}

function normalize(
  name: string,
  builder: GraphBuilder,
  image: string,
  { mean, std }: ImageNormalization,
  named: (hint: string) => string,
): string {
  const [, channels = 1, ...spatial] = builder.dims(image);
  const constant = (numbers: readonly number[], what: string): string => {
    if (numbers.length !== 1 && numbers.length !== channels) {
      throw new InputError(
        `${name}: its normalisation has ${String(numbers.length)} numbers for ${what}, expected 1 or ${String(channels)}, one per channel`,
      );
    }
    return builder.constant(float32([1, numbers.length, ...spatial.map(() => 1)], numbers), named(what));
  };
  const centred = builder.apply('Sub', [image, constant(mean, 'mean')], {}, named('centred'));
  return builder.apply('Div', [centred, constant(std, 'std')], {}, named('normalized'));
}

/** The scores as float32 [N, K]. */
function scores(name: string, builder: GraphBuilder, output: string): string {
  const { dims, dataType } = builder.type(output);
  if (classCountOf(dims) === undefined) {
    throw new InputError(
      `${name}: its output ${output} is of shape [${dims.join(', ')}], expected [${BATCH}, number of classes] with two classes or more`,
    );
  }
  const flat = dims.length === 2 ? output : builder.flatten(output);
  return dataType === 'float32' ? flat : builder.cast(flat, 'float32');
}

function imageInput(name: string, graph: Graph): Value {
  const inputs = graph.inputs.filter((input) => !graph.initializers.has(input.name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    const listed = inputs.map((one) => `${one.name} [${one.dims.join(', ')}]`).join(', ');
    throw new InputError(
      `${name}: it has ${String(inputs.length)} inputs${listed === '' ? '' : ` (${listed})`}, expected the image alone; export the model with the others made constants`,
    );
  }
  if (!floating.includes(input.dataType)) {
    throw new InputError(
      `${name}: its input ${input.name} is of type ${input.dataType}, which has no gradient; export the model with a float32 input`,
    );
  }
  if (input.dims.length < 2) {
    throw new InputError(
      `${name}: its input ${input.name} is of shape [${input.dims.join(', ')}], expected the batch and the axes of an example`,
    );
  }
  return input;
}

/** The only output, or the only one among several that can hold scores. */
function scoreOutput(name: string, graph: Graph): Value {
  const candidates = graph.outputs.filter(
    ({ dataType, dims }) => floating.includes(dataType) && dims.length === 2,
  );
  const chosen = graph.outputs.length === 1 ? graph.outputs : candidates;
  const [output] = chosen;
  if (output === undefined || chosen.length > 1) {
    const listed = graph.outputs.map((one) => `${one.name} [${one.dims.join(', ')}]`).join(', ');
    throw new InputError(
      `${name}: it has ${String(graph.outputs.length)} outputs (${listed}), of which ${String(chosen.length)} can hold the scores; export the model with its logits alone`,
    );
  }
  if (!floating.includes(output.dataType)) {
    throw new InputError(
      `${name}: its output ${output.name} is of type ${output.dataType}: labels, not scores; export the model with its logits`,
    );
  }
  return output;
}

/** How many channels images have: grey, colour, colour and opacity. */
const usualChannels: readonly Dimension[] = [1, 3, 4];

function layoutOf(name: string, input: Value, settings: ModelSettings): Layout {
  if (settings.layout !== undefined) return settings.layout;
  const [, first = '', , last = ''] = input.dims;
  if (input.dims.length === 4 && usualChannels.includes(last) && typeof first === 'number' && first > 4) {
    throw new InputError(
      `${name}: its input ${input.name} of shape [${input.dims.join(', ')}] looks channels last; write --model-layout channels-last, or --model-layout channels-first if it is not`,
    );
  }
  return 'channels-first';
}

function shapeOf(
  name: string,
  input: Value,
  layout: Layout,
  given: readonly number[] | undefined,
): readonly number[] {
  const dims = input.dims.slice(1);
  const declared =
    layout === 'channels-last' && dims.length === 3 ? [...dims.slice(2), ...dims.slice(0, 2)] : dims;
  const contradicts = declared.some((dim, axis) => typeof dim === 'number' && dim !== given?.[axis]);
  if (given !== undefined && (given.length !== declared.length || contradicts)) {
    throw new InputError(
      `${name}: its input ${input.name} is of shape [${declared.join(', ')}] (channels first), which ${given.join(',')} does not fit; correct --input-shape or the model card`,
    );
  }
  const shape = declared.map((dim, axis) => (typeof dim === 'number' ? dim : given?.[axis]));
  const known = shape.filter((size) => size !== undefined);
  if (known.length !== shape.length) {
    throw new InputError(
      `${name}: its input ${input.name} leaves sizes open, [${declared.join(', ')}]; write the ones to use, channels first: --input-shape 3,224,224`,
    );
  }
  return known;
}
