/** Reads ONNX files as graphs of OPSET. write.ts is its inverse. */
import { InputError, messageOf } from '../../core/errors.ts';
import { readInputFile } from '../../core/files.ts';
import type { Graph } from '../types.ts';
import { decodeGraph, functionKey, isStandardDomain } from './decode-graph.ts';
import { externalDataBeside } from './external-data.ts';
import type { ExternalData } from './external-data.ts';
import { entryField, functionField, modelField, opsetField } from './fields.ts';
import { foreignFormatOf } from './foreign-formats.ts';
import { orderNodes } from './order.ts';
import { NEWEST_OPSET, OLDEST_OPSET, upgradeGraph } from './upgrade/upgrade.ts';
import { Message, WireFormatError } from './wire-reader.ts';

export type { ExternalData } from './external-data.ts';

/** What an ONNX file holds. */
export interface OnnxModel {
  /** Brought to OPSET. Constants are initializers, nodes are in order and named, weights may be views of the file. */
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
  /** The program that wrote the file and its version, '' where it does not say. */
  readonly producer: string;
  readonly irVersion: number;
  /** The opset of the file itself. */
  readonly opset: number;
}

/**
 * Reads an ONNX file, and the weights files beside it that it names.
 *
 * @throws InputError naming the file, and what in it is missing, damaged or not supported
 */
export async function readModel(path: string): Promise<OnnxModel> {
  return decodeModel(await readInputFile(path, 'model'), path, externalDataBeside(path));
}

/**
 * Decodes the bytes of an ONNX file. Weights become views of `bytes` where they are aligned, so the bytes must not
 * change afterwards.
 *
 * @param source names the file in messages
 * @param externalData gives weights that stand in other files; without it such a model is refused
 * @throws InputError naming the source
 */
export function decodeModel(bytes: Uint8Array, source: string, externalData?: ExternalData): OnnxModel {
  if (bytes.length === 0) throw new InputError(`the model ${source} is empty: fetch or export it again`);
  const foreign = foreignFormatOf(bytes);
  if (foreign !== undefined) throw new InputError(`the model ${source} is not an ONNX file but ${foreign}`);
  try {
    return decode(new Message(bytes), externalData);
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

function decode(message: Message, external: ExternalData | undefined): OnnxModel {
  const graph = message.message(modelField.graph);
  if (graph === undefined) {
    throw new WireFormatError('it holds no graph');
  }
  const opset = opsetOf(message);
  const functions = new Set(
    [...message.messages(modelField.functions)].map((held) =>
      functionKey(held.string(functionField.domain) ?? '', held.string(functionField.name) ?? ''),
    ),
  );
  const decoded = decodeGraph(graph, { external, functions });
  const nodes = orderNodes(decoded);
  return {
    graph: upgradeGraph({ ...decoded, nodes }, opset),
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
    opset,
  };
}

function opsetOf(message: Message): number {
  const imports = [...message.messages(modelField.opsetImport)];
  const standard = imports.filter((each) => isStandardDomain(each.string(opsetField.domain) ?? ''));
  const opset = standard.at(-1)?.integer(opsetField.version);
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
