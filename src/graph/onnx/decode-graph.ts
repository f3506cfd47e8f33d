/** Decodes GraphProto messages as they stand in the file; order.ts and upgrade/ make them graphs of the toolkit. */
import { InputError } from '../../core/errors.ts';
import type { Attribute, Dimension, Graph, Node, Tensor, Value, ValueType } from '../types.ts';
import { decodeTensor, heldDataType } from './decode-tensor.ts';
import type { ExternalData } from './external-data.ts';
import {
  attributeField,
  attributeType,
  dimensionField,
  graphField,
  nodeField,
  shapeField,
  tensorField,
  tensorTypeField,
  typeField,
  valueField,
} from './fields.ts';
import type { Message } from './wire-reader.ts';

/** What decoding needs to know of the rest of the file. */
export interface FileContext {
  readonly external: ExternalData | undefined;
  /** The functions that the file defines, as `domain::name`. */
  readonly functions: ReadonlySet<string>;
}

/** A graph as the file has it, with the types that it declares. */
export interface DecodedGraph extends Omit<Graph, 'outputs'> {
  readonly outputs: readonly string[];
  /** Types the file gives to values: inputs, outputs and whatever else it says. */
  readonly declared: ReadonlyMap<string, ValueType>;
}

/** Subgraphs within subgraphs to this depth; deeper files are made to break readers. */
const MAXIMUM_DEPTH = 16;

/**
 * Decodes a graph and the graphs within its nodes.
 *
 * @throws InputError naming what is not supported or not allowed, and where
 */
export function decodeGraph(message: Message, file: FileContext, depth = 0): DecodedGraph {
  if (depth > MAXIMUM_DEPTH) {
    throw new InputError(`graphs stand within graphs deeper than ${String(MAXIMUM_DEPTH)} levels`);
  }
  const initializers = decodeInitializers(message, file);
  const declared = new Map<string, ValueType>();
  const declare = (value: Message): string => {
    const name = value.string(valueField.name) ?? '';
    const type = decodeType(value.message(valueField.type), name);
    if (type !== undefined) declared.set(name, type);
    return name;
  };
  for (const value of message.messages(graphField.valueInfo)) declare(value);
  const outputs = [...message.messages(graphField.output)].map(declare);
  // Files of old format versions list each initializer as an input too; here it is a constant.
  const inputs = [...message.messages(graphField.input)]
    .map(declare)
    .filter((name) => !initializers.has(name))
    .map((name) => inputOf(name, declared));
  return {
    name: message.string(graphField.name) ?? '',
    inputs,
    outputs,
    declared,
    initializers,
    nodes: nameNodes([...message.messages(graphField.node)].map((node) => decodeNode(node, file, depth))),
  };
}

function decodeInitializers(message: Message, file: FileContext): Map<string, Tensor> {
  if (message.has(graphField.sparseInitializer)) {
    throw new InputError('the graph has sparse initializers, which are not supported: export them dense');
  }
  const initializers = new Map<string, Tensor>();
  for (const value of message.messages(graphField.initializer)) {
    const name = value.string(tensorField.name) ?? '';
    if (name === '') throw new InputError('an initializer of the graph has no name');
    if (initializers.has(name)) throw new InputError(`two initializers are named ${name}`);
    initializers.set(name, decodeTensor(value, `the initializer ${name}`, file.external));
  }
  return initializers;
}

function inputOf(name: string, declared: ReadonlyMap<string, ValueType>): Value {
  const type = declared.get(name);
  if (type === undefined) {
    throw new InputError(
      `the input ${name} has no tensor shape: export the model with the shapes of its inputs`,
    );
  }
  return { name, ...type };
}

/** The type of a value, or undefined where the file leaves its element type or shape open. */
function decodeType(message: Message | undefined, name: string): ValueType | undefined {
  if (message === undefined) return undefined;
  const type = message.message(typeField.tensor);
  if (type === undefined) {
    throw new InputError(
      `the value ${name} is not a tensor (a sequence, map or optional), which is not supported: export the model with tensors only`,
    );
  }
  const shape = type.message(tensorTypeField.shape);
  const elementType = type.integer(tensorTypeField.elementType) ?? 0n;
  if (shape === undefined || elementType === 0n) return undefined;
  return {
    dataType: heldDataType(elementType, `the value ${name}`),
    dims: [...shape.messages(shapeField.dimension)].map((dim, axis) => decodeDimension(dim, name, axis)),
  };
}

function decodeDimension(message: Message, name: string, axis: number): Dimension {
  const value = message.integer(dimensionField.value);
  if (value !== undefined && value >= 0n) return Number(value);
  const parameter = message.string(dimensionField.parameter) ?? '';
  return parameter === '' ? openDimension(name, axis) : parameter;
}

