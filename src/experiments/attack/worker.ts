/** A worker thread of an evaluation: opens the models on an engine of its own and does the units that it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import type { AttackSettings } from '../../attacks/attack.ts';
import { attackOf } from '../../attacks/index.ts';
import type { Bounds } from '../../classifier/classifier.ts';
import { InputError, messageOf } from '../../core/errors.ts';
import { createEngine } from '../../engine/select.ts';
import { createUnitRunner, type UnitInputs, type UnitResult } from '../../evaluation/unit-runner.ts';
import type { ModelFindings } from '../../evaluation/records.ts';
import type { Unit } from '../../evaluation/units.ts';
import { createModelClassifier } from '../../models/model-classifier.ts';
import type { ModelDescription } from '../../models/open.ts';

/** Everything a worker is made of, plain data. */
export interface WorkerSetup {
  readonly engine: string;
  readonly threads: number;
  readonly models: readonly ModelDescription[];
  /** What models are checked on when they are opened, by their names. */
  readonly probes: Readonly<Record<string, Float32Array>>;
  /** By the models' names. */
  readonly whiteBox: readonly string[];
  readonly blackBox: { readonly source: string; readonly targets: readonly string[] } | null;
  readonly attacks: readonly { readonly id: string; readonly settings: AttackSettings }[];
  readonly eightBit: boolean;
  readonly keepsExamples: boolean;
  readonly batchSize: number;
  readonly dataRange: Bounds;
}

export type WorkerRequest =
  | { readonly kind: 'do'; readonly unit: Unit; readonly inputs: UnitInputs }
  /** To end between two calls of a model: a thread that is terminated within one takes the process with it. */
  | { readonly kind: 'stop' };

export type WorkerReply =
  | { readonly kind: 'done'; readonly result: UnitResult; readonly findings: readonly ModelFindings[] }
  | { readonly kind: 'failed'; readonly isInputError: boolean; readonly message: string };

interface OpenedWorker {
  run(unit: Unit, inputs: UnitInputs): Promise<WorkerReply>;
  dispose(): Promise<void>;
}

async function open(setup: WorkerSetup, signal: AbortSignal): Promise<OpenedWorker> {
  const engine = await createEngine(setup.engine, { threads: setup.threads });
  const classifiers = new Map<string, Awaited<ReturnType<typeof createModelClassifier>>>();
  for (const model of setup.models) {
    const probe = setup.probes[model.name];
    const options = { chunkSize: setup.batchSize, ...(probe === undefined ? {} : { probe }) };
    classifiers.set(model.name, await createModelClassifier(model, engine, options));
  }
  const classifierOf = (name: string) => {
    const classifier = classifiers.get(name);
    if (classifier === undefined) throw new RangeError(`the worker has no model ${name}`);
    return classifier;
  };
  const { blackBox } = setup;
  const runner = createUnitRunner({
    whiteBox: setup.whiteBox.map(classifierOf),
    ...(blackBox === null
      ? {}
      : {
          blackBox: {
            source: classifierOf(blackBox.source),
            targets: blackBox.targets.map(classifierOf),
          },
        }),
    attacks: setup.attacks.map(({ id, settings }) => ({ attack: attackOf(id), settings })),
    eightBit: setup.eightBit,
    keepsExamples: setup.keepsExamples,
    batchSize: setup.batchSize,
    dataRange: setup.dataRange,
    signal,
  });
  return {
    async run(unit, inputs) {
      const result = await runner.run(unit, inputs);
      const findings = [...classifiers.values()].map(({ name, check, notes }) => ({ name, check, notes }));
      return { kind: 'done', result, findings };
    },
    async dispose() {
      for (const classifier of classifiers.values()) await classifier.dispose();
      await engine.dispose();
    },
  };
}

const stopping = new AbortController();
/** Opened when the first unit comes, so that what fails then is told as that unit's failure. */
let opened: Promise<OpenedWorker> | undefined;
let working: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.kind === 'stop') {
    stopping.abort(new Error('the worker was stopped'));
    void working.then(close);
    return;
  }
  working = answer(request.unit, request.inputs).then((reply) => {
    parentPort?.postMessage(reply);
  });
});

async function answer(unit: Unit, inputs: UnitInputs): Promise<WorkerReply> {
  try {
    opened ??= open(workerData as WorkerSetup, stopping.signal);
    return await (await opened).run(unit, inputs);
  } catch (error) {
    return { kind: 'failed', isInputError: error instanceof InputError, message: messageOf(error) };
  }
}

/** Lets go of everything that keeps the thread. */
async function close(): Promise<void> {
  const worker = await opened?.catch(() => undefined);
  await worker?.dispose();
  parentPort?.close();
}
