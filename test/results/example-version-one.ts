/** A small result of version 1 that is valid in every respect: three models, two attacks, white and black box. */
import type {
  PerturbationSummary,
  Result,
  ResultAttack,
  ResultEvaluation,
  ResultModel,
} from '../../src/results/version-1/result.ts';
import { pairRanks } from '../../src/statistics/paired.ts';
import { wilsonInterval } from '../../src/statistics/proportion.ts';
import { pairedAccuracyRatio } from '../../src/statistics/ratio.ts';

const count = 40;
const classes = 10;
const labels = Array.from({ length: count }, (_, index) => (index * 7) % classes);

function errorRate(errors: number): Result['evaluations'][number]['top1'] {
  return { errors, rate: errors / count, interval: wilsonInterval(errors, count) };
}

/** The outcome of every example, and the errors that follow from it, from the ranks of the true labels. */
function outcomesOf(ranks: readonly number[]): Pick<ResultEvaluation, 'top1' | 'top5' | 'outcomes'> {
  return {
    top1: errorRate(ranks.filter((rank) => rank >= 1).length),
    top5: errorRate(ranks.filter((rank) => rank >= 5).length),
    outcomes: {
      predictions: ranks.map((rank, index) => ((labels[index] ?? 0) + rank) % classes),
      ranks: [...ranks],
    },
  };
}

/** Ranks in which each `stride`-th example, from `offset`, is wrong, more deeply the further on. */
function ranksEvery(stride: number, offset: number): number[] {
  return labels.map((_, index) => (index % stride === offset % stride ? 1 + (index % 9) : 0));
}

function attack(method: ResultAttack['method']): ResultAttack {
  const steps = method === 'fgsm' ? 1 : 10;
  return {
    id: method,
    method,
    norm: 'Linf',
    epsilon: 4 / 255,
    epsilonText: '4/255',
    stepSize: method === 'fgsm' ? 4 / 255 : 4 / 2550,
    steps,
    projection: true,
    targeted: false,
    target: null,
    label: 'true',
  };
}

const clean = {
  setting: 'clean',
  attack: null,
  source: null,
  perturbation: null,
  rounded8Bit: null,
} as const;

const roundedSizes: PerturbationSummary = {
  linf: { max: 0.01568630337715149, mean: 0.0156 },
  l2: { max: 0.4391, mean: 0.4117 },
  unit: 'fraction of range',
};

function evaluation(
  place: Pick<ResultEvaluation, 'setting' | 'attack' | 'source' | 'target'>,
  ranks: readonly number[],
): ResultEvaluation {
  const outcomes = outcomesOf(ranks);
  const attacked = place.setting !== 'clean';
  return {
    ...place,
    count,
    ...outcomes,
    perturbation: attacked
      ? {
          linf: { max: 0.015686275437474251, mean: 0.0156 },
          l2: { max: 0.4391, mean: 0.4121 },
          unit: 'fraction of range',
        }
      : null,
    rounded8Bit: attacked
      ? structuredClone({ top1: outcomes.top1, top5: outcomes.top5, perturbation: roundedSizes })
      : null,
    targetsReached: null,
    gradientsPerExample: attacked ? (place.attack === 'fgsm' ? 1 : 10) : null,
  };
}

const check: NonNullable<ResultModel['check']> = {
  examples: 2,
  forwardAgainstGradientGraph: 0,
  optimisedAgainstUnoptimised: 2.4e-7,
  tolerance: 1e-3,
  batchOpened: true,
};

