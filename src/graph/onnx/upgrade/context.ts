/** What a rewriting of a node may ask about the graph around it, and add to it. */
import { InputError } from '../../../core/errors.ts';
import { tensor } from '../../tensor.ts';
import type { DataType, Node, Tensor, ValueType } from '../../types.ts';

export interface UpgradeContext {
  /** The opset of the file. */
  readonly opset: number;
  /** The type of a value, where the file declares it or it can be inferred. */
  type(value: string): ValueType | undefined;
  /** The tensor behind a value that is a constant. */
  constant(value: string): Tensor | undefined;
  /** Whether any node or output reads the value. */
  isRead(value: string): boolean;
  /** Adds a constant and returns the name of its value. */
  addConstant(hint: string, value: Tensor, name?: string): string;
  /** A name that no value or node has. */
  fresh(hint: string): string;
}

/** Writes a node in the form of a neighbouring opset: one node, several that do the same, or none. */
export type Rewrite = (node: Node, context: UpgradeContext) => Node | readonly Node[];

/** Rewritings by operator. */
export type Rewrites = Readonly<Record<string, Rewrite>>;

/** Refuses a node. */
export function refuse(node: Node, reason: string): never {
  throw new InputError(`node ${node.name} (${node.operator}): ${reason}`);
}

/** Several nodes in place of one. The last keeps its name and its first output. */
export class Expansion {
  readonly #nodes: Node[] = [];

  constructor(
    readonly node: Node,
    readonly context: UpgradeContext,
  ) {}

  /** Adds a node of one output, which it returns. */
  add(operator: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string {
    const name = this.context.fresh(`${this.node.name}_${operator}`);
    const output = this.context.fresh(`${this.node.outputs[0] ?? this.node.name}_${operator}`);
    this.#nodes.push({ operator, name, inputs, outputs: [output], attributes });
    return output;
  }

  /** Adds the last node and returns all. */
  finish(operator: string, inputs: readonly string[], attributes: Node['attributes'] = {}): Node[] {
    const { name, outputs } = this.node;
    return [...this.#nodes, { operator, name, inputs, outputs: outputs.slice(0, 1), attributes }];
  }
}

/** The node without some of its attributes. */
export function without(node: Node, ...names: readonly string[]): Node {
  return {
    ...node,
    attributes: Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name))),
  };
}

/** The node with its inputs set to those given; left-out ones at the end are dropped. */
export function withInputs(node: Node, inputs: readonly string[]): Node {
  const end = inputs.findLastIndex((input) => input !== '') + 1;
  return { ...node, inputs: inputs.slice(0, end) };
}

/** A number as a scalar constant of the type of the value beside it; float32 where that is not known. */
export function scalarLike(context: UpgradeContext, beside: string, hint: string, value: number): string {
  const dataType = context.type(beside)?.dataType ?? 'float32';
  return context.addConstant(hint, scalarOf(dataType, value));
}

function scalarOf(dataType: DataType, value: number): Tensor {
  if (dataType === 'float32') return tensor('float32', [], Float32Array.of(value));
  if (dataType === 'float64') return tensor('float64', [], Float64Array.of(value));
  throw new InputError(
    `a constant of the type ${dataType} is needed, which is not supported: convert the model to float32`,
  );
}
