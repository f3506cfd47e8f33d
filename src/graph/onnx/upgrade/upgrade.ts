/**
 * Brings the graph of a file to OPSET: each node goes through the rewritings of every opset on the way, upwards from
 * an older file and downwards from a newer one. An operator adds an entry to its family's table, under the opset
 * that changed it.
 */
import { InputError } from '../../../core/errors.ts';
import { definitionOf, isInOpset } from '../../operators/definitions.ts';
import { hasExpansion, typesOf } from '../../operators/expand.ts';
import type { InferredType } from '../../shapes/infer.ts';
import { OPSET } from '../../types.ts';
import type { Node, OpenGraph, OpenValue, SourceGraph, Tensor } from '../../types.ts';
import { openDimension } from '../decode-type.ts';
import { readsOf, withSubgraphs } from '../order.ts';
import type { FileNode, Wiring } from '../order.ts';
import { activationUpgrades } from './activations.ts';
import { additions, withdrawals } from './additions.ts';
import { axesUpgrades } from './axes.ts';
import { constantToInitializer } from './constant.ts';
import { refuse } from './context.ts';
import type { Rewrites, UpgradeContext } from './context.ts';
import { normalizationUpgrades } from './normalization.ts';
import { samplingDowngrades, samplingUpgrades } from './sampling.ts';

/** The opsets of files that can be read. */
export const OLDEST_OPSET = 7;
export const NEWEST_OPSET = 26;

type RewritesByOpset = Readonly<Record<number, Rewrites>>;

/** Rewritings that a file older than the opset they stand under needs. */
const upgrades: readonly RewritesByOpset[] = [
  axesUpgrades,
  activationUpgrades,
  normalizationUpgrades,
  samplingUpgrades,
  withdrawals,
];

/** Rewritings that a file of the opset they stand under, or a newer one, needs. */
const downgrades: readonly RewritesByOpset[] = [samplingDowngrades, additions];

/** A graph of some opset whose nodes are in order, with the types that its file declares. */
export interface FileGraph extends Wiring, Pick<SourceGraph, 'name' | 'inputs'> {
  readonly inputs: SourceGraph['inputs'];
  readonly declared: ReadonlyMap<string, OpenValue>;
}

/**
 * The graph in OPSET, its Constant nodes made initializers. Outputs have the types that can be inferred, or that the
 * file declares.
 *
 * @param opset of the file, OLDEST_OPSET to NEWEST_OPSET
 * @throws InputError naming the node and operator that has no equal in OPSET
 */
export function upgradeGraph(graph: FileGraph, opset: number): SourceGraph {
  const names = new Set<string>();
  const reads = new Set(graph.outputs);
  collectNames(graph.nodes, names, reads);
  for (const name of [...graph.inputs.map((input) => input.name), ...graph.initializers.keys()])
    names.add(name);
  const scope = new Scope({ names, reads }, opset, graph);
  const nodes = graph.nodes.flatMap((node) => scope.upgrade(node));
  const outputs = graph.outputs.map((name): OpenValue => {
    const type = scope.type(name);
    if (type !== undefined) return { name, dataType: type.dataType, dims: type.dims };
    return { ...graph.declared.get(name), name };
  });
  return { name: graph.name, inputs: graph.inputs, outputs, initializers: scope.initializers, nodes };
}

function collectNames(nodes: readonly Node[], names: Set<string>, reads: Set<string>): void {
  for (const node of nodes) {
    names.add(node.name);
    for (const output of node.outputs) names.add(output);
    for (const value of readsOf(node)) reads.add(value);
    withSubgraphs(node, (inner) => {
      for (const output of inner.outputs) reads.add(output.name);
      for (const value of [...inner.inputs.map((input) => input.name), ...inner.initializers.keys()])
        names.add(value);
      collectNames(inner.nodes, names, reads);
      return inner;
    });
  }
}

/** What all graphs of a file share. */
interface File {
  readonly names: Set<string>;
  readonly reads: ReadonlySet<string>;
}

/** One graph on its way to OPSET; a graph within a node sees the values of the one around it. */
class Scope implements UpgradeContext {
  readonly initializers: Map<string, Tensor>;
  readonly #file: File;
  readonly #outer: Scope | undefined;
  readonly #types = new Map<string, InferredType>();
  readonly #opset: number;
  /** The opset of the node being rewritten. */
  #current: number;

