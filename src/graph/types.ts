/**
 * The intermediate language: ONNX graphs of one opset, standard operators only. Models, gradients and training
 * steps are all written in it, and engines run it. Plain data: builder.ts makes it, onnx/ reads and writes it.
 */

/** The opset of every graph inside the toolkit; files of other opsets are brought to it on reading. */
export const OPSET = 18;

export type DataType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'string';

/** Element storage by data type: float16 and bfloat16 as raw bits in a Uint16Array, bool as 0 or 1 in a Uint8Array. */
export interface DataOf {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  string: readonly string[];
}

/** A dense array in C order. `dims` empty is a scalar. */
export interface Tensor<T extends DataType = DataType> {
  readonly dataType: T;
  readonly dims: readonly number[];
  readonly data: DataOf[T];
}

/** A size, or the name of one that is known only at run time. Equal names are equal sizes. */
export type Dimension = number | string;

/** The batch dimension's name. */
export const BATCH = 'N';

export interface ValueType {
  readonly dataType: DataType;
  readonly dims: readonly Dimension[];
}

/** A graph's input or output. */
export interface Value extends ValueType {
  readonly name: string;
}

/** A value of which a file may leave the type open, in part or whole: a tensor of any shape, a sequence, an optional. */
export interface OpenValue {
  readonly name: string;
  readonly dataType?: DataType | undefined;
  readonly dims?: readonly Dimension[] | undefined;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: OpenGraph };

export type Attributes = Readonly<Record<string, Attribute>>;

/** One operator application. An input left out is the empty string, as in ONNX. */
export interface Node {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** Nodes in an order in which each value is made before it is used. Initializers are constants. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Node[];
}

/** A graph within a node: it also reads values of the graphs around it. */
export interface OpenGraph extends Omit<Graph, 'inputs' | 'outputs'> {
  readonly inputs: readonly OpenValue[];
  readonly outputs: readonly OpenValue[];
}

/**
 * A graph as a file has it: operators that choose, repeat or hold sequences may stand in it, and types of outputs may
 * be open. specialize/ makes it a Graph.
 */
export interface SourceGraph extends Omit<Graph, 'outputs'> {
  readonly outputs: readonly OpenValue[];
}
