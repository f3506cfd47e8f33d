/**
 * Computes logits and input gradients of exported models and compares them with PyTorch's in float64.
 *
 *   npx tsx benchmarks/families/measure.ts FOLDER... [--threads 1]
 *
 * FOLDER is one form of one model as export.py writes it: it holds model.onnx, and the folder above it the examples
 * and the reference. FOLDER/measured.json is written: errors, or at which stage and why there are none.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createEngine,
  createModelClassifier,
  type Engine,
  InputError,
  type ModelDescription,
  openModel,
} from '../../src/index.ts';
import { readNpy } from '../../src/data/npy.ts';
import { crossEntropyOf } from '../../src/classifier/objective.ts';

type Stage = 'open' | 'logits' | 'gradients';

/** Over the examples: relative L2 error against float64. */
interface Errors {
  readonly best: number;
  readonly median: number;
  readonly worst: number;
}

interface Measured {
  /** `refused`: said in a line of the toolkit's own; `failed`: any other error. */
  readonly status: 'measured' | 'refused' | 'failed' | 'died';
  readonly stage?: Stage;
  readonly message?: string;
  readonly logits?: Errors;
  readonly gradients?: Errors;
  /** The batch size that the model insists on; absent where any goes. */
  readonly fixedBatch?: number;
  readonly notes?: readonly string[];
  /** Why the file runs as a black box alone. */
  readonly obstacle?: string;
  readonly openMs?: number;
  readonly msPerGradient?: number;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '1' } },
});

const engine = await createEngine('onnxruntime', { threads: Number(options.threads) });
for (const folder of positionals) {
  // Replaced below; what stays is the record of a process that died.
  write(folder, { status: 'died', message: 'the process ended during the measurement' });
  write(folder, await measure(folder, engine));
}

async function measure(folder: string, engine: Engine): Promise<Measured> {
  const model = dirname(folder);
  const x = Float32Array.from(await numbers(join(model, 'x.npy')));
  const y = Int32Array.from(await numbers(join(model, 'y.npy')));
  let stage: Stage = 'open';
  let found: Omit<Measured, 'status'> = {};
  try {
    const started = performance.now();
    const description = await openModel(join(folder, 'model.onnx'), { bounds: { lower: 0, upper: 1 } });
    found = { openMs: since(started), ...batchOf(description) };
    stage = 'logits';
    const classifier = await createModelClassifier(description, engine, { probe: x });
    try {
      const logits = await classifier.logits(x);
      found = { ...found, logits: errors(logits, await numbers(join(model, 'logits.npy')), y.length) };
      found = { ...found, ...notesOf(description.notes, classifier.notes) };
      stage = 'gradients';
      const { gradients } = await classifier.gradient(x, crossEntropyOf(y));
      const truth = await numbers(join(model, 'gradients.npy'));
      found = { ...found, gradients: errors(gradients, truth, y.length) };
      // The second run: the first one also differentiates and compiles.
      const again = performance.now();
      await classifier.gradient(x, crossEntropyOf(y));
      return { status: 'measured', ...found, msPerGradient: since(again) / y.length };
    } finally {
      await classifier.dispose();
    }
  } catch (error) {
    const status = error instanceof InputError ? 'refused' : 'failed';
    const message = error instanceof Error ? error.message : String(error);
    return { status, stage, message, ...found };
  }
}

function batchOf({ program }: ModelDescription): Pick<Measured, 'fixedBatch' | 'obstacle'> {
  const obstacle = program.kind === 'file' ? program.obstacle : undefined;
  const fixedBatch = program.kind === 'file' ? program.batch : program.fixedBatch;
  return {
    ...(obstacle === undefined ? {} : { obstacle }),
    ...(fixedBatch === undefined ? {} : { fixedBatch }),
  };
}

function notesOf(...notes: readonly (readonly string[])[]): Pick<Measured, 'notes'> {
  const all = notes.flat();
  return all.length === 0 ? {} : { notes: all };
}

async function numbers(path: string): Promise<ArrayLike<number>> {
  const { data } = await readNpy(path);
  return data instanceof BigInt64Array || data instanceof BigUint64Array ? Array.from(data, Number) : data;
}

/** ‖values − truth‖ / ‖truth‖ over the rows. */
function errors(values: ArrayLike<number>, truth: ArrayLike<number>, rows: number): Errors {
  if (values.length !== truth.length) {
    throw new Error(`${String(values.length)} numbers, and PyTorch has ${String(truth.length)}`);
  }
  const width = truth.length / rows;
  const each = Array.from({ length: rows }, (_, row) => {
    let difference = 0;
    let norm = 0;
    for (let index = row * width; index < (row + 1) * width; index += 1) {
      const right = truth[index] ?? Number.NaN;
      difference += ((values[index] ?? Number.NaN) - right) ** 2;
      norm += right ** 2;
    }
    return Math.sqrt(difference / norm);
  }).sort((a, b) => a - b);
  const at = (position: number): number => each[Math.floor(position)] ?? Number.NaN;
  return { best: at(0), median: (at((rows - 1) / 2) + at(rows / 2)) / 2, worst: at(rows - 1) };
}

function since(started: number): number {
  return Math.round((performance.now() - started) * 100) / 100;
}

function write(folder: string, measured: Measured): void {
  writeFileSync(join(folder, 'measured.json'), `${JSON.stringify(measured, null, 2)}\n`);
}
