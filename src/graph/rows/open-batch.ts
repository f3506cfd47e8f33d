/**
 * Opens the batch of a graph whose sizes are all fixed, as exporters write them by default: the examples are followed
 * through it, and where the size of the batch is baked into a node (the target of a Reshape, a class token that
 * stands beside one example) it is written anew for any number of them. Only what provably keeps the examples apart
 * is opened, and every other size stays what it was.
 */
import { InputError } from '../../core/errors.ts';
import { int, ints } from '../attributes.ts';
import { GraphBuilder } from '../builder.ts';
import { divideExactly, multiply } from '../shapes/dimensions.ts';
import { float32, int64s, numbersOf } from '../tensor.ts';
import { BATCH, type Attributes, type Dimension, type Graph, type Node } from '../types.ts';
import { ELEMENTWISE, LENGTHS, STATES } from './operands.ts';
import { partOfOne, placeAfter, type Placement, type Places } from './places.ts';
import { axisOf, rowsAt } from './rows.ts';
import { RowTracker } from './track.ts';

/**
 * The same graph for any number of examples.
 *
 * @param graph one input [b, …], b a number, and outputs [b, …]; no size is open
 * @throws InputError, a MixingError among them, saying at which node the batch cannot be opened
 */
export function openBatch(graph: Graph): Graph {
  try {
    return new Opening(graph, 'stacked').run();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    try {
      return new Opening(graph, 'in front').run();
    } catch (other) {
      // The first way is the usual one, and what it says is the better guess at what is wrong.
      throw other instanceof InputError ? error : other;
    }
  }
}

class Opening {
  readonly #graph: Graph;
  readonly #placement: Placement;
  /** The graph as it was, for its sizes. */
  readonly #fixed: GraphBuilder;
  readonly #builder: GraphBuilder;
  readonly #tracker: RowTracker;
  readonly #image: string;
  /** The size that the batch is fixed to. */
  readonly #size: number;
  readonly #taken: Set<string>;
  #count: string | undefined;

  constructor(graph: Graph, placement: Placement) {
    const [image, ...others] = graph.inputs;
    const [size] = image?.dims ?? [];
    if (image === undefined || others.length > 0 || typeof size !== 'number') {
      throw new InputError(`the graph ${graph.name} does not take one input of a fixed batch`);
    }
    this.#graph = graph;
    this.#placement = placement;
    this.#fixed = GraphBuilder.from(graph);
    this.#builder = new GraphBuilder(graph.name);
    this.#tracker = new RowTracker(this.#builder);
    this.#size = size;
    this.#image = this.#builder.input(image.name, image.dataType, [BATCH, ...image.dims.slice(1)]);
    this.#tracker.declare(this.#image, rowsAt(0));
    this.#taken = new Set(graph.nodes.flatMap((node) => [node.name, ...node.outputs]));
    for (const [name, value] of graph.initializers) this.#builder.constant(value, name);
  }

  run(): Graph {
    for (const node of this.#graph.nodes) {
      this.#add(this.#opened(node));
      for (const output of node.outputs) if (output !== '') this.#assertGrownByBatch(node, output);
    }
    for (const { name } of this.#graph.outputs) {
      if (!this.#tracker.hasRows(name)) {
        throw new InputError(`the examples are not the rows of the output ${name}`);
      }
      this.#builder.output(name);
    }
    return this.#builder.build();
  }

