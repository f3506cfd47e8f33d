/**
 * Opens the batch of a graph whose sizes are all fixed, as exporters write them by default: the examples are followed
 * through it, and where the size of the batch is baked into a node (the target of a Reshape, a class token that
 * stands beside one example) it is written anew for any number of them. Only what provably keeps the examples apart
 * is opened, and every other size stays what it was.
 */
import { InputError } from '../../core/errors.ts';
import { int, ints } from '../attributes.ts';
import { GraphBuilder } from '../builder.ts';
import { divideExactly, multiply, product } from '../shapes/dimensions.ts';
import { float32, int64s, numbersOf, sizeOf } from '../tensor.ts';
import { BATCH, type Attributes, type Dimension, type Graph, type Node } from '../types.ts';
import { axisOf, rowsAt, type Rows } from './rows.ts';
import { RowTracker } from './track.ts';

/**
 * Where a reshape may put the examples along several axes, no size being the batch's alone: with the stack of an
 * operator that goes through matrices (attention heads), or in front of everything (a flattened list of rows).
 */
type Placement = 'stacked' | 'in front';

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
        return own === undefined ? node : this.#reshaped(node, rows);
      case 'Unsqueeze':
        // An axis of the examples' own stays one; where they were merged with others, a size of 1 may be theirs again.
        return own === undefined || this.#builder.dims(node.inputs[0] ?? '')[own] === BATCH
          ? node
          : this.#reshaped(node, rows);
      case 'Expand':
        return own === undefined ? node : this.#expanded(node, own);
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
  #reshaped(node: Node, rows: Rows): Node {
    const [x = '', output = ''] = [node.inputs[0], node.outputs[0]];
    const dims = this.#builder.dims(x);
    const after = fixedSizes(this.#fixed.dims(output));
    const axis = own(rows);
    const at = this.#placeOf(rows, dims, after, axis);
    if (at === undefined || after === undefined) {
      throw new InputError(
        `node ${node.name} (${node.operator}) leaves no place for the examples of a batch`,
      );
    }
    const target = after.map((size, index) => (index === at ? -1 : size));
    if (target.includes(0)) throw new InputError(`node ${node.name} (${node.operator}) makes an empty value`);
    return { ...node, operator: 'Reshape', inputs: [x, this.#constant(target)], attributes: {} };
  }

  /** The axis of a shape that the examples lie along: their distance in storage is the same before and after. */
  #placeOf(
    rows: Rows,
    dims: readonly Dimension[],
    after: readonly number[] | undefined,
    axis: number,
  ): number | undefined {
    if (after === undefined) return undefined;
    const inner = rows.kind === 'rows' ? rows.inner : 1;
    const distance = multiply(inner, product(dims.slice(axis + 1)));
    const places = after.flatMap((size, at) => {
      const within = divideExactly(distance, sizeOf(after.slice(at + 1)));
      const fits = typeof within === 'number' && within > 0 && size % (this.#size * within) === 0;
      return fits ? [{ at, alone: within === 1 && size === this.#size }] : [];
    });
    const alone = places.filter((place) => place.alone);
    const same = alone.find(({ at }) => at === axis) ?? alone[0];
    if (same !== undefined) return same.at;
    if (this.#placement === 'in front') return places[0]?.at;
    return (places.filter(({ at }) => at < after.length - 1).at(-1) ?? places[0])?.at;
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
    const places = node.inputs.flatMap((input) => {
      const rows = this.#tracker.of(input);
      const axis = axisOf(rows);
      return axis === undefined ? [] : [{ rows, fromEnd: axis - this.#builder.dims(input).length }];
    });
    const [first] = places;
    if (first === undefined) return node;
    const inputs = node.inputs.map((input) => {
      if (input === '' || this.#tracker.of(input).kind !== 'shared') return input;
      const dims = fixedSizes(this.#builder.dims(input));
      const axis = (dims?.length ?? 0) + first.fromEnd;
      const size = dims?.[axis];
      if (dims === undefined || size === undefined || axis < 0) return input;
      if (size === 1 && !ones) return input;
      return this.#repeated(input, dims, axis);
    });
    return { ...node, inputs };
  }

  #repeated(value: string, dims: readonly number[], axis: number): string {
    const parts = dims.map((_, index) => (index === axis ? this.#batchSize() : this.#constant([1])));
    const shape = parts.length === 1 ? (parts[0] ?? '') : this.#extra('Concat', parts, { axis: int(0) });
    return this.#extra(dims[axis] === 1 ? 'Expand' : 'Tile', [value, shape]);
  }

  /** How many examples there are, int64 [1]. */
  #batchSize(): string {
    this.#count ??= this.#extra('Shape', [this.#image], { start: int(0), end: int(1) });
    return this.#count;
  }

  #withStates(node: Node, axis: number): Node {
    const inputs = node.inputs.map((input, index) => {
      const isState = index === 5 || index === 6;
      if (!isState || input === '' || this.#tracker.of(input).kind !== 'shared') return input;
      const dims = fixedSizes(this.#builder.dims(input));
      return dims?.[axis] === 1 ? this.#repeated(input, dims, axis) : input;
    });
    return { ...node, inputs };
  }
}

/** Operators whose inputs broadcast together. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Mod', 'Min', 'Max', 'Sum', 'Mean', 'Where', 'PRelu'],
  ...['And', 'Or', 'Xor', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'],
]);

const own = (rows: Rows): number => axisOf(rows) ?? 0;

function fixedSizes(dims: readonly Dimension[]): readonly number[] | undefined {
  return dims.every((dim) => typeof dim === 'number') ? dims : undefined;
}
