/** What a file says of itself without being understood: its inputs, outputs, origin, and the operators it uses. */
import type { OpenValue } from '../types.ts';
import { decodeOpenValue } from './decode-type.ts';
import {
  attributeField,
  entryField,
  functionField,
  graphField,
  modelField,
  nodeField,
  opsetField,
  typeField,
  valueField,
} from './fields.ts';
import { functionKey, isStandardDomain } from './functions.ts';
import { assertDepth, initializerNames } from './needed.ts';
import type { Message } from '../../core/protobuf/reader.ts';
import { isZipMap } from './zip-map.ts';

export type ValueKind = 'tensor' | 'sequence' | 'map' | 'optional' | 'sparse tensor' | 'unknown';

/** An input or output as declared: data type and sizes are absent where the file leaves them open or has no tensor there. */
export interface FileValue extends OpenValue {
  readonly kind: ValueKind;
}

export interface OnnxInterface {
  /** Those that are no initializers as well. */
  readonly inputs: readonly FileValue[];
  readonly outputs: readonly FileValue[];
  /** Opset versions by domain, the standard one under ''. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: Readonly<Record<string, string>>;
  /** The program that wrote the file and its version, '' where it does not say. */
  readonly producer: string;
  readonly irVersion: number;
  /** How many nodes apply each operator, as `domain::name`, standard ones by name alone; in functions and inner graphs too. */
  readonly operators: ReadonlyMap<string, number>;
}

/** Reads the interface of a model message. */
export function interfaceOf(message: Message, graph: Message): OnnxInterface {
  const constants = new Set(initializerNames(graph));
  const operators = new Map<string, number>();
  countOperators(graph, graphField.node, operators, 0);
  const called = new Set<string>();
  for (const held of message.messages(modelField.functions)) {
    called.add(functionKey(held.string(functionField.domain) ?? '', held.string(functionField.name) ?? ''));
    countOperators(held, functionField.node, operators, 0);
  }
  for (const key of called) operators.delete(key);
  return {
    inputs: [...graph.messages(graphField.input)].map(fileValue).filter(({ name }) => !constants.has(name)),
    outputs: readableOutputs(graph),
    opsets: new Map(
      [...message.messages(modelField.opsetImport)].map((each) => {
        const domain = each.string(opsetField.domain) ?? '';
        const version = Number(each.integer(opsetField.version) ?? 0n);
        return [isStandardDomain(domain) ? '' : domain, version];
      }),
    ),
    ...originOf(message),
    operators,
  };
}

/** The outputs that a graph declares, as they can be read: the maps of ZipMap are read as the matrix that they hold. */
export function readableOutputs(graph: Message): readonly FileValue[] {
  const zipped = new Set<string>();
  for (const node of graph.messages(graphField.node)) {
    if (isZipMap(node)) for (const output of node.strings(nodeField.output)) zipped.add(output);
  }
  return [...graph.messages(graphField.output)].map((message): FileValue => {
    const value = fileValue(message);
    return zipped.has(value.name) ? { name: value.name, kind: 'tensor', dataType: 'float32' } : value;
  });
}

/** Metadata, producer and format version of a file. */
export function originOf(message: Message): Pick<OnnxInterface, 'metadata' | 'producer' | 'irVersion'> {
  return {
    metadata: Object.fromEntries(
      [...message.messages(modelField.metadata)].map((entry) => [
        entry.string(entryField.key) ?? '',
        entry.string(entryField.value) ?? '',
      ]),
    ),
    producer: [message.string(modelField.producerName), message.string(modelField.producerVersion)]
      .filter((part) => part !== undefined && part !== '')
      .join(' '),
    irVersion: Number(message.integer(modelField.irVersion) ?? 0n),
  };
}

function fileValue(message: Message): FileValue {
  const type = message.message(valueField.type);
  const kinds: readonly [number, ValueKind][] = [
    [typeField.tensor, 'tensor'],
    [typeField.sequence, 'sequence'],
    [typeField.map, 'map'],
    [typeField.optional, 'optional'],
    [typeField.sparseTensor, 'sparse tensor'],
  ];
  const kind = kinds.find(([field]) => type?.has(field) === true)?.[1] ?? 'unknown';
  return { ...decodeOpenValue(message), kind };
}

function countOperators(held: Message, field: number, counts: Map<string, number>, depth: number): void {
  assertDepth(depth);
  for (const node of held.messages(field)) {
    const key = functionKey(node.string(nodeField.domain) ?? '', node.string(nodeField.operator) ?? '');
    counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const attribute of node.messages(nodeField.attribute)) {
      const inner = attribute.message(attributeField.graph);
      if (inner !== undefined) countOperators(inner, graphField.node, counts, depth + 1);
    }
  }
}