/** The name given to a size of a value that the file leaves open. */
export function openDimension(value: string, axis: number): string {
  return `${value}_dim_${String(axis)}`;
}

function decodeNode(message: Message, file: FileContext, depth: number): Node {
  const name = message.string(nodeField.name) ?? '';
  const operator = message.string(nodeField.operator) ?? '';
  const outputs = message.strings(nodeField.output);
  const where = `node ${name === '' ? `of the output ${outputs[0] ?? ''}` : name} (${operator})`;
  assertStandard(message.string(nodeField.domain) ?? '', operator, where, file);
  const attributes = [...message.messages(nodeField.attribute)].map((attribute): [string, Attribute] => {
    const key = attribute.string(attributeField.name) ?? '';
    return [key, decodeAttribute(attribute, `${where}: attribute ${key}`, file, depth)];
  });
  return {
    operator,
    name,
    inputs: message.strings(nodeField.input),
    outputs,
    attributes: Object.fromEntries(attributes),
  };
}

function assertStandard(domain: string, operator: string, where: string, file: FileContext): void {
  const key = functionKey(domain, operator);
  if (file.functions.has(key)) {
    throw new InputError(
      `${where} calls the function ${key} that the file defines, which is not supported: inline it with onnx.inliner.inline_local_functions`,
    );
  }
  if (!isStandardDomain(domain)) {
    throw new InputError(
      `${where} is of the domain ${domain}, and only standard ONNX operators are supported: export the model without it`,
    );
  }
}

/** The domain of the standard operators has two names. */
export function isStandardDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

export function functionKey(domain: string, name: string): string {
  return isStandardDomain(domain) ? name : `${domain}::${name}`;
}

function decodeAttribute(message: Message, where: string, file: FileContext, depth: number): Attribute {
  if ((message.string(attributeField.referredAttribute) ?? '') !== '') {
    throw new InputError(`${where} refers to an attribute of a function, and it stands in none`);
  }
  // A number that is its type's zero may be left out.
  switch (attributeTypeOf(message)) {
    case attributeType.float:
      return { kind: 'float', value: message.float(attributeField.float) ?? 0 };
    case attributeType.int:
      return { kind: 'int', value: Number(message.integer(attributeField.int) ?? 0n) };
    case attributeType.string:
      return { kind: 'string', value: message.string(attributeField.string) ?? '' };
    case attributeType.floats:
      return { kind: 'floats', value: [...message.floats(attributeField.floats)] };
    case attributeType.ints:
      return { kind: 'ints', value: message.integers(attributeField.ints).map(Number) };
    case attributeType.strings:
      return { kind: 'strings', value: message.strings(attributeField.strings) };
    case attributeType.tensor: {
      const held = message.message(attributeField.tensor);
      if (held === undefined) throw new InputError(`${where} is a tensor and holds none`);
      return { kind: 'tensor', value: decodeTensor(held, where, file.external) };
    }
    case attributeType.graph: {
      const held = message.message(attributeField.graph);
      if (held === undefined) throw new InputError(`${where} is a graph and holds none`);
      return { kind: 'graph', value: subgraph(decodeGraph(held, file, depth + 1), where) };
    }
    default:
      throw new InputError(
        `${where} is of a kind (sparse tensor, type, or several tensors or graphs) that is not supported`,
      );
  }
}

/** Old files leave the type out: it is that of the field which is there. */
function attributeTypeOf(message: Message): number {
  const type = message.integer(attributeField.type);
  if (type !== undefined && type !== 0n) return Number(type);
  const present = Object.entries(attributeType).find(([kind]) =>
    message.has(attributeField[kind as keyof typeof attributeType]),
  );
  return present?.[1] ?? 0;
}

function subgraph(decoded: DecodedGraph, where: string): Graph {
  const { name, inputs, initializers, nodes, declared } = decoded;
  const outputs = decoded.outputs.map((output) => {
    const type = declared.get(output);
    if (type === undefined) {
      throw new InputError(`${where}: the output ${output} of its graph has no tensor shape`);
    }
    return { name: output, ...type };
  });
  return { name, inputs, outputs, initializers, nodes };
}

/** Keeps the names of nodes; one without a name, or with the name of an earlier one, gets its operator and number. */
function nameNodes(nodes: readonly Node[]): Node[] {
  const taken = new Set(nodes.map((node) => node.name));
  const seen = new Set(['']);
  return nodes.map((node, index) => {
    if (!seen.has(node.name)) {
      seen.add(node.name);
      return node;
    }
    let name = `${node.operator}_${String(index)}`;
    while (taken.has(name)) name += '_';
    taken.add(name);
    return { ...node, name };
  });
}
