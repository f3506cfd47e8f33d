/** A small result that is valid in every respect: three models, two attacks, each model attacked and transfer. */
import { type ColumnArrays, decodeColumn, encodeColumn } from '../../src/results/column.ts';
import { planHash } from '../../src/results/plan.ts';
import {
  type Column,
  resultSchemaId,
  type Result,
  type ResultAttack,
  type ResultAttackRun,
  type ResultModel,
  type ResultOutcomes,
  type ResultScored,
} from '../../src/results/result.ts';
import { warningsOf } from '../../src/results/warnings.ts';

export const count = 40;
const classes = 10;
const labels = Array.from({ length: count }, (_, index) => (index * 7) % classes);

export const FGSM = 'fgsm@linf:4/255';
export const IFGSM = 'ifgsm@linf:4/255';

export function int32(values: readonly number[]): Column {
  return encodeColumn(Int32Array.from(values));
}

export function ints(column: Column | undefined): number[] {
  return column === undefined ? [] : [...decodeColumn(column, 'int32')];
}

/** The column with the number of one example changed. */
export function changed(column: Column, example: number, value: number): Column {
  const values: ColumnArrays[Column['type']] = decodeColumn(column, column.type);
  values[example] = value;
  return encodeColumn(values);
}

/** The outcome of every example from the ranks of the true labels. */
export function outcomesOf(ranks: readonly number[]): Required<ResultOutcomes> {
  return {
    predictions: int32(ranks.map((rank, index) => ((labels[index] ?? 0) + rank) % classes)),
    ranks: int32(ranks),
    losses: encodeColumn(Float32Array.from(ranks, (rank, index) => 0.1 + rank / 2 + index / 64)),
  };
}

/** Ranks in which each `stride`-th example, from `offset`, is wrong, more deeply the further on. */
function ranksEvery(stride: number, offset: number): number[] {
  return labels.map((_, index) => (index % stride === offset % stride ? 1 + (index % 9) : 0));
}

function attack(method: string, title: string): ResultAttack {
  return {
    id: `${method}@linf:4/255`,
    method,
    title,
    citation: 'A. Author and B. Author, An attack, 2014',
    access: 'gradient',
    aim: 'bounded',
    norm: 'linf',
    radius: { text: '4/255', value: 4 / 255, unit: 'fraction of range' },
    label: 'true',
    target: null,
    parameters: method === 'ifgsm' ? { steps: 10, stepSize: 4 / 2550 } : {},
  };
}

const check: NonNullable<ResultModel['check']> = {
  examples: 2,
  forwardAgainstGradientGraph: 0,
  optimisedAgainstUnoptimised: 2.4e-7,
  tolerance: 1e-3,
  batchOpened: true,
};

function model(id: string, digit: string, roles: ('source' | 'target')[]): ResultModel {
  return {
    id,
    name: id,
    roles,
    file: `${id}.onnx`,
    sha256: digit.repeat(64),
    format: 'onnx',
    inputShape: [1, 28, 28],
    bounds: { lower: 0, upper: 1 },
    classCount: classes,
    outputs: 'logits',
    parameters: 175258,
    layout: 'channels-first',
    normalization: id === 'mixup' ? { mean: [0.286], std: [0.353] } : null,
    fixedBatch: null,
    notes: id === 'mixup' ? ['float16 weights and arithmetic were brought to float32'] : [],
    approximateGradient: null,
    ...(id === 'mixup' ? { check } : {}),
    training: id === 'mixup' ? { method: 'mixup', alpha: 1, lambdaPer: 'batch' } : { method: 'erm' },
  };
}

/** L∞ sizes of ε but for rounding, and L2 sizes about 0.41. */
function sizes(least: number): { linf: Column; l2: Column } {
  return {
    linf: encodeColumn(
      Float64Array.from(labels, (_, index) => (index === 0 ? 0.015686275437474251 : 0.0156)),
    ),
    l2: encodeColumn(Float64Array.from(labels, (_, index) => least + index / 1000)),
  };
}

function run(
  method: string,
  source: string,
  scored: readonly (readonly [string, readonly number[]])[],
): ResultAttackRun {
  return {
    attack: method,
    source,
    sizes: sizes(0.4),
    gradients: int32(labels.map(() => (method === FGSM ? 1 : 10))),
    queries: int32(labels.map(() => 0)),
    zeroGradients: encodeColumn(Uint8Array.from(labels, (_, index) => (index === 3 ? 1 : 0))),
    rounded: sizes(0.4),
    scored: scored.map(([id, ranks]) => {
      const { predictions, ranks: rounded } = outcomesOf(ranks);
      return { model: id, outcomes: outcomesOf(ranks), rounded: { predictions, ranks: rounded } };
    }),
  };
}

