/** The functions that a file defines, and writing their bodies in the place of their calls. */
import { InputError } from '../../core/errors.ts';
import type { Attribute } from '../types.ts';
import { functionField, modelField, nodeField, opsetField } from './fields.ts';
import { namesIn } from './needed.ts';
import type { Message } from '../../core/protobuf/reader.ts';

/** A FunctionProto. */
export interface LocalFunction {
  readonly key: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Message[];
  /** Attributes that have a default value. */
  readonly defaults: readonly Message[];
  /** The opset of the standard operators in its body, where it names one. */
  readonly opset: number | undefined;
}

/** Functions call functions to this depth, and all calls of a file make this many nodes: more is made to break readers. */
const MAXIMUM_CALL_DEPTH = 32;
const MAXIMUM_NODES = 200_000;

/** The domain of the standard operators has two names. */
export function isStandardDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

/** How an operator or function is referred to: by its name alone where it is standard. */
export function functionKey(domain: string, name: string, overload = ''): string {
  const plain = isStandardDomain(domain) ? name : `${domain}::${name}`;
  return overload === '' ? plain : `${plain}:${overload}`;
}

/** The opset of the standard operators that a model or function imports. */
export function standardOpset(message: Message, field: number): bigint | undefined {
  return [...message.messages(field)]
    .filter((each) => isStandardDomain(each.string(opsetField.domain) ?? ''))
    .at(-1)
    ?.integer(opsetField.version);
}

export class FunctionTable {
  readonly #functions = new Map<string, LocalFunction>();
  readonly #model: Message;
  /** How often each hint was asked for. */
  readonly #hints = new Map<string, number>();
  readonly #prefixes = new Set<string>();
  /** The names of the file, sorted: those with a beginning stand together. */
  #names: readonly string[] | undefined;
  #nodes = 0;

  constructor(model: Message) {
    this.#model = model;
    for (const held of model.messages(modelField.functions)) {
      const key = functionKey(
        held.string(functionField.domain) ?? '',
        held.string(functionField.name) ?? '',
        held.string(functionField.overload),
      );
      const opset = standardOpset(held, functionField.opsetImport);
      this.#functions.set(key, {
        key,
        inputs: held.strings(functionField.input),
        outputs: held.strings(functionField.output),
        nodes: [...held.messages(functionField.node)],
        defaults: [...held.messages(functionField.attributeDefault)],
        opset: opset === undefined ? undefined : Number(opset),
      });
    }
  }

  /** The function that a node calls, or undefined where it applies an operator. */
  of(node: Message): LocalFunction | undefined {
    if (this.#functions.size === 0) return undefined;
    return this.#functions.get(
      functionKey(
        node.string(nodeField.domain) ?? '',
        node.string(nodeField.operator) ?? '',
        node.string(nodeField.overload),
      ),
    );
  }

  /** Counts a call, and refuses what has no end. */
  enter(called: LocalFunction, depth: number): void {
    this.#nodes += called.nodes.length;
    if (depth > MAXIMUM_CALL_DEPTH) {
      throw new InputError(
        `functions call functions deeper than ${String(MAXIMUM_CALL_DEPTH)} levels, at ${called.key}`,
      );
    }
    if (this.#nodes > MAXIMUM_NODES) {
      throw new InputError(
        `its functions make more than ${String(MAXIMUM_NODES)} nodes where they are called`,
      );
    }
  }

  #sortedNames(): readonly string[] {
    const graph = this.#model.message(modelField.graph);
    return graph === undefined ? [] : namesIn(graph).sort();
  }

  /** A beginning that no name of the file has, nor one given before. */
  prefix(hint: string): string {
    const names = (this.#names ??= this.#sortedNames());
    for (let count = this.#hints.get(hint) ?? 0; ; count++) {
      const prefix = count === 0 ? `${hint}/` : `${hint}_${String(count)}/`;
      if (this.#prefixes.has(prefix) || beginsOne(names, prefix)) continue;
      this.#prefixes.add(prefix);
      this.#hints.set(hint, count + 1);
      return prefix;
    }
  }
}

/** Whether one of some sorted names begins so: the first that is not before the beginning does. */
function beginsOne(names: readonly string[], beginning: string): boolean {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((names[middle] ?? '') < beginning) low = middle + 1;
    else high = middle;
  }
  return names[low]?.startsWith(beginning) === true;
}

/** A call being written out. */
export interface Call {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly prefix: string;
}

/**
 * What each name of a function's body is called in the place of a call: inputs and outputs as the call has them, all
 * else behind the call's prefix. Outputs that the body does not compute but passes on are listed apart.
 */
export function namesOfCall(
  called: LocalFunction,
  call: Call,
): { rename: (name: string) => string; passed: readonly (readonly [from: string, to: string])[] } {
  const names = new Map<string, string>([['', '']]);
  called.inputs.forEach((input, index) => names.set(input, call.inputs[index] ?? ''));
  const passed: (readonly [string, string])[] = [];
  const rename = (name: string): string => names.get(name) ?? `${call.prefix}${name}`;
  called.outputs.forEach((output, index) => {
    const wanted = call.outputs[index] ?? '';
    if (wanted === '') return;
    if (names.has(output)) passed.push([rename(output), wanted]);
    else names.set(output, wanted);
  });
  return { rename, passed };
}
