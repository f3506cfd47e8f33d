/** Writes a graph as an ONNX file. read.ts is its inverse. */
import { InputError } from '../../core/errors.ts';
import { dataTypeCodes } from '../data-types.ts';
import { OPSET } from '../types.ts';
import type { Attribute, Dimension, Node, OpenGraph, OpenValue, Tensor } from '../types.ts';
import {
  attributeField,
  attributeType,
  dimensionField,
  entryField,
  graphField,
  modelField,
  nodeField,
  opsetField,
  shapeField,
  tensorField,
  tensorTypeField,
  typeField,
  valueField,
} from './fields.ts';
import { toInt64 } from './int64.ts';
import {
  bytes,
  encodeMessage,
  float32,
  message,
  sizeOfFields,
  string,
  varint,
} from '../../core/protobuf/writer.ts';
import type { Field } from '../../core/protobuf/writer.ts';

/** The version of the file format that goes with OPSET. */
const IR_VERSION = 8n;
const PRODUCER = 'robust-bench';

/** Protocol buffers hold no message of 2 GiB or more. */
const MAXIMUM_SIZE = 2 ** 31 - 1;

export interface EncodeOptions {
  readonly producerVersion?: string;
  /** Written as metadata_props, in the order of the record. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of an ONNX file (a ModelProto of opset OPSET) that holds the graph. Each weight is copied once, into the
 * result.
 *
 * An operator written `domain::Name` is of that domain, version 1, which the file then imports; all others are
 * standard.
 *
 * @throws InputError when the graph holds a number that the format cannot, or is too large for one file
 */
export function encodeModel(graph: OpenGraph, options: EncodeOptions = {}): Uint8Array {
  const domains = new Set<string>();
  collectDomains(graph, domains);
  const fields = [
    varint(modelField.irVersion, IR_VERSION),
    string(modelField.producerName, PRODUCER),
    ...(options.producerVersion === undefined
      ? []
      : [string(modelField.producerVersion, options.producerVersion)]),
    message(modelField.graph, graphFields(graph)),
    ...[...domains].map((domain) => opsetImport(domain, 1)),
    ...Object.entries(options.metadata ?? {}).map(([key, value]) =>
      message(modelField.metadata, [string(entryField.key, key), string(entryField.value, value)]),
    ),
    // Last, so that a file cut short anywhere lacks it and is seen to be cut short.
    opsetImport('', OPSET),
  ];
  const size = sizeOfFields(fields);
  if (size > MAXIMUM_SIZE) {
    throw new InputError(
      `the graph ${graph.name} takes ${String(size)} bytes, and an ONNX file holds at most ${String(MAXIMUM_SIZE)}: make the model smaller`,
    );
  }
  return encodeMessage(fields);
}

function opsetImport(domain: string, version: number): Field {
  return message(modelField.opsetImport, [
    string(opsetField.domain, domain),
    varint(opsetField.version, BigInt(version)),
  ]);
}

function collectDomains(graph: OpenGraph, domains: Set<string>): void {
  for (const node of graph.nodes) {
    const { domain } = splitOperator(node.operator);
    if (domain !== '') domains.add(domain);
    for (const attribute of Object.values(node.attributes)) {
      if (attribute.kind === 'graph') collectDomains(attribute.value, domains);
    }
  }
}

function splitOperator(operator: string): { domain: string; name: string } {
  const at = operator.indexOf('::');
  return at < 0
    ? { domain: '', name: operator }
    : { domain: operator.slice(0, at), name: operator.slice(at + 2) };
}

function graphFields(graph: OpenGraph): Field[] {
  return [
    ...graph.nodes.map((node) => message(graphField.node, nodeFields(node))),
    string(graphField.name, graph.name === '' ? 'graph' : graph.name),
    ...[...graph.initializers].map(([name, value]) =>
      message(graphField.initializer, tensorFields(value, name)),
    ),
    ...graph.inputs.map((value) => message(graphField.input, valueFields(value))),
    ...graph.outputs.map((value) => message(graphField.output, valueFields(value))),
  ];
}

function nodeFields(node: Node): Field[] {
  const { domain, name } = splitOperator(node.operator);
  return [
    ...node.inputs.map((input) => string(nodeField.input, input)),
    ...node.outputs.map((output) => string(nodeField.output, output)),
    string(nodeField.name, node.name),
    string(nodeField.operator, name),
    ...Object.entries(node.attributes).map(([key, attribute]) =>
      message(nodeField.attribute, [
        string(attributeField.name, key),
        ...attributeFields(attribute, `node ${node.name} (${node.operator}): attribute ${key}`),
        varint(attributeField.type, BigInt(attributeType[attribute.kind])),
      ]),
    ),
    ...(domain === '' ? [] : [string(nodeField.domain, domain)]),
  ];
}

function attributeFields(attribute: Attribute, where: string): Field[] {
  switch (attribute.kind) {
    case 'int':
      return [varint(attributeField.int, int64(attribute.value, where))];
    case 'float':
      return [float32(attributeField.float, attribute.value)];
    case 'string':
      return [string(attributeField.string, attribute.value)];
    case 'ints':
      return attribute.value.map((value) => varint(attributeField.ints, int64(value, where)));
    case 'floats':
      return attribute.value.map((value) => float32(attributeField.floats, value));
    case 'strings':
      return attribute.value.map((value) => string(attributeField.strings, value));
    case 'tensor':
      return [message(attributeField.tensor, tensorFields(attribute.value, ''))];
    case 'graph':
      return [message(attributeField.graph, graphFields(attribute.value))];
  }
}

function int64(value: number, where: string): bigint {
  if (Number.isNaN(value) || (Number.isFinite(value) && !Number.isInteger(value))) {
    throw new InputError(`${where} is ${String(value)}, and must be a whole number`);
  }
  return toInt64(value);
}

function tensorFields(value: Tensor, name: string): Field[] {
  return [
    ...value.dims.map((dim) => varint(tensorField.dims, int64(dim, `a dimension of the tensor ${name}`))),
    varint(tensorField.dataType, BigInt(dataTypeCodes[value.dataType])),
    ...(ArrayBuffer.isView(value.data)
      ? []
      : value.data.map((element) => string(tensorField.stringData, element))),
    ...(name === '' ? [] : [string(tensorField.name, name)]),
    ...(ArrayBuffer.isView(value.data) ? [bytes(tensorField.rawData, bytesOf(value.data))] : []),
  ];
}

/** The storage of a typed array. ONNX is little-endian, as is every platform that the engines run on. */
function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function valueFields({ name, dataType, dims }: OpenValue): Field[] {
  if (dataType === undefined) return [string(valueField.name, name)];
  const shape =
    dims === undefined
      ? []
      : [
          message(
            tensorTypeField.shape,
            dims.map((dim) => message(shapeField.dimension, [dimensionFieldOf(dim, name)])),
          ),
        ];
  return [
    string(valueField.name, name),
    message(valueField.type, [
      message(typeField.tensor, [
        varint(tensorTypeField.elementType, BigInt(dataTypeCodes[dataType])),
        ...shape,
      ]),
    ]),
  ];
}

function dimensionFieldOf(dim: Dimension, name: string): Field {
  return typeof dim === 'string'
    ? string(dimensionField.parameter, dim)
    : varint(dimensionField.value, int64(dim, `a dimension of the value ${name}`));
}
