/**
 * Makes a graph from a file one that can be differentiated and run: with the types of its inputs given, what they and
 * the constants decide is decided (branches, loops, sequences), and what is constant is computed.
 */
import { Walk, walkAlone, walkWith } from '../simplify/walk.ts';
import type { Steps } from '../simplify/walk.ts';
import type { Graph, SourceGraph, Tensor } from '../types.ts';
import { conditionalHandlers } from './conditional.ts';
import { conversionHandlers } from './conversion.ts';
import { inSinglePrecision, lacksDoublePrecision } from './double-precision.ts';
import { dropoutHandlers } from './dropout.ts';
import { knownChoiceHandlers } from './known-choices.ts';
import { loopHandlers } from './loop.ts';
import { optionalHandlers } from './optional.ts';
import { scanHandlers } from './scan.ts';
import { sequenceHandlers } from './sequence.ts';

/** Computes the outputs of a graph without inputs, in their order: an engine. */
export type ConstantEvaluator = (graph: Graph) => Promise<readonly Tensor[]>;

export interface SpecializeOptions {
  /**
   * Serves for constants that the toolkit does not compute itself, which stay in the graph without it or where it
   * throws an InputError.
   */
  readonly evaluate?: ConstantEvaluator;
}

export interface SpecializedGraph {
  readonly graph: Graph;
  /** What is computed otherwise than the file says, one sentence each. */
  readonly notes: readonly string[];
}

const handlers = {
  ...conditionalHandlers,
  ...conversionHandlers,
  ...dropoutHandlers,
  ...knownChoiceHandlers,
  ...loopHandlers,
  ...optionalHandlers,
  ...scanHandlers,
  ...sequenceHandlers,
};

/**
 * Specializes a graph to the types of its inputs, as they stand in `graph.inputs`; sizes that a file declares of other
 * values do not count. Inputs and outputs keep their names and order, and values no output needs are dropped.
 *
 * @throws InputError naming the node whose operator is unknown, whose inputs do not fit it, or whose branch, number of
 *   runs or position is not known from the types of the inputs
 */
export async function specialize(
  graph: SourceGraph,
  options: SpecializeOptions = {},
): Promise<SpecializedGraph> {
  const walk = new Walk(graph, handlers);
  const built = await taken(walk.graph(), options);
  if (!lacksDoublePrecision(built, walk.builder)) return { graph: built, notes: walk.notes };
  const single = inSinglePrecision(graph);
  const again = new Walk(single.graph, handlers);
  return { graph: await taken(again.graph(), options), notes: [...single.notes, ...again.notes] };
}

async function taken(steps: Steps<Graph>, { evaluate }: SpecializeOptions): Promise<Graph> {
  return evaluate === undefined ? walkAlone(steps) : walkWith(steps, evaluate);
}
