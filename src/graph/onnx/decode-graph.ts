/** Decodes GraphProto messages as they stand in the file; order.ts and upgrade/ make them graphs of the toolkit. */
import { InputError } from '../../core/errors.ts';
import type { OpenGraph, OpenValue, SourceGraph, Tensor, Value } from '../types.ts';
import { decodeNode, outermost } from './decode-node.ts';
import type { FileContext, Place } from './decode-node.ts';
import { decodeNarrow, decodeSparseTensor, decodeTensor, narrowCodeOf } from './decode-tensor.ts';
import { decodeInput, decodeOpenValue } from './decode-type.ts';
import { graphField, sparseTensorField, tensorField, valueField } from './fields.ts';
import { withNarrowValues } from './narrow-values.ts';
import { assertDepth, initializerNames, neededParts } from './needed.ts';
import type { FileNode } from './order.ts';
import type { Message } from '../../core/protobuf/reader.ts';

/** A graph as the file has it, with the types that it declares. */
export interface DecodedGraph extends Omit<SourceGraph, 'outputs' | 'nodes'> {
  readonly outputs: readonly string[];
  readonly nodes: readonly FileNode[];
  /** Types the file gives to values, as far as it does: inputs, outputs and whatever else it says. */
  readonly declared: ReadonlyMap<string, OpenValue>;
}

/**
 * Decodes a graph and the graphs within its nodes.
 *
 * @param chosen the outputs wanted: what they do not need is left out, unread; all of the graph where absent
 * @throws InputError naming what is not supported or not allowed, and where
 */
export function decodeGraph(message: Message, file: FileContext, chosen?: readonly string[]): DecodedGraph {
  const needed = chosen === undefined ? undefined : neededParts(message, chosen);
  const wanted = (value: string): boolean => needed?.has(value) ?? true;
  const constants = new Set(initializerNames(message));
  const inputs: Value[] = [];
  for (const input of message.messages(graphField.input)) {
    const name = input.string(valueField.name) ?? '';
    // Files of old format versions list each initializer as an input too; here it is a constant.
    if (!constants.has(name) && wanted(name)) inputs.push(decodeInput(input));
  }
  const outputs = [...message.messages(graphField.output)].map((value) => decodeOpenValue(value));
  const said = [...message.messages(graphField.valueInfo)].map((value) => decodeOpenValue(value));
  const initializers = decodeInitializers(message, file, outermost, wanted);
  const nodes = (needed?.nodes ?? [...message.messages(graphField.node)]).flatMap((node) =>
    decodeNode(node, file, outermost, decodeInner(file)),
  );
  return {
    name: message.string(graphField.name) ?? '',
    inputs,
    outputs: chosen ?? outputs.map(({ name }) => name),
    declared: new Map([...said, ...outputs, ...inputs].map((value) => [value.name, value])),
    initializers,
    nodes: nameNodes(withNarrowValues(nodes, file.narrow)),
  };
}

/** A graph within a node, which says less of its values than a whole one must. */
function decodeInner(file: FileContext) {
  return (message: Message, place: Place): OpenGraph => {
    assertDepth(place.depth);
    const values = (field: number): OpenValue[] =>
      [...message.messages(field)].map((value) => decodeOpenValue(value, place.rename));
    const initializers = decodeInitializers(message, file, place, () => true);
    return {
      name: message.string(graphField.name) ?? '',
      inputs: values(graphField.input).filter(({ name }) => !initializers.has(name)),
      outputs: values(graphField.output),
      initializers,
      nodes: nameNodes(
        [...message.messages(graphField.node)].flatMap((node) =>
          decodeNode(node, file, place, decodeInner(file)),
        ),
      ),
    };
  };
}

function decodeInitializers(
  message: Message,
  file: FileContext,
  place: Place,
  wanted: (name: string) => boolean,
): Map<string, Tensor> {
  const initializers = new Map<string, Tensor>();
  const add = (given: string | undefined, decode: (where: string) => Tensor): void => {
    const name = place.rename(given ?? '');
    if (name === '') throw new InputError('an initializer of the graph has no name');
    if (initializers.has(name)) throw new InputError(`two initializers are named ${name}`);
    if (wanted(name)) initializers.set(name, decode(`the initializer ${name}`));
  };
  for (const held of message.messages(graphField.initializer)) {
    const name = held.string(tensorField.name);
    const code = narrowCodeOf(held);
    if (code !== undefined) file.narrow.set(place.rename(name ?? ''), code);
    add(name, (where) =>
      code === undefined
        ? decodeTensor(held, where, file.external)
        : decodeNarrow(held, code, where, file.external),
    );
  }
  for (const held of message.messages(graphField.sparseInitializer)) {
    const name = held.message(sparseTensorField.values)?.string(tensorField.name);
    add(name, (where) => decodeSparseTensor(held, where, file.external));
  }
  return initializers;
}

/** Keeps the names of nodes; one without a name, or with the name of an earlier one, gets its operator and number. */
function nameNodes(nodes: readonly FileNode[]): FileNode[] {
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
