/** Decodes NodeProto messages, and writes the functions that the file defines in the place of their calls. */
import { InputError } from '../../core/errors.ts';
import type { Attribute, OpenGraph } from '../types.ts';
import { decodeAttribute } from './decode-attribute.ts';
import type { ExternalData } from './external-data.ts';
import { attributeField, nodeField } from './fields.ts';
import { functionKey, isStandardDomain, namesOfCall } from './functions.ts';
import type { FunctionTable, LocalFunction } from './functions.ts';
import type { FileNode } from './order.ts';
import type { Message } from '../../core/protobuf/reader.ts';
import { isZipMap } from './zip-map.ts';

/** What decoding needs to know of the rest of the file. */
export interface FileContext {
  readonly external: ExternalData | undefined;
  readonly functions: FunctionTable;
  /** Constants of narrow types, with the codes of these. */
  readonly narrow: Map<string, number>;
}

/** Where nodes stand: how deep in graphs within nodes, and in the body of which function. */
export interface Place {
  readonly depth: number;
  readonly callDepth: number;
  readonly rename: (name: string) => string;
  /** The attributes of the call, in a function. */
  readonly referred: ReadonlyMap<string, Attribute> | undefined;
  /** The opset of the function, in one that names it. */
  readonly opset: number | undefined;
}

export const outermost: Place = {
  depth: 0,
  callDepth: 0,
  rename: (name) => name,
  referred: undefined,
  opset: undefined,
};

type DecodeInner = (message: Message, place: Place) => OpenGraph;

/**
 * The node, or the nodes of the function that it calls.
 *
 * @throws InputError naming the node and what in it is not supported
 */
export function decodeNode(
  message: Message,
  file: FileContext,
  place: Place,
  decodeInner: DecodeInner,
): FileNode[] {
  const outputs = message.strings(nodeField.output).map(place.rename);
  const operator = message.string(nodeField.operator) ?? '';
  const given = message.string(nodeField.name) ?? '';
  const name = given === '' ? '' : place.rename(given);
  const where = `node ${name === '' ? `of the output ${outputs[0] ?? ''}` : name} (${operator})`;
  const called = file.functions.of(message);
  const domain = message.string(nodeField.domain) ?? '';
  const inputs = message.strings(nodeField.input).map(place.rename);
  if (called === undefined) {
    if (isZipMap(message)) return [{ operator: 'Identity', name, inputs, outputs, attributes: {} }];
    assertStandard(domain, where);
  }
  const node: FileNode = {
    operator: functionKey(domain, operator),
    name,
    inputs,
    outputs,
    attributes: Object.fromEntries(decodeAttributes(message, where, file, place, decodeInner)),
    ...(place.opset === undefined ? {} : { opset: place.opset }),
  };
  return called === undefined ? [node] : written(called, node, file, place, decodeInner);
}

function decodeAttributes(
  message: Message,
  where: string,
  file: FileContext,
  place: Place,
  decodeInner: DecodeInner,
): [string, Attribute][] {
  const inner = { ...place, depth: place.depth + 1 };
  const isConstant = message.string(nodeField.operator) === 'Constant';
  const [output = ''] = message.strings(nodeField.output).map(place.rename);
  const context = {
    external: file.external,
    referred: place.referred,
    decodeInner: (graph: Message) => decodeInner(graph, inner),
    ...(isConstant ? { onNarrow: (code: number) => void file.narrow.set(output, code) } : {}),
  };
  return [...message.messages(nodeField.attribute)].flatMap((held): [string, Attribute][] => {
    const key = held.string(attributeField.name) ?? '';
    const value = decodeAttribute(held, `${where}: attribute ${key}`, context);
    return value === undefined ? [] : [[key, value]];
  });
}

/** The body of a function in the place of a call. */
function written(
  called: LocalFunction,
  call: FileNode,
  file: FileContext,
  place: Place,
  decodeInner: DecodeInner,
): FileNode[] {
  file.functions.enter(called, place.callDepth + 1);
  const prefix = file.functions.prefix(
    call.name === '' ? `${called.key}_${call.outputs[0] ?? ''}` : call.name,
  );
  const attributes = new Map<string, Attribute>();
  for (const held of called.defaults) {
    const key = held.string(attributeField.name) ?? '';
    const value = decodeAttribute(held, `the function ${called.key}: attribute ${key}`, {
      external: file.external,
      decodeInner: (graph) => decodeInner(graph, { ...place, depth: place.depth + 1 }),
    });
    if (value !== undefined) attributes.set(key, value);
  }
  for (const [key, value] of Object.entries(call.attributes)) attributes.set(key, value);
  const { inputs, outputs } = call;
  const { rename, passed } = namesOfCall(called, { attributes, inputs, outputs, prefix });
  const body: Place = {
    depth: place.depth,
    callDepth: place.callDepth + 1,
    rename,
    referred: attributes,
    opset: called.opset ?? place.opset,
  };
  return [
    ...called.nodes.flatMap((node) => decodeNode(node, file, body, decodeInner)),
    ...passed.map(([from, to]) => ({
      operator: 'Identity',
      name: `${prefix}${to}`,
      inputs: [from],
      outputs: [to],
      attributes: {},
    })),
  ];
}

function assertStandard(domain: string, where: string): void {
  if (isStandardDomain(domain)) return;
  throw new InputError(
    `${where} is of the domain ${domain}, and only standard ONNX operators are supported: export the model without it`,
  );
}