function model(id: string, digit: string, roles: ('source' | 'target')[]): Result['models'][number] {
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

/** Builds a new one at each call, so that a test may change it. */
export function versionOne(): Result {
  const ids = ['erm-1', 'erm-2', 'mixup'];
  const evaluations: ResultEvaluation[] = [
    ...ids.map((target, index) => evaluation({ ...clean, target }, ranksEvery(10, index))),
    ...(['fgsm', 'ifgsm'] as const).flatMap((method, step) =>
      ids.map((target, index) =>
        evaluation(
          { setting: 'white-box', attack: method, source: target, target },
          // The iterated attack leaves ERM nothing right, so that a ratio without a baseline occurs.
          target === 'mixup'
            ? ranksEvery(2, 0)
            : labels.map((_, i) => (i % 8 === index && step === 0 ? 0 : 1 + (i % 9))),
        ),
      ),
    ),
    ...(['fgsm', 'ifgsm'] as const).flatMap((method) =>
      ['erm-2', 'mixup'].map((target, index) =>
        evaluation(
          { setting: 'black-box', attack: method, source: 'erm-1', target },
          ranksEvery(2 + index, 1),
        ),
      ),
    ),
  ];
  const ranksOf = (setting: string, id: string, target: string): number[] =>
    evaluations.find((e) => e.setting === setting && e.attack === id && e.target === target)!.outcomes.ranks;
  const comparison = (
    setting: 'white-box' | 'black-box',
    id: string,
    baseline: string,
  ): Result['comparisons'][number] => {
    const pairs = pairRanks(ranksOf(setting, id, baseline), ranksOf(setting, id, 'mixup'), 1);
    const { ratio, interval } = pairedAccuracyRatio(pairs);
    return {
      kind: 'times more robust',
      setting,
      attack: id,
      source: setting === 'black-box' ? 'erm-1' : null,
      metric: 'top1',
      baseline,
      model: 'mixup',
      accuracyRatio: ratio,
      interval,
    };
  };
  return {
    schema: 'robust-bench/result/1',
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
      indices: Array.from({ length: count }, (_, index) => index * 3),
      labels: [...labels],
    },
    models: [
      model('erm-1', 'a', ['source', 'target']),
      model('erm-2', 'b', ['target']),
      model('mixup', 'c', ['target']),
    ],
    engine: { name: 'onnxruntime', provider: 'cpu', runtime: 'onnxruntime-node 1.30.0' },
    attacks: [attack('fgsm'), attack('ifgsm')],
    evaluations,
    comparisons: [
      comparison('white-box', 'fgsm', 'erm-1'),
      comparison('white-box', 'ifgsm', 'erm-1'),
      comparison('black-box', 'fgsm', 'erm-2'),
    ],
    warnings: ['the examples are few: intervals are wide'],
    run: {
      startedAt: '2024-05-01T10:00:00.000Z',
      durationMs: 1234.5,
      threads: 2,
      batchSize: 100,
      node: 'v20.11.0',
      platform: 'linux x64',
      timings: [{ stage: 'ifgsm white-box', durationMs: 900, examplesPerSecond: 133.3 }],
    },
  };
}

/** The same as the first tools of version 1 would have written it, which did not record how things were read. */
export function earlyVersionOne(): Result {
  const result = versionOne();
  delete result.data.range;
  delete result.data.settings;
  for (const model of result.models) {
    delete model.layout;
    delete model.normalization;
    delete model.fixedBatch;
    delete model.notes;
    delete model.approximateGradient;
    delete model.check;
  }
  for (const { rounded8Bit } of result.evaluations) delete rounded8Bit?.perturbation;
  return result;
}

/** The example result with its FGSM targeted at a class, and the outcomes that belong to it. */
export function targetedVersionOne(target = 4): Result {
  const result = versionOne();
  Object.assign(result.attacks[0]!, { targeted: true, target: String(target) });
  for (const evaluation of result.evaluations.filter(({ attack }) => attack === 'fgsm')) {
    const targets = result.examples.labels.map((label) => (label === target ? null : target));
    const { predictions } = evaluation.outcomes;
    evaluation.outcomes.targets = targets;
    const reached = predictions.filter((label, index) => label === targets[index]).length;
    const possible = targets.filter((own) => own !== null).length;
    const predicted = predictions.filter((label) => label === target).length;
    Object.assign(evaluation, {
      targetsReached: reached,
      targetsPossible: possible,
      targetsPredicted: predicted,
      targetRate: { rate: reached / possible, interval: wilsonInterval(reached, possible) },
    });
  }
  return result;
}
