/**
 * Brings floating-point numbers of other widths to float32: values, constants, and attributes that name a type. What
 * float16 and bfloat16 hold, float32 holds exactly, infinities included; what overflowed in them no longer does.
 */
import { int } from './attributes.ts';
import { dataTypeCodes } from './data-types.ts';
import { tensor } from './tensor.ts';
import type { Attribute, DataType, Node, OpenGraph, OpenValue, Tensor } from './types.ts';

type OtherFloat = 'float16' | 'bfloat16' | 'float64';

/** Attributes of standard operators whose value is the code of a data type. */
const TYPE_ATTRIBUTES: ReadonlySet<string> = new Set([
  'dtype',
  'output_datatype',
  'output_dtype',
  'precision',
  'softmax_precision',
  'stash_type',
  'to',
]);

const LARGEST = 3.4028234663852886e38;

/** One file's way to float32. */
export class FloatConversion {
  readonly #from: ReadonlySet<DataType>;
  readonly #found = new Set<DataType>();

  constructor(...from: readonly OtherFloat[]) {
    this.#from = new Set<DataType>(from);
  }

  /** One sentence where anything was changed. */
  get notes(): readonly string[] {
    if (this.#found.size === 0) return [];
    return [`${[...this.#found].join(' and ')} weights and arithmetic were brought to float32`];
  }

  /** The graph, and the graphs within its nodes, in float32. */
  graph<G extends OpenGraph>(graph: G): G {
    return {
      ...graph,
      inputs: graph.inputs.map((value) => this.value(value)),
      outputs: graph.outputs.map((value) => this.value(value)),
      initializers: this.constants(graph.initializers),
      nodes: graph.nodes.map((node) => this.node(node)),
    };
  }

  value<V extends OpenValue>(value: V): V {
    return value.dataType !== undefined && this.#changes(value.dataType)
      ? { ...value, dataType: 'float32' }
      : value;
  }

  constants(constants: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
    return new Map([...constants].map(([name, held]) => [name, this.tensor(held)]));
  }

  tensor(held: Tensor): Tensor {
    return this.#changes(held.dataType) ? inFloat32(held) : held;
  }

  node<N extends Node>(node: N): N {
    const attributes = Object.entries(node.attributes).map(([name, attribute]) => [
      name,
      this.#attribute(name, attribute),
    ]);
    return { ...node, attributes: Object.fromEntries(attributes) as Node['attributes'] };
  }

  #attribute(name: string, attribute: Attribute): Attribute {
    if (attribute.kind === 'tensor') return { kind: 'tensor', value: this.tensor(attribute.value) };
    if (attribute.kind === 'graph') return { kind: 'graph', value: this.graph(attribute.value) };
    if (attribute.kind !== 'int' || !TYPE_ATTRIBUTES.has(name)) return attribute;
    const named = [...this.#from].find((dataType) => dataTypeCodes[dataType] === attribute.value);
    return named !== undefined && this.#changes(named) ? int(dataTypeCodes.float32) : attribute;
  }

  #changes(dataType: DataType): boolean {
    if (!this.#from.has(dataType)) return false;
    this.#found.add(dataType);
    return true;
  }
}

function inFloat32({ dataType, dims, data }: Tensor): Tensor {
  if (dataType === 'float64') {
    return tensor('float32', dims, Float32Array.from(data as Float64Array, bounded));
  }
  const bits = data as Uint16Array;
  return tensor(
    'float32',
    dims,
    dataType === 'bfloat16' ? fromBfloat16(bits) : Float32Array.from(bits, fromFloat16),
  );
}

/** A number beyond float32, as masks and open bounds are, becomes its end and not an infinity. */
function bounded(value: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, -LARGEST), LARGEST) : value;
}

/** The number that 16 bits of IEEE 754 binary16 hold. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** A bfloat16 is the upper half of a float32. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (bits) => bits * 0x10000).buffer);
}
