/** Every loss in its two forms, as a graph and by numbers: against PyTorch, finite differences, and each other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { appendGradients } from '../../../src/autodiff/gradient.ts';
import { type Loss, losses as graphs } from '../../../src/autodiff/losses/index.ts';
import { logitGradient } from '../../../src/classifier/logit-losses.ts';
import { lossesOf, type LossName, lossNames, type Objective } from '../../../src/classifier/objective.ts';
import { randomStream } from '../../../src/core/random.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { float32, int64s } from '../../../src/graph/tensor.ts';
import { BATCH } from '../../../src/graph/types.ts';
import { floatsOf, runGraph } from '../gradient-check.ts';

interface Case {
  readonly loss: LossName;
  readonly classCount: number;
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly targets: readonly number[];
  readonly weights: readonly number[];
}

interface Found {
  readonly losses: readonly number[];
  readonly gradient: readonly number[];
}

const stored = JSON.parse(
  readFileSync(new URL('../../../fixtures/losses.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly (Case & Found)[] };

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(() => engine.dispose());

async function byGraph({ loss, classCount, logits, labels, targets, weights }: Case): Promise<Found> {
  const builder = new GraphBuilder('test');
  const scores = builder.input('logits', 'float32', [BATCH, classCount]);
  const graph: Loss = graphs[loss];
  const { feeds } = graph;
  const names = feeds.map((feed) =>
    feed === 'weights'
      ? builder.input(feed, 'float32', [BATCH, classCount])
      : builder.input(feed, 'int64', [BATCH]),
  );
  const value = graph.append(builder, scores, ...names);
  const [gradient = ''] = appendGradients(builder, value, [scores]);
  const fed = {
    labels: int64s(labels),
    targets: int64s(targets),
    weights: float32([labels.length, classCount], weights),
  };
  const results = await runGraph(engine, builder, [value, gradient], {
    logits: float32([labels.length, classCount], logits),
    ...Object.fromEntries(feeds.map((feed) => [feed, fed[feed]])),
  });
  return { losses: [...floatsOf(results[value])], gradient: [...floatsOf(results[gradient])] };
}

function byNumbers({ loss, classCount, logits, labels, targets, weights }: Case): Found {
  const own = Int32Array.from(labels);
  const objective: Objective =
    loss === 'weighted-logits'
      ? { loss, weights: Float32Array.from(weights) }
      : loss === 'targeted-dlr'
        ? { loss, labels: own, targets: Int32Array.from(targets) }
        : { loss, labels: own };
  const found = logitGradient(objective, Float32Array.from(logits), classCount);
  return { losses: [...found.losses], gradient: [...found.weights] };
}

function assertNear(found: Found, expected: Found, tolerance: number, what: string): void {
  for (const part of ['losses', 'gradient'] as const) {
    assert.equal(found[part].length, expected[part].length, what);
    found[part].forEach((value, place) => {
      const gap = Math.abs(value - expected[part][place]!);
      const scale = Math.max(1, Math.abs(expected[part][place]!));
      assert.ok(
        gap <= tolerance * scale,
        `${what}: ${part}[${String(place)}] ${String(value)}, ${String(expected[part][place])}`,
      );
    });
  }
}

function drawn(loss: LossName, classCount: number, seed: number): Case {
  const stream = randomStream(seed, loss, classCount);
  const count = 6;
  const draw = (): number[] =>
    Array.from({ length: count * classCount }, () => Math.fround(2 * stream.normal()));
  const labels = Array.from({ length: count }, (_, row) => row % classCount);
  return {
    loss,
    classCount,
    logits: draw(),
    weights: draw(),
    labels,
    targets: labels.map((label) => (label + 1) % classCount),
  };
}

describe('each loss', () => {
  test('is what PyTorch computes, in both forms', async () => {
    assert.equal(new Set(stored.cases.map(({ loss }) => loss)).size, lossNames.length);
    for (const each of stored.cases) {
      const what = `${each.loss} of ${String(each.classCount)}`;
      assertNear(await byGraph(each), each, 1e-5, `${what}, graph`);
      assertNear(byNumbers(each), each, 1e-6, `${what}, numbers`);
    }
  });

  test('has the gradient that finite differences give', () => {
    for (const classCount of [2, 3, 4, 6]) {
      for (const loss of lossesOf(classCount)) {
        const at = drawn(loss, classCount, 1);
        const { gradient } = byNumbers(at);
        const step = 2 ** -9;
        const lossesAt = (place: number, change: number): readonly number[] =>
          byNumbers({ ...at, logits: at.logits.map((logit, k) => (k === place ? logit + change : logit)) })
            .losses;
        gradient.forEach((slope, place) => {
          const row = Math.floor(place / classCount);
          const measured = (lossesAt(place, step)[row]! - lossesAt(place, -step)[row]!) / (2 * step);
          assert.ok(
            Math.abs(measured - slope) < 2e-3 * Math.max(1, Math.abs(slope)),
            `${loss} ${String(place)}: ${String(measured)} ${String(slope)}`,
          );
        });
      }
    }
  });

  test('is the same by graph and by numbers, where the greatest logits tie too', async () => {
    for (const classCount of [2, 3, 4, 6]) {
      for (const loss of lossesOf(classCount)) {
        const at = drawn(loss, classCount, 2);
        assertNear(await byGraph(at), byNumbers(at), 1e-5, loss);
        const tied = { ...at, logits: at.logits.map((logit) => Math.round(logit / 2)) };
        const [graph, numbers] = [await byGraph(tied), byNumbers(tied)];
        // The gradient is one of several where logits tie; the loss has one value, unless it divides by nothing.
        graph.losses.forEach((value, row) => {
          const expected = numbers.losses[row]!;
          assert.ok(
            Math.abs(value - expected) <= 1e-4 * Math.max(1, Math.abs(expected)),
            `${loss} ${String(row)}`,
          );
        });
        assert.ok([...graph.gradient, ...numbers.gradient].every(Number.isFinite), loss);
      }
    }
  });
});

test('DLR and its targeted form do not change with scale and shift of the logits', async () => {
  for (const loss of ['dlr', 'targeted-dlr'] as const) {
    const at = drawn(loss, 5, 3);
    const moved = { ...at, logits: at.logits.map((logit) => Math.fround(8 * logit + 3)) };
    for (const form of [byGraph, byNumbers]) {
      const [plain, other] = [await form(at), await form(moved)];
      assertNear(
        other,
        { losses: plain.losses, gradient: plain.gradient.map((slope) => slope / 8) },
        1e-5,
        loss,
      );
    }
  }
});

test('classes of logit −∞ leave every loss of the others a number, and have no part in it', async () => {
  for (const loss of ['cross-entropy', 'margin', 'probability-margin'] as const) {
    const at = drawn(loss, 3, 4);
    const wide = at.labels.flatMap((_, row) => [...at.logits.slice(3 * row, 3 * row + 3), -Infinity]);
    const masked = { ...at, classCount: 4, logits: wide, weights: wide.map(() => 1) };
    for (const form of [byGraph, byNumbers]) {
      const [plain, found] = [await form(at), await form(masked)];
      assertNear(
        { losses: found.losses, gradient: found.gradient.filter((_, k) => k % 4 < 3) },
        plain,
        1e-5,
        loss,
      );
      assert.ok(
        found.gradient.every((slope, k) => k % 4 < 3 || slope === 0),
        loss,
      );
    }
  }
});