  #add(node: Node): void {
    const { operator, inputs, attributes, name, outputs } = node;
    this.#builder.node(operator, inputs, attributes, { name, outputs });
    this.#tracker.follow(node);
  }

  /** Adds a node of one output of its own. */
  #extra(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#fresh(operator.toLowerCase());
    this.#add({ operator, name: this.#fresh(operator), inputs, outputs: [output], attributes });
    return output;
  }

  #fresh(hint: string): string {
    for (;;) {
      const name = this.#builder.fresh(hint);
      if (!this.#taken.has(name)) return name;
    }
  }

  #constant(values: readonly number[]): string {
    return this.#builder.constant(int64s(values), this.#fresh('sizes'));
  }

  /** Every size is what it was, but that of the examples' axis, which has the batch in its place. */
  #assertGrownByBatch(node: Node, output: string): void {
    const before = this.#fixed.dims(output);
    const own = axisOf(this.#tracker.of(output));
    const expected = before.map((size, axis) =>
      axis === own ? multiply(divideExactly(size, this.#size) ?? size, BATCH) : size,
    );
    const after = this.#builder.dims(output);
    if (after.length !== expected.length || after.some((size, axis) => size !== expected[axis])) {
      throw new InputError(
        `node ${node.name} (${node.operator}) has the size of the batch baked into it: [${after.join(', ').slice(0, 80)}]`,
      );
    }
  }

  #opened(node: Node): Node {
    const rows = this.#tracker.of(node.inputs[0] ?? '');
    const own = axisOf(rows);
    switch (node.operator) {
      case 'Reshape':
      case 'Flatten':
      case 'Squeeze':
        return own === undefined ? node : this.#reshaped(node);
      case 'Unsqueeze':
        // An axis of the examples' own stays one; where they were merged with others, a size of 1 may be theirs again.
        return own === undefined || this.#builder.dims(node.inputs[0] ?? '')[own] === BATCH
          ? node
          : this.#reshaped(node);
      case 'Expand':
        return own === undefined ? node : this.#expanded(node, own);
      case 'Gather':
        return own === undefined ? node : this.#picked(node);
      case 'Resize':
        return own === undefined ? node : this.#resized(node);
      case 'Concat':
        return this.#repeatedBeside(node, true);
      case 'LSTM':
      case 'GRU':
      case 'RNN':
        return own === undefined ? node : this.#withStates(node, own);
      default:
        return ELEMENTWISE.has(node.operator) ? this.#repeatedBeside(node, false) : node;
    }
  }

  /** A reshape to the shape it had, with the examples where they go. */
  #reshaped(node: Node): Node {
    const [x = '', output = ''] = [node.inputs[0], node.outputs[0]];
    const dims = this.#builder.dims(x);
    const after = fixedSizes(this.#fixed.dims(output));
    const at =
      after && placeAfter(this.#placesIn(x), dims, after, { count: this.#size, placement: this.#placement });
    if (at === undefined || after === undefined) {
      throw new InputError(
        `node ${node.name} (${node.operator}) leaves no place for the examples of a batch`,
      );
    }
    const target = after.map((size, index) => (index === at ? -1 : size));
    if (target.includes(0)) throw new InputError(`node ${node.name} (${node.operator}) makes an empty value`);
    return { ...node, operator: 'Reshape', inputs: [x, this.#constant(target)], attributes: {} };
  }

  /** Elements picked out of one example's, written as a list: the same of every example's. This is how strides look. */
  #picked(node: Node): Node {
    const [x = '', places = ''] = node.inputs;
    const { outer } = this.#placesIn(x);
    const dims = fixedSizes(this.#fixed.dims(x));
    const held = this.#builder.constantOf(places);
    if (this.#size !== 1 || outer !== 1 || dims?.length !== 1 || held?.dims[0] !== 1) return node;
    const lists = this.#extra('Reshape', [x, this.#constant([-1, ...dims])]);
    const same = this.#builder.constant({ ...held, dims: held.dims.slice(1) }, this.#fresh('places'));
    return { ...node, inputs: [lists, same], attributes: { axis: int(1) } };
  }

  /** The examples' axis is kept by a target of 1. */
  #expanded(node: Node, axis: number): Node {
    const [x = '', shape = ''] = node.inputs;
    const held = this.#builder.constantOf(shape);
    if (held === undefined) return node;
    const target = numbersOf(held);
    const at = target.length - this.#builder.dims(x).length + axis;
    if (at < 0 || target[at] === 1) return node;
    return { ...node, inputs: [x, this.#constant(target.map((size, index) => (index === at ? 1 : size)))] };
  }

  /** Scales or sizes for the axes behind the first alone. */
  #resized(node: Node): Node {
    const [x = '', roi = '', scales = '', sizes = ''] = node.inputs;
    const rank = this.#builder.dims(x).length;
    if (roi !== '' && (this.#builder.constantOf(roi)?.data.length ?? 1) > 0) return node;
    if (node.attributes['axes'] !== undefined) return node;
    const [held, which] =
      sizes === '' ? [this.#builder.constantOf(scales), 2] : [this.#builder.constantOf(sizes), 3];
    if (held?.data.length !== rank) return node;
    const values = numbersOf(held).slice(1);
    const input =
      which === 2
        ? this.#builder.constant(float32([rank - 1], values), this.#fresh('scales'))
        : this.#constant(values);
    const axes = Array.from({ length: rank - 1 }, (_, axis) => axis + 1);
    return {
      ...node,
      inputs: which === 2 ? [x, '', input] : [x, '', '', input],
      attributes: { ...node.attributes, axes: ints(axes) },
    };
  }

  /**
   * Values that are the same for every example and stood beside the one (or the few) of the export are repeated.
   *
   * @param ones whether a size of 1 is to be repeated too, which broadcasting does by itself
   */
  #repeatedBeside(node: Node, ones: boolean): Node {
    const examples = node.inputs.find((input) => axisOf(this.#tracker.of(input)) !== undefined);
    if (examples === undefined) return node;
    const places = this.#placesIn(examples);
    const fromEnd = places.axis - this.#builder.dims(examples).length;
    const inputs = node.inputs.map((input) => {
      if (input === '') return input;
      const axis = this.#builder.dims(input).length + fromEnd;
      const isOne = this.#builder.dims(input)[axis] === 1;
      return isOne && !ones ? input : this.#beside(input, { ...places, axis });
    });
    return { ...node, inputs };
  }

  /** Lengths and initial states of a recurrent layer that are the same for every example. */
  #withStates(node: Node, axis: number): Node {
    const places = this.#placesIn(node.inputs[0] ?? '');
    const inputs = node.inputs.map((input, index) => {
      if (index === LENGTHS) return this.#beside(input, { ...places, axis: 0 });
      return STATES.has(index) ? this.#beside(input, { ...places, axis }) : input;
    });
    return { ...node, inputs };
  }

  /** Where the examples lie in a value of the file. */
  #placesIn(value: string): Places {
    const rows = this.#tracker.of(value);
    const axis = axisOf(rows) ?? 0;
    const inner = rows.kind === 'rows' ? rows.inner : 1;
    const size = Number(this.#fixed.dims(value)[axis]);
    return { axis, outer: rows.kind === 'rows' ? size / (this.#size * inner) : 1, inner };
  }

  /** A value as it has to be beside examples: repeated for each of them if it is shared. */
  #beside(value: string, places: Places): string {
    if (value === '' || this.#tracker.of(value).kind !== 'shared') return value;
    const dims = fixedSizes(this.#builder.dims(value));
    if (dims?.[places.axis] === undefined) return value;
    const one = this.#ofOne(value, dims, places);
    return one === undefined ? value : this.#repeated(one, places);
  }

  /** What of a value stands beside one example; undefined where the examples of the export have different parts. */
  #ofOne(value: string, dims: readonly number[], { axis, outer, inner }: Places): string | undefined {
    const size = dims[axis] ?? 0;
    if (size === 1 || this.#size === 1) return value;
    const held = this.#builder.constantOf(value);
    if (held === undefined || size !== outer * this.#size * inner) return undefined;
    const part = partOfOne(held, { axis, outer, inner, count: this.#size });
    return part === undefined ? undefined : this.#builder.constant(part, this.#fresh('one'));
  }

  /** The same for every example. */
  #repeated(value: string, { axis, outer, inner }: Places): string {
    const dims = fixedSizes(this.#builder.dims(value)) ?? [];
    const along = (shape: readonly number[], at: number): string => {
      const parts = shape.map((_, index) => (index === at ? this.#batchSize() : this.#constant([1])));
      return parts.length === 1 ? (parts[0] ?? '') : this.#extra('Concat', parts, { axis: int(0) });
    };
    const size = dims[axis];
    if (size === 1) return this.#extra('Expand', [value, along(dims, axis)]);
    if (outer === 1 || size !== outer * inner) return this.#extra('Tile', [value, along(dims, axis)]);
    // Among what lies outside the examples, each part is repeated where it is.
    const apart = [...dims.slice(0, axis), outer, 1, inner, ...dims.slice(axis + 1)];
    const parted = this.#extra('Reshape', [value, this.#constant(apart)]);
    const wide = this.#extra('Expand', [parted, along(apart, axis + 1)]);
    const whole = dims.map((other, index) => (index === axis ? -1 : other));
    return this.#extra('Reshape', [wide, this.#constant(whole)]);
  }

  /** How many examples there are, int64 [1]. */
  #batchSize(): string {
    this.#count ??= this.#extra('Shape', [this.#image], { start: int(0), end: int(1) });
    return this.#count;
  }
}

function fixedSizes(dims: readonly Dimension[]): readonly number[] | undefined {
  return dims.every((dim) => typeof dim === 'number') ? dims : undefined;
}
