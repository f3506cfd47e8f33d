/** Reads the GraphDef of a tfjs graph-model, and its signature: which tensors are the inputs and the outputs. */
import { InputError } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { sizesOf } from './attributes.ts';

/** One output of a node. */
export interface TensorName {
  readonly node: string;
  readonly output: number;
}

/** A node of the GraphDef. Control inputs, which carry no values, are left out. */
export interface OperatorNode {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly TensorName[];
  readonly attributes: JsonObject;
}

/** An input or output of the model. */
export interface Endpoint {
  /** What the signature calls it; the node's name where there is no signature. */
  readonly key: string;
  readonly tensor: TensorName;
  /** DT_FLOAT and the like. */
  readonly dataType: string;
  /** Sizes, undefined for an open one; undefined as a whole where not even the rank is known. */
  readonly sizes: readonly (number | undefined)[] | undefined;
}

export interface Topology {
  readonly nodes: ReadonlyMap<string, OperatorNode>;
  readonly inputs: readonly Endpoint[];
  readonly outputs: readonly Endpoint[];
}

/**
 * Reads `modelTopology` and `signature`.
 *
 * @param path the model file, for messages
 * @throws InputError when there is no GraphDef, or a node refers to one that does not exist
 */
export function readTopology(path: string, json: JsonObject): Topology {
  const graphDef = json['modelTopology'];
  const listed: unknown = isObject(graphDef) ? graphDef['node'] : undefined;
  if (!Array.isArray(listed) || listed.length === 0) {
    throw new InputError(`${path}: modelTopology has no list "node" of a TensorFlow graph`);
  }
  const nodes = new Map<string, OperatorNode>();
  for (const entry of listed as readonly unknown[]) {
    const node = nodeOf(path, entry);
    if (nodes.has(node.name)) throw new InputError(`${path}: two nodes are named ${node.name}`);
    nodes.set(node.name, node);
  }
  for (const { name, inputs } of nodes.values()) {
    const missing = inputs.find((input) => !nodes.has(input.node));
    if (missing !== undefined) {
      throw new InputError(`${path}: the node ${name} takes ${missing.node}, and no node is named so`);
    }
  }
  const signature = signatureOf(json);
  const inputs = endpoints(path, nodes, signature['inputs']) ?? placeholders(nodes);
  const outputs = endpoints(path, nodes, signature['outputs']) ?? lastNodes(nodes);
  return { nodes, inputs, outputs };
}

/** The signature stands at the top, in older files in the metadata. */
function signatureOf(json: JsonObject): JsonObject {
  const metadata = json['userDefinedMetadata'];
  const found = json['signature'] ?? (isObject(metadata) ? metadata['signature'] : undefined);
  return isObject(found) ? found : {};
}

function nodeOf(path: string, entry: unknown): OperatorNode {
  const name: unknown = isObject(entry) ? entry['name'] : undefined;
  const operator: unknown = isObject(entry) ? entry['op'] : undefined;
  const inputs: unknown = isObject(entry) ? (entry['input'] ?? []) : [];
  if (!isObject(entry) || typeof name !== 'string' || typeof operator !== 'string') {
    throw new InputError(`${path}: an entry of modelTopology.node lacks its "name" or "op"`);
  }
  if (!Array.isArray(inputs) || !inputs.every((input) => typeof input === 'string')) {
    throw new InputError(`${path}: the node ${name} (${operator}) has an "input" that is no list of names`);
  }
  const values = inputs.filter((input) => !input.startsWith('^'));
  const attributes = entry['attr'];
  return {
    name,
    operator,
    inputs: values.map((input) => tensorName(path, input)),
    attributes: isObject(attributes) ? attributes : {},
  };
}

/** `node`, `node:1`, or, in a function's body, `node:name:1`. */
function tensorName(path: string, text: string): TensorName {
  const [node = '', ...rest] = text.split(':');
  const output = rest.length === 0 ? 0 : Number(rest.at(-1));
  if (!Number.isInteger(output) || output < 0) {
    throw new InputError(`${path}: ${text} names no output of a node`);
  }
  return { node, output };
}

/** The entries of a signature that name a node of the graph; undefined where there are none. */
function endpoints(
  path: string,
  nodes: ReadonlyMap<string, OperatorNode>,
  entries: unknown,
): Endpoint[] | undefined {
  if (!isObject(entries)) return undefined;
  const found = Object.entries(entries).flatMap(([key, entry]): Endpoint[] => {
    const name: unknown = isObject(entry) ? entry['name'] : undefined;
    if (!isObject(entry) || typeof name !== 'string') {
      throw new InputError(`${path}: the entry ${key} of the signature names no tensor`);
    }
    const tensor = tensorName(path, name);
    const node = nodes.get(tensor.node);
    if (node === undefined) return [];
    const own = endpointOf(key, node);
    const dataType = typeof entry['dtype'] === 'string' ? entry['dtype'] : own.dataType;
    const sizes = entry['tensorShape'] === undefined ? own.sizes : sizesOf(entry['tensorShape']);
    return [{ key, tensor, dataType, sizes }];
  });
  return found.length === 0 ? undefined : found;
}

function endpointOf(key: string, node: OperatorNode): Endpoint {
  const type: unknown = isObject(node.attributes['dtype']) ? node.attributes['dtype']['type'] : undefined;
  const shape = node.attributes['shape'];
  return {
    key,
    tensor: { node: node.name, output: 0 },
    dataType: typeof type === 'string' ? type : 'DT_FLOAT',
    sizes: isObject(shape) ? sizesOf(shape['shape']) : undefined,
  };
}

function placeholders(nodes: ReadonlyMap<string, OperatorNode>): Endpoint[] {
  return [...nodes.values()]
    .filter(({ operator }) => operator === 'Placeholder')
    .map((node) => endpointOf(node.name, node));
}

/** The nodes whose values nothing takes. */
function lastNodes(nodes: ReadonlyMap<string, OperatorNode>): Endpoint[] {
  const taken = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map(({ node }) => node)));
  return [...nodes.values()]
    .filter(({ name, operator }) => !taken.has(name) && !['NoOp', 'Const', 'Placeholder'].includes(operator))
    .map((node) => endpointOf(node.name, node));
}