  constructor(file: File, opset: number, graph: Pick<FileGraph, 'initializers' | 'declared'>, outer?: Scope) {
    this.#file = file;
    this.#opset = opset;
    this.#current = opset;
    this.#outer = outer;
    this.initializers = new Map(graph.initializers);
    for (const [name, { dataType, dims }] of [...graph.declared, ...graph.initializers]) {
      if (dataType !== undefined && dims !== undefined) this.#types.set(name, { dataType, dims });
    }
  }

  get opset(): number {
    return this.#current;
  }

  type(value: string): InferredType | undefined {
    return this.#types.get(value) ?? this.#outer?.type(value);
  }

  constant(value: string): Tensor | undefined {
    return this.initializers.get(value) ?? this.#outer?.constant(value);
  }

  isRead(value: string): boolean {
    return this.#file.reads.has(value);
  }

  addConstant(hint: string, value: Tensor, name = this.fresh(hint)): string {
    this.initializers.set(name, value);
    this.#types.set(name, { dataType: value.dataType, dims: value.dims });
    return name;
  }

  fresh(hint: string): string {
    let name = hint;
    for (let count = 1; this.#file.names.has(name); count++) name = `${hint}_${String(count)}`;
    this.#file.names.add(name);
    return name;
  }

  /** The nodes of OPSET that do what the node does. */
  upgrade({ opset = this.#opset, ...node }: FileNode): readonly Node[] {
    this.#current = opset;
    this.#assertInFile(node);
    const nodes = node.operator === 'Constant' ? constantToInitializer(node, this) : this.#rewrite(node);
    return [nodes].flat().map((written) => {
      const whole = withSubgraphs(written, (inner) => this.#upgradeInner(inner, opset));
      this.#learn(whole);
      return whole;
    });
  }

  #rewrite(node: Node): readonly Node[] {
    let nodes: readonly Node[] = [node];
    const apply = (tables: readonly RewritesByOpset[], opset: number): void => {
      for (const table of tables) {
        nodes = nodes.flatMap((each) => table[opset]?.[each.operator]?.(each, this) ?? each);
      }
    };
    if (node.operator.includes('::')) return nodes;
    for (let opset = this.opset + 1; opset <= OPSET; opset++) apply(upgrades, opset);
    for (let opset = this.opset; opset > OPSET; opset--) apply(downgrades, opset);
    for (const { operator } of nodes) {
      if (!isInOpset(operator, OPSET) && !hasExpansion(operator)) {
        refuse(
          node,
          `came with opset ${String(definitionOf(operator)?.since)} and cannot be written for opset ${String(OPSET)}: export the model for opset ${String(OPSET)}`,
        );
      }
    }
    return nodes;
  }

  #assertInFile(node: Node): void {
    if (node.operator.includes('::') || isInOpset(node.operator, this.opset)) return;
    const arrival = definitionOf(node.operator)?.since;
    const why =
      arrival === undefined
        ? 'is no standard ONNX operator'
        : arrival > this.opset
          ? `came with opset ${String(arrival)}`
          : 'was taken away by an earlier one';
    refuse(
      node,
      `the file is of opset ${String(this.opset)}, and its operator ${why}: export the model again`,
    );
  }

  #upgradeInner(inner: OpenGraph, opset: number): OpenGraph {
    const declared = new Map([...inner.outputs, ...inner.inputs].map((value) => [value.name, value]));
    const scope = new Scope(this.#file, opset, { ...inner, declared }, this);
    const nodes = inner.nodes.flatMap((node) => scope.upgrade(node));
    return { ...inner, nodes, initializers: scope.initializers };
  }

  /** Infers the types of a node's outputs where it can; what cannot be inferred stays as declared, or unknown. */
  #learn(node: Node): void {
    const inputs = node.inputs.map((input) => (input === '' ? undefined : this.type(input)));
    if (node.inputs.some((input, index) => input !== '' && inputs[index] === undefined)) return;
    let types: readonly InferredType[];
    try {
      types = typesOf(node, inputs, (value) => this.constant(value));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return;
    }
    node.outputs.forEach((output, index) => {
      const type = types[index];
      if (type !== undefined) this.#types.set(output, merged(output, type, this.#types.get(output)));
    });
  }
}

/**
 * The inferred type, its open sizes under the names that the file has for them. A number of the file does not count
 * against a name that was inferred: files whose batch was opened by hand go on declaring it for their inner values.
 */
function merged(name: string, inferred: InferredType, declared: InferredType | undefined): InferredType {
  if (declared?.dims.length !== inferred.dims.length) return inferred;
  const dims = inferred.dims.map((dim, axis) => {
    const said = declared.dims[axis];
    if (typeof dim === 'number' || typeof said !== 'string' || said === openDimension(name, axis)) return dim;
    return said;
  });
  return { ...inferred, dims };
}
