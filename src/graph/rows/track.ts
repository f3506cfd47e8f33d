/** Follows the examples of a batch through a graph, node by node. */
import { GraphBuilder } from '../builder.ts';
import { BATCH, type Graph, type Node } from '../types.ts';
import { definitionOf } from '../operators/definitions.ts';
import { axisOf, rowsAt, SHARED, type Rows } from './rows.ts';
import { MixingError, RowSite } from './site.ts';

/** Knows of each value of a growing graph where the examples lie in it. */
export class RowTracker {
  readonly #builder: GraphBuilder;
  readonly #batch: string;
  readonly #rows = new Map<string, Rows>();

  /** @param batch the name of the batch's size */
  constructor(builder: GraphBuilder, batch: string = BATCH) {
    this.#builder = builder;
    this.#batch = batch;
  }

  /** Says of a value, such as the image, where its examples lie. */
  declare(value: string, rows: Rows): void {
    this.#rows.set(value, rows);
  }

  /** The rows of a value; one of which nothing was said (a constant) is shared. */
  of(value: string): Rows {
    return this.#rows.get(value) ?? SHARED;
  }

  /** Whether the examples are the rows of a value: its first axis is the batch and nothing else. */
  hasRows(value: string): boolean {
    return axisOf(this.of(value)) === 0 && this.#builder.dims(value)[0] === this.#batch;
  }

  /**
   * Follows the examples through a node that the builder has.
   *
   * @throws MixingError when the node mixes them, or is not known to keep them apart
   */
  follow(node: Node): void {
    const inputs = node.inputs.map((input) => (input === '' ? SHARED : this.of(input)));
    const site = new RowSite(this.#builder, node, inputs, this.#batch);
    const { rows: rule, isRandom = false } = definitionOf(node.operator) ?? {};
    // What is computed from constants alone is one, whatever computes it, chance excepted.
    const constant = inputs.every(({ kind }) => kind === 'shared') && !isRandom;
    const rows = constant ? site.all(SHARED) : rule === undefined ? site.mayMix() : rule(site);
    node.outputs.forEach((output, index) => {
      if (output !== '') this.#rows.set(output, rows[index] ?? SHARED);
    });
  }
}

/**
 * Checks that each example's scores depend on that example alone.
 *
 * @param graph one input, [N, …] with N its batch's name, and outputs [N, …]
 * @throws MixingError naming the first node that mixes the examples, or is not known to keep them apart
 */
export function assertRowsApart(graph: Graph): void {
  const builder = GraphBuilder.from(graph);
  const [image] = graph.inputs;
  const tracker = new RowTracker(builder);
  if (image !== undefined) tracker.declare(image.name, rowsAt(0));
  for (const node of builder.nodes) tracker.follow(node);
  const last = builder.nodes.at(-1);
  for (const { name } of graph.outputs) {
    if (!tracker.hasRows(name) && last !== undefined) {
      const certain = tracker.of(name).kind !== 'shared';
      throw new MixingError(
        last,
        `gives the output ${name}, in which the examples are not the rows`,
        certain,
      );
    }
  }
}
