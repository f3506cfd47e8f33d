/** A model that was opened, run by an engine: the classifier that attacks and the evaluator see. */
import { InputError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { sizeOf } from '../graph/tensor.ts';
import {
  CheckedClassifier,
  PROBE_COUNT,
  type ClassifierSource,
  type ModelClassifier,
  type Rows,
} from './checked-classifier.ts';
import { NOT_THE_FILE, OpenedBatch, whyOneAtATime } from './opened-batch.ts';
import { requireBounds } from './options.ts';
import { probeImages } from './self-check.ts';

export interface GraphClassifierOptions {
  /** The most examples that run at once; a larger batch is split. Bounds memory. 64 where absent. */
  readonly chunkSize?: number;
  /** An example to check the model on when it is opened, within its bounds, beside a drawn one; drawn too where absent. */
  readonly probe?: Float32Array;
}

const CHUNK_SIZE = 64;

/**
 * A matrix product of one row takes a way of its own through the runtime, which rounds otherwise than that of
 * several rows. No run has fewer examples than this, so an example's result never depends on its batch.
 */
const LEAST_ROWS = 2;

/**
 * Makes a classifier of a model. An example's logits and gradient are the same bits whatever batch it comes in. Its
 * logits are checked against those of the runtime without optimisations and, when a gradient is first taken, against
 * those of the gradient's graph; those of a batch that was opened, against the file's own, and so are its gradients when
 * one is first taken.
 *
 * @param engine stays the caller's to dispose of
 * @throws InputError when nothing says the model's bounds, the chunk size is malformed, the engine cannot run the
 * graph, or the logits of two ways differ; from `gradient`, UnsupportedOperatorError when the graph has no gradient
 */
export async function createGraphClassifier(
  description: ClassifierSource,
  engine: Engine,
  options: GraphClassifierOptions = {},
): Promise<ModelClassifier> {
  const bounds = requireBounds(description.name, description.bounds);
  const rows = rowsOf(description, options.chunkSize ?? CHUNK_SIZE);
  const probe = probeImages(description.inputShape, bounds, PROBE_COUNT);
  // Noise shows faults that images may hide (in a black border, say), and images those that drown in noise.
  const given = options.probe?.subarray(0, sizeOf(description.inputShape));
  if (given?.length === sizeOf(description.inputShape)) probe.set(given);
  const make = async (source: ClassifierSource, rows: Rows): Promise<CheckedClassifier> => {
    const forward = await engine.compile(source.graph);
    return new CheckedClassifier(source, { bounds, rows, engine, forward, probe });
  };
  const { exported, ...others } = description;
  if (exported === undefined) {
    const classifier = await make(description, rows);
    await classifier.checkUnoptimized();
    await classifier.assertExamplesApart();
    return classifier;
  }
  const closed = { ...others, graph: exported.graph, fixedBatch: exported.batch };
  const asExported = (): Promise<CheckedClassifier> => make(closed, rowsOf(closed, CHUNK_SIZE));
  const opened = await attempt(() => make(description, rows));
  const obstacle = opened instanceof InputError ? doesNotRun(opened) : await obstacleTo(opened, asExported);
  if (obstacle === undefined && !(opened instanceof InputError)) {
    await opened.checkUnoptimized();
    return new OpenedBatch(opened, asExported);
  }
  if (!(opened instanceof InputError)) await opened.dispose();
  const alone = await createGraphClassifier(closed, engine, options);
  return Object.assign(alone, { notes: [whyOneAtATime(obstacle ?? NOT_THE_FILE)] });
}

/** What an engine makes of a graph, or what it says against it. */
async function attempt<T>(make: () => Promise<T>): Promise<T | InputError> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

const doesNotRun = ({ message }: InputError): string => `does not run: ${message}`;

/** Why a model whose batch was opened does not stand for its file: undefined where it has the same logits. */
async function obstacleTo(
  opened: CheckedClassifier,
  make: () => Promise<CheckedClassifier>,
): Promise<string | undefined> {
  const asExported = await attempt(make);
  if (asExported instanceof InputError)
    return `cannot be compared with the file itself: ${asExported.message}`;
  try {
    const its = await attempt(() => asExported.probeLogits());
    if (its instanceof InputError) return `cannot be compared with the file itself: ${its.message}`;
    const agrees = await attempt(() => opened.hasLogitsOf(asExported));
    if (agrees instanceof InputError) return doesNotRun(agrees);
    return agrees ? undefined : NOT_THE_FILE;
  } finally {
    await asExported.dispose();
  }
}

function rowsOf({ name, fixedBatch }: ClassifierSource, chunkSize: number): Rows {
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw new InputError(`${name}: the chunk size is ${String(chunkSize)}, expected a whole number above 0`);
  }
  // What does not provably keep examples apart gets copies of one.
  if (fixedBatch !== undefined) return { least: fixedBatch, most: 1 };
  return { least: LEAST_ROWS, most: Math.max(chunkSize, LEAST_ROWS) };
}
