/** Builds the bytes of ONNX files of any opset and form, valid or not, for the tests of the reader. */
import {
  attributeField,
  attributeType,
  dimensionField,
  graphField,
  modelField,
  nodeField,
  opsetField,
  shapeField,
  tensorField,
  tensorTypeField,
  typeField,
  valueField,
} from '../../../src/graph/onnx/fields.ts';
import * as wire from '../../../src/core/protobuf/writer.ts';
import type { Field } from '../../../src/core/protobuf/writer.ts';

export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { float: number }
  | { floats: readonly number[] }
  | { fields: readonly Field[]; type: number };

export interface NodeSource {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  /** Numbers are int attributes, lists of them ints. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export interface ModelSource {
  readonly nodes: readonly NodeSource[];
  readonly opset?: number;
  /** Dims by name, float32; null leaves the shape out. */
  readonly inputs?: Readonly<Record<string, readonly (number | string)[] | null>>;
  readonly outputs?: Readonly<Record<string, readonly (number | string)[] | null>>;
  /** Element types of inputs and outputs that are not float32, by name, as ONNX numbers them. */
  readonly types?: Readonly<Record<string, number>>;
  readonly initializers?: Readonly<Record<string, readonly Field[]>>;
  /** Further fields of the graph and of the model. */
  readonly graphFields?: readonly Field[];
  readonly modelFields?: readonly Field[];
}

const int = (number: number, value: number | bigint): Field => wire.varint(number, BigInt(value));

export function modelBytes(source: ModelSource): Uint8Array {
  return wire.encodeMessage([
    int(modelField.irVersion, 7),
    graphMessage(modelField.graph, source),
    ...(source.modelFields ?? []),
    wire.message(modelField.opsetImport, [int(opsetField.version, source.opset ?? 18)]),
  ]);
}

/** A graph as a field of the model or of an attribute. */
export function graphMessage(number: number, source: ModelSource): Field {
  return wire.message(number, [
    ...source.nodes.map((node) => nodeMessage(graphField.node, node)),
    wire.string(graphField.name, 'test'),
    ...Object.entries(source.initializers ?? {}).map(([name, fields]) =>
      wire.message(graphField.initializer, [wire.string(tensorField.name, name), ...fields]),
    ),
    ...Object.entries(source.inputs ?? {}).map(([name, dims]) =>
      valueOf(graphField.input, name, dims, source.types?.[name]),
    ),
    ...Object.entries(source.outputs ?? { y: null }).map(([name, dims]) =>
      valueOf(graphField.output, name, dims, source.types?.[name]),
    ),
    ...(source.graphFields ?? []),
  ]);
}

/** A value, of type float32 unless another is given. */
export function valueOf(
  field: number,
  name: string,
  dims: readonly (number | string)[] | null,
  elementType = 1,
): Field {
  const shape = (dims ?? []).map((dim) =>
    wire.message(shapeField.dimension, [
      typeof dim === 'number' ? int(dimensionField.value, dim) : wire.string(dimensionField.parameter, dim),
    ]),
  );
  return wire.message(field, [
    wire.string(valueField.name, name),
    wire.message(valueField.type, [
      wire.message(typeField.tensor, [
        int(tensorTypeField.elementType, elementType),
        ...(dims === null ? [] : [wire.message(tensorTypeField.shape, shape)]),
      ]),
    ]),
  ]);
}

/** The fields of a tensor whose elements are raw. */
export function rawTensor(code: number, dims: readonly number[], data: ArrayBufferView): Field[] {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [...tensorHead(code, dims), wire.bytes(tensorField.rawData, raw)];
}

export function tensorHead(code: number, dims: readonly number[]): Field[] {
  return [...dims.map((dim) => int(tensorField.dims, dim)), int(tensorField.dataType, code)];
}

export const floats = (dims: readonly number[], values: readonly number[]): Field[] =>
  rawTensor(1, dims, Float32Array.from(values));

export const int64s = (values: readonly number[]): Field[] =>
  rawTensor(7, [values.length], BigInt64Array.from(values, BigInt));

/** A repeated field of numbers as one packed run. */
export function packed(number: number, parts: readonly Field[]): Field {
  const whole = wire.encodeMessage(parts);
  // Each part is a field of number 1: a tag of one byte, then the number.
  const contents: number[] = [];
  let at = 0;
  for (const part of parts) {
    contents.push(...whole.subarray(at + 1, at + part.size));
    at += part.size;
  }
  return wire.bytes(number, Uint8Array.from(contents));
}

/** A node as a field of a graph or a function. */
export function nodeMessage(number: number, node: NodeSource): Field {
  return wire.message(number, nodeFields(node));
}

function nodeFields(node: NodeSource): Field[] {
  return [
    ...node.inputs.map((input) => wire.string(nodeField.input, input)),
    ...node.outputs.map((output) => wire.string(nodeField.output, output)),
    ...(node.name === undefined ? [] : [wire.string(nodeField.name, node.name)]),
    wire.string(nodeField.operator, node.operator),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) =>
      wire.message(nodeField.attribute, [wire.string(attributeField.name, name), ...attributeFields(value)]),
    ),
    ...(node.domain === undefined ? [] : [wire.string(nodeField.domain, node.domain)]),
  ];
}

function attributeFields(value: AttributeValue): Field[] {
  const typed = (type: number, fields: readonly Field[]): Field[] => [
    ...fields,
    int(attributeField.type, type),
  ];
  if (typeof value === 'number') return typed(attributeType.int, [int(attributeField.int, value)]);
  if (typeof value === 'string')
    return typed(attributeType.string, [wire.string(attributeField.string, value)]);
  if ('fields' in value) return typed(value.type, value.fields);
  if ('float' in value) return typed(attributeType.float, [wire.float32(attributeField.float, value.float)]);
  if ('floats' in value) {
    return typed(
      attributeType.floats,
      value.floats.map((each) => wire.float32(attributeField.floats, each)),
    );
  }
  return typed(
    attributeType.ints,
    value.map((each) => int(attributeField.ints, each)),
  );
}
