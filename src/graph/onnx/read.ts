/** Reads ONNX files as graphs of OPSET. write.ts is its inverse. */
import { InputError, messageOf } from '../../core/errors.ts';
import { readInputFile } from '../../core/files.ts';
import { FloatConversion } from '../float-types.ts';
import type { SourceGraph } from '../types.ts';
import { decodeGraph } from './decode-graph.ts';
import type { DecodedGraph } from './decode-graph.ts';
import { externalDataBeside } from './external-data.ts';
import type { ExternalData } from './external-data.ts';
import { modelField } from './fields.ts';
import { foreignFormatOf } from './foreign-formats.ts';
import { FunctionTable, standardOpset } from './functions.ts';
import { readableOutputs, interfaceOf, originOf } from './interface.ts';
import type { FileValue, OnnxInterface } from './interface.ts';
import { orderNodes } from './order.ts';
import { NEWEST_OPSET, OLDEST_OPSET, upgradeGraph } from './upgrade/upgrade.ts';
import { Message, WireFormatError } from '../../core/protobuf/reader.ts';

export type { ExternalData } from './external-data.ts';
export type { FileValue, OnnxInterface, ValueKind } from './interface.ts';

/** What an ONNX file holds. */
export interface OnnxModel {
  /**
   * Brought to OPSET, functions written in the place of their calls. Constants are initializers, nodes are in order and
   * named, weights may be views of the file. `specialize` makes it a Graph.
   */
  readonly graph: SourceGraph;
  readonly metadata: Readonly<Record<string, string>>;
  /** The program that wrote the file and its version, '' where it does not say. */
  readonly producer: string;
  readonly irVersion: number;
  /** The opset of the file itself. */
  readonly opset: number;
  /** What was changed on reading, one sentence each: float16 and bfloat16 are brought to float32. */
  readonly notes: readonly string[];
}

export interface ReadOptions {
  /**
   * Chooses among the outputs that the file declares, by name. It is asked before anything is refused: only what the
   * outputs need is then read. All outputs where absent.
   */
  readonly chooseOutputs?: (outputs: readonly FileValue[]) => readonly string[];
}

/**
 * Reads an ONNX file, and the weights files beside it that it names.
 *
 * @throws InputError naming the file, and what in it is missing, damaged or not supported
 */
export async function readModel(path: string, options: ReadOptions = {}): Promise<OnnxModel> {
  return decodeModel(await readInputFile(path, 'model'), path, externalDataBeside(path), options);
}

/**
 * Decodes the bytes of an ONNX file. Weights become views of `bytes` where they are aligned, so the bytes must not
 * change afterwards.
 *
 * @param source names the file in messages
 * @param externalData gives weights that stand in other files; without it such a model is refused
 * @throws InputError naming the source
 */
export function decodeModel(
  bytes: Uint8Array,
  source: string,
  externalData?: ExternalData,
  options: ReadOptions = {},
): OnnxModel {
  return decoded(bytes, source, (message, graph) => decode(message, graph, externalData, options));
}

/**
 * What an ONNX file says of itself, whether or not it can be understood.
 *
 * @throws InputError when it is no ONNX file
 */
export function readInterface(bytes: Uint8Array, source: string): OnnxInterface {
  return decoded(bytes, source, interfaceOf);
}

function decoded<T>(bytes: Uint8Array, source: string, decode: (message: Message, graph: Message) => T): T {
  if (bytes.length === 0) throw new InputError(`the model ${source} is empty: fetch or export it again`);
  const foreign = foreignFormatOf(bytes);
  if (foreign !== undefined) throw new InputError(`the model ${source} is not an ONNX file but ${foreign}`);
  try {
    const message = new Message(bytes);
    const graph = message.message(modelField.graph);
    if (graph === undefined) throw new WireFormatError('it holds no graph');
    // Written last, so that a file cut short lacks it.
    if (!message.has(modelField.opsetImport)) {
      throw new WireFormatError('it names no opset of the standard operators');
    }
    return decode(message, graph);
  } catch (error) {
    if (error instanceof WireFormatError) {
      throw new InputError(
        `the model ${source} is truncated or not an ONNX file (${error.message}): fetch or export it again`,
      );
    }
    if (error instanceof InputError) throw new InputError(`the model ${source}: ${messageOf(error)}`);
    throw error;
  }
}

function decode(
  message: Message,
  held: Message,
  external: ExternalData | undefined,
  options: ReadOptions,
): OnnxModel {
  const chosen = options.chooseOutputs?.(readableOutputs(held));
  const opset = opsetOf(message);
  const conversion = new FloatConversion('float16', 'bfloat16');
  const graph = inHeldFloats(
    decodeGraph(held, { external, functions: new FunctionTable(message), narrow: new Map() }, chosen),
    conversion,
  );
  return {
    graph: upgradeGraph({ ...graph, nodes: orderNodes(graph) }, opset),
    ...originOf(message),
    opset,
    notes: conversion.notes,
  };
}

/** Types that the file gives to values count no further than the values themselves. */
function inHeldFloats(graph: DecodedGraph, conversion: FloatConversion): DecodedGraph {
  const converted = {
    ...graph,
    inputs: graph.inputs.map((value) => conversion.value(value)),
    initializers: conversion.constants(graph.initializers),
    nodes: graph.nodes.map((node) => conversion.node(node)),
  };
  const declaring = new FloatConversion('float16', 'bfloat16');
  const declared = [...graph.declared].map(([name, value]) => [name, declaring.value(value)] as const);
  return { ...converted, declared: new Map(declared) };
}

function opsetOf(message: Message): number {
  const opset = standardOpset(message, modelField.opsetImport);
  if (opset === undefined) {
    throw new WireFormatError('it names no opset of the standard operators');
  }
  if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
    const range = `${String(OLDEST_OPSET)} to ${String(NEWEST_OPSET)}`;
    throw new InputError(
      `its opset is ${String(opset)}, and opsets ${range} can be read: export it for opset 18`,
    );
  }
  return Number(opset);
}
