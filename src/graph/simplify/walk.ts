/**
 * Goes through a graph once and builds the plainer one: constants are folded, nodes that pass their input on are left
 * out, and handlers take the place of operators that the result must not hold. simplify.ts walks with what can be
 * computed here; specialize/ adds an engine and handlers.
 */
import { InputError } from '../../core/errors.ts';
import { attribute } from '../attributes.ts';
import { GraphBuilder } from '../builder.ts';
import { intOf } from '../operators/definitions.ts';
import { expandNode, isWrittenOut } from '../operators/expand.ts';
import { withoutCeilMode } from '../operators/pool-windows.ts';
import { inferTypes } from '../shapes/infer.ts';
import { int64s } from '../tensor.ts';
import type { Graph, Node, OpenGraph, SourceGraph, Tensor } from '../types.ts';
import { Scope, refuseNode, valueBinding, type Binding } from './binding.ts';
import { foldableGraph, foldedValue, isWorthKeeping } from './fold.ts';
import { passedOn, plainTarget } from './plain.ts';
import { removeUnused } from './prune.ts';

/**
 * Steps that now and then ask for the outputs of a graph without inputs, and go on with them, or with undefined where
 * nobody can compute it.
 */
export type Steps<T> = Generator<Graph, T, readonly Tensor[] | undefined>;

/** Takes a node's place: gives what each of its outputs stands for, in their order. */
export type Handler = (walk: Walk, node: Node, scope: Scope) => Steps<readonly Binding[]>;
export type Handlers = Readonly<Record<string, Handler>>;

/** What unrolling may add to a graph: nodes that stay, and steps taken in all, so that no loop goes on without end. */
const MOST_UNROLLED_NODES = 4096;
const MOST_UNROLLED_STEPS = 200_000;

export class Walk {
  readonly builder: GraphBuilder;
  readonly notes: string[] = [];
  readonly #source: SourceGraph;
  readonly #handlers: Handlers;
  /** Names of the outermost graph, which stay with its own values. */
  readonly #taken: ReadonlySet<string>;
  /** By graph within a node, its constants, shared by every time that it is walked. */
  readonly #constants = new Map<OpenGraph, ReadonlyMap<string, string>>();
  #unrolling: Node | undefined;
  #unrolledNodes = 0;
  #unrolledSteps = 0;

