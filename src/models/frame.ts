/**
 * Puts around a graph from a file what a classifier takes: a float32 image, channels first, in the units of the data.
 * Normalisation, the order of the axes and the file's own type of numbers come behind it, as nodes before the file's.
 */
import { InputError } from '../core/errors.ts';
import { int, ints } from '../graph/attributes.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { dataTypeCodes } from '../graph/data-types.ts';
import { float32 } from '../graph/tensor.ts';
import type { Dimension, OpenGraph, SourceGraph } from '../graph/types.ts';
import type { ImageInput } from './choose.ts';
import type { ImageShape } from './image-shape.ts';
import type { ImageNormalization } from './options.ts';

export interface Frame {
  readonly input: ImageInput;
  readonly image: ImageShape;
  readonly normalization: ImageNormalization | undefined;
  /**
   * How an input of whole numbers is fed: `rounded`, as the file takes it, or as the `float` value behind it, through
   * which a gradient comes.
   */
  readonly whole: 'rounded' | 'float';
}

/**
 * The graph from the image to what the file's graph gives.
 *
 * @param name names the model in messages
 * @param batch the size of the batch, or its name
 * @throws InputError when the normalisation does not fit the image
 */
export function framed(name: string, graph: SourceGraph, frame: Frame, batch: Dimension): SourceGraph {
  const { input, image, normalization } = frame;
  const builder = new GraphBuilder(graph.name === '' ? name : graph.name);
  const named = namesBeside(graph);
  const add = (operator: string, inputs: readonly string[], hint: string, attributes = {}): string =>
    builder.node(operator, inputs, attributes, {
      name: named(`${hint} of the image`),
      outputs: [named(hint)],
    })[0] ?? '';
  let value = builder.input(named('image'), 'float32', [batch, ...image.shape]);
  if (normalization !== undefined) value = normalized(name, builder, value, normalization, { named, add });
  if (image.layout === 'channels-last' && image.shape.length === 3) {
    value = add('Transpose', [value], 'last', { perm: ints([0, 2, 3, 1]) });
  }
  if (image.fileShape.length !== image.shape.length) {
    const target = builder.constant(
      {
        dataType: 'int64',
        dims: [image.fileShape.length + 1],
        data: BigInt64Array.from([-1, ...image.fileShape], BigInt),
      },
      named('file_shape'),
    );
    value = add('Reshape', [value, target], 'reshaped');
  }
  const asFloat = input.whole && frame.whole === 'float';
  if (input.dataType !== 'float32' && !asFloat) {
    if (input.whole) {
      if (normalization !== undefined) {
        throw new InputError(
          `${name}: its input ${input.name} takes whole numbers (${input.dataType}), which cannot be normalised; leave --mean and --std out`,
        );
      }
      value = add('Round', [value], 'rounded');
    }
    // The graph may hold the input otherwise than the file: float16 is read as float32.
    const held = graph.inputs.find(({ name: each }) => each === input.name)?.dataType ?? input.dataType;
    value = add('Cast', [value], 'cast', { to: int(dataTypeCodes[held]) });
  }
  builder.node('Identity', [value], {}, { name: named('image as the file takes it'), outputs: [input.name] });
  const before = builder.build();
  return {
    name: before.name,
    inputs: before.inputs,
    outputs: graph.outputs,
    initializers: new Map([...before.initializers, ...graph.initializers]),
    nodes: [...before.nodes, ...graph.nodes],
  };
}

/** Names of added values and nodes: none that the file's graph uses, here or in the graphs within it. */
function namesBeside(graph: SourceGraph): (hint: string) => string {
  const taken = new Set<string>();
  collectNames(graph, taken);
  return (hint) => {
    let name = hint;
    while (taken.has(name)) name = `${name}_`;
    taken.add(name);
    return name;
  };
}

function collectNames(graph: SourceGraph | OpenGraph, taken: Set<string>): void {
  for (const { name } of graph.inputs) taken.add(name);
  for (const name of graph.initializers.keys()) taken.add(name);
  for (const node of graph.nodes) {
    for (const name of [node.name, ...node.outputs]) taken.add(name);
    for (const attribute of Object.values(node.attributes)) {
      if (attribute.kind === 'graph') collectNames(attribute.value, taken);
    }
  }
}

interface Adding {
  readonly named: (hint: string) => string;
  readonly add: (operator: string, inputs: readonly string[], hint: string) => string;
}

function normalized(
  name: string,
  builder: GraphBuilder,
  image: string,
  { mean, std }: ImageNormalization,
  { named, add }: Adding,
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
  const centred = add('Sub', [image, constant(mean, 'mean')], 'centred');
  return add('Div', [centred, constant(std, 'std')], 'normalized');
}