/** Builds a new one at each call, so that a test may change it. */
export function exampleResult(): Result {
  const ids = ['erm-1', 'erm-2', 'mixup'];
  // The iterated attack leaves ERM nothing right, so that a ratio without a baseline occurs.
  const own = (id: string, method: string): number[] =>
    id === 'mixup'
      ? ranksEvery(2, 0)
      : labels.map((_, i) => (i % 8 === ids.indexOf(id) && method === FGSM ? 0 : 1 + (i % 9)));
  const result: Result = {
    schema: resultSchemaId,
    kind: 'attack',
    tool: { name: 'robust-bench', version: '0.1.0' },
    seed: 1,
    data: {
      specification: 'idx',
      split: 'test',
      sha256: 'd'.repeat(64),
      shape: [1, 28, 28],
      classes,
      size: 2000,
      range: { lower: 0, upper: 255 },
      settings: { imageSize: 28, resized: false },
    },
    examples: {
      count,
      selection: { limit: count, indices: null },
      indices: int32(labels.map((_, index) => index * 3)),
      labels: int32(labels),
    },
    part: null,
    plan: null,
    models: [
      model('erm-1', 'a', ['source', 'target']),
      model('erm-2', 'b', ['target']),
      model('mixup', 'c', ['target']),
    ],
    engine: { name: 'onnxruntime', provider: 'cpu', runtime: 'onnxruntime-node 1.30.0' },
    attacks: [attack('fgsm', 'FGSM'), attack('ifgsm', 'I-FGSM')],
    clean: ids.map((id, index) => ({
      model: id,
      outcomes: outcomesOf(ranksEvery(10, index)),
      saturated: encodeColumn(Uint8Array.from(labels, (_, example) => (example === 5 ? 1 : 0))),
      logits: {
        least: encodeColumn(new Float32Array(classes).fill(-3)),
        greatest: encodeColumn(new Float32Array(classes).fill(9)),
        leastSum: -4.5,
        greatestSum: 12.25,
      },
    })),
    runs: ids.flatMap((id) =>
      [FGSM, IFGSM].map((method) =>
        run(method, id, [
          [id, own(id, method)],
          ...(id === 'erm-1'
            ? (['erm-2', 'mixup'] as const).map((other, index) => [other, ranksEvery(2 + index, 1)] as const)
            : []),
        ]),
      ),
    ),
    warnings: [],
    run: {
      startedAt: '2024-05-01T10:00:00.000Z',
      durationMs: 1234.5,
      threads: 2,
      batchSize: 100,
      node: 'v20.11.0',
      platform: 'linux x64',
      timings: [{ stage: 'evaluation', durationMs: 900, examplesPerSecond: 133.3 }],
    },
  };
  result.plan = planHash(result);
  result.warnings = warningsOf(result);
  return result;
}

/** What one model made of the examples of one attack on one source; its own examples by default. */
export function scoredOf(result: Result, method: string, id: string, source = id): ResultScored {
  const found = result.runs.find((one) => one.attack === method && one.source === source);
  const scored = found?.scored.find((one) => one.model === id);
  if (scored === undefined) throw new RangeError(`the example has no ${method} from ${source} on ${id}`);
  return scored;
}

/** Changes the ranks of one model under attack, and the predictions with them. */
export function changeRanks(scored: ResultScored, change: (ranks: number[]) => number[]): void {
  scored.outcomes = outcomesOf(change(ints(scored.outcomes.ranks)));
}

/** Makes the first right examples wrong (rank 9), and the first wrong ones right. */
export function flip(newlyWrong: number, newlyRight: number): (ranks: number[]) => number[] {
  return (ranks) => {
    const right = ranks.flatMap((rank, index) => (rank === 0 ? [index] : [])).slice(0, newlyWrong);
    const wrong = ranks.flatMap((rank, index) => (rank > 0 ? [index] : [])).slice(0, newlyRight);
    return ranks.map((rank, index) => (right.includes(index) ? 9 : wrong.includes(index) ? 0 : rank));
  };
}

/** The example result with its FGSM targeted at a class. */
export function targetedResult(target = 4): Result {
  const result = exampleResult();
  result.attacks[0]!.target = String(target);
  for (const own of result.runs.filter(({ attack: id }) => id === FGSM)) {
    own.targets = int32(labels.map((label) => (label === target ? -1 : target)));
  }
  result.plan = planHash(result);
  return result;
}