  constructor(source: SourceGraph, handlers: Handlers) {
    this.#source = source;
    this.#handlers = handlers;
    this.builder = new GraphBuilder(source.name);
    this.#taken = new Set([
      ...source.inputs.map((input) => input.name),
      ...source.initializers.keys(),
      ...source.nodes.flatMap((node) => node.outputs),
    ]);
  }

  /** The whole graph. Inputs and outputs keep their names and order. */
  *graph(): Steps<Graph> {
    const { builder } = this;
    const scope = new Scope();
    for (const { name, dataType, dims } of this.#source.inputs) {
      scope.bind(name, valueBinding(builder.input(name, dataType, dims)));
    }
    for (const [name, value] of this.#source.initializers) {
      scope.bind(name, valueBinding(builder.constant(value, name)));
    }
    for (const node of this.#source.nodes) yield* this.#step(node, scope);
    for (const { name } of this.#source.outputs) {
      // A replaced value that is an output of the graph keeps its node, and with it its name.
      if (!builder.has(name)) builder.identity(this.#outputValue(name, scope), name);
      builder.output(name);
    }
    return removeUnused(builder.build());
  }

  /** A graph within a node, once: gives what its outputs stand for. */
  *inline(inner: OpenGraph, node: Node, outer: Scope, inputs: readonly Binding[]): Steps<readonly Binding[]> {
    const scope = new Scope(outer);
    if (inner.inputs.length > inputs.length) {
      refuseNode(
        node,
        `its graph takes ${String(inner.inputs.length)} values, and has ${String(inputs.length)}`,
      );
    }
    inner.inputs.forEach(({ name }, index) => {
      const given = inputs[index];
      if (given !== undefined) scope.bind(name, given);
    });
    for (const [name, constant] of this.#constantsOf(inner)) scope.bind(name, valueBinding(constant));
    for (const each of inner.nodes) yield* this.#step(each, scope);
    return inner.outputs.map(({ name }) => scope.get(name));
  }

  /** Runs steps that repeat a graph for a node, and refuses them where they do not end. */
  *unroll<T>(node: Node, steps: Steps<T>): Steps<T> {
    const outer = this.#unrolling;
    this.#unrolling = outer ?? node;
    const result = yield* steps;
    this.#unrolling = outer;
    return result;
  }

  /** The value that an input of a node is. */
  value(node: Node, index: number, scope: Scope): string {
    const name = node.inputs[index] ?? '';
    if (name === '') return '';
    const binding = scope.get(name);
    if (binding.kind === 'value') return binding.name;
    return refuseNode(node, `it reads ${name}, a ${binding.kind}, and takes tensors only`);
  }

  /** The one element of a value, where it is known. */
  known(value: string): number | undefined {
    const held = this.builder.constantOf(value);
    if (held?.data.length === 1) return Number(held.data[0]);
    const [only, ...others] = this.builder.elementsOf(value) ?? [];
    return others.length === 0 && typeof only === 'number' ? only : undefined;
  }

  /** The elements of an integer value, where all are known. */
  knownIntegers(value: string): readonly number[] | undefined {
    const held = this.builder.constantOf(value);
    if (held !== undefined) return Array.from(held.data as ArrayLike<number | bigint>, Number);
    const elements = this.builder.elementsOf(value);
    return elements?.every((element) => typeof element === 'number') === true ? elements : undefined;
  }

  constant(value: Tensor, hint = 'constant'): string {
    return this.builder.constant(value, this.fresh(hint));
  }

  /** A name that no value of either graph has. */
  fresh(hint: string): string {
    for (;;) {
      const name = this.builder.fresh(hint);
      if (!this.#taken.has(name)) return name;
    }
  }

  /** Adds a node of one output to the graph being built, or what it folds to. */
  *apply(operator: string, inputs: readonly string[], attributes: Node['attributes'] = {}): Steps<string> {
    const name = this.fresh(operator);
    const outputs = [this.fresh(operator.toLowerCase())];
    const [result = ''] = yield* this.#add({ operator, name, inputs, outputs, attributes });
    return result;
  }

  /** Adds a node whose names are those of a scope, and gives what its outputs stand for. */
  *emit(node: Node, scope: Scope): Steps<readonly Binding[]> {
    const outermost = scope.outer === undefined;
    const inputs = node.inputs.map((_, index) => this.value(node, index, scope));
    const outputs = node.outputs.map((output) => {
      if (output === '' || (outermost && !this.builder.has(output))) return output;
      return this.builder.has(output) || this.#taken.has(output) ? this.fresh(output) : output;
    });
    const results = yield* this.#add({ ...node, inputs, outputs });
    return results.map(valueBinding);
  }

  *#step(node: Node, scope: Scope): Steps<void> {
    this.#countStep();
    const handler = Object.hasOwn(this.#handlers, node.operator) ? this.#handlers[node.operator] : undefined;
    const bindings = yield* handler === undefined ? this.emit(node, scope) : handler(this, node, scope);
    node.outputs.forEach((output, index) => {
      const binding = bindings[index];
      if (output === '') return;
      if (binding === undefined) refuseNode(node, `it has no output number ${String(index)}`);
      scope.bind(output, binding);
    });
  }

  #countStep(): void {
    if (this.#unrolling === undefined) return;
    this.#unrolledSteps++;
    if (this.#unrolledSteps > MOST_UNROLLED_STEPS || this.#unrolledNodes > MOST_UNROLLED_NODES) {
      refuseNode(
        this.#unrolling,
        `written out it takes more than ${String(MOST_UNROLLED_NODES)} nodes: export the model with a shorter loop, or without it`,
      );
    }
  }

  /** Adds a node; its outputs, or the values that take their places. */
  *#add(given: Node): Steps<readonly string[]> {
    const { builder } = this;
    if (isWrittenOut(builder, given)) return yield* this.#addExpanded(given);
    const node = this.#withPlainWindows(this.#withPlainTarget(this.#withNamedStatistics(given)));
    builder.node(node.operator, node.inputs, node.attributes, { name: node.name, outputs: node.outputs });
    const [first = '', ...others] = node.outputs;
    const passed = passedOn(builder, node);
    if (passed !== undefined) return [passed, ...others];
    const folded = foldedValue(builder, node);
    if (folded !== undefined) return [this.constant(folded, 'folded'), ...others];
    const request = foldableGraph(builder, node);
    const results = request === undefined ? undefined : yield request;
    if (request !== undefined && results !== undefined && isWorthKeeping(request, results)) {
      const byName = new Map(request.outputs.map(({ name }, index) => [name, results[index]]));
      return [first, ...others].map((output) => {
        const value = byName.get(output);
        return value === undefined ? output : this.constant(value, 'folded');
      });
    }
    if (this.#unrolling !== undefined) this.#unrolledNodes++;
    return [first, ...others];
  }

  /** Adds what a node is written out as; its own nodes may be written out in turn, or folded. */
  *#addExpanded(given: Node): Steps<readonly string[]> {
    const { builder } = this;
    const { nodes, constants } = expandNode(given, {
      type: (value) => builder.inferred(value),
      constant: (value) => builder.constantOf(value),
      fresh: (hint) => this.fresh(hint),
    });
    for (const [name, value] of constants) builder.constant(value, name);
    /** What stands in place of a value. */
    const replacements = new Map<string, string>();
    const replaced = (value: string): string => replacements.get(value) ?? value;
    for (const node of nodes) {
      const results = yield* this.#add({ ...node, inputs: node.inputs.map(replaced) });
      node.outputs.forEach((output, index) => replacements.set(output, results[index] ?? output));
    }
    return given.outputs.map(replaced);
  }

  /** The runtime fails without a word on BatchNormalization that trains and leaves its statistics unnamed. */
  #withNamedStatistics(node: Node): Node {
    if (node.operator !== 'BatchNormalization' || intOf(node, 'training_mode') === 0) {
      return node;
    }
    const outputs = [0, 1, 2].map((index) => {
      const given = node.outputs[index] ?? '';
      return given === '' ? this.fresh('statistics') : given;
    });
    return { ...node, outputs };
  }

  /** A pool in ceil mode with the padding that it means. */
  #withPlainWindows(node: Node): Node {
    if (attribute(node, 'ceil_mode', 'int') !== 1) return node;
    const inputs = node.inputs.map((input) => this.builder.inferred(input));
    const [output] = inferTypes(node, inputs, (value) => this.builder.constantOf(value));
    return withoutCeilMode(node, inputs[0]?.dims ?? [], output?.dims ?? []);
  }

  /** Reshape with a constant target where it follows from shapes. */
  #withPlainTarget(node: Node): Node {
    const plain = plainTarget(this.builder, node);
    return plain === undefined
      ? node
      : { ...node, inputs: [node.inputs[0] ?? '', this.constant(int64s(plain), 'folded')] };
  }

  #outputValue(name: string, scope: Scope): string {
    const binding = scope.get(name);
    if (binding.kind === 'value') return binding.name;
    throw new InputError(`the output ${name} is a ${binding.kind}, not a tensor: choose another output`);
  }

  #constantsOf(inner: OpenGraph): ReadonlyMap<string, string> {
    const known = this.#constants.get(inner);
    if (known !== undefined) return known;
    const names = new Map(
      [...inner.initializers].map(([name, value]) => [name, this.constant(value, name)] as const),
    );
    this.#constants.set(inner, names);
    return names;
  }
}

/** Takes steps with what can be computed here. */
export function walkAlone<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next(undefined);
    if (step.done === true) return step.value;
  }
}

/** Takes steps, each graph they ask for being computed by an engine; one that it cannot run stays in the graph. */
export async function walkWith<T>(
  steps: Steps<T>,
  evaluate: (graph: Graph) => Promise<readonly Tensor[]>,
): Promise<T> {
  let step = steps.next(undefined);
  while (step.done !== true) {
    const results = await evaluate(step.value).catch((error: unknown) => {
      if (error instanceof InputError) return undefined;
      throw error;
    });
    step = steps.next(results);
  }
  return step.value;
}
