/** The shipped fixtures give today what they gave when the fixtures in fixtures/results were written, bit for bit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { derive } from '../../src/results/derive.ts';
import type { DerivedEvaluation } from '../../src/results/derived.ts';
import { readResult } from '../../src/results/file.ts';
import type { Result } from '../../src/results/result.ts';
import { run } from './workspace.ts';

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));

const commands: readonly (readonly [string, readonly string[]])[] = [
  [
    'attack-1',
    [
      ...[
        '--source',
        fixture('models/erm-2.json'),
        '--model',
        fixture('models/erm-1.json'),
        fixture('models/mixup.json'),
      ],
      ...['--seed', '7', '--limit', '100'],
    ],
  ],
  [
    'targeted-1',
    [
      ...['--model', fixture('models/erm-1.json'), '--source', fixture('models/erm-1.json')],
      ...['--target', fixture('models/mixup.json'), '--method', 'ifgsm', '--eps', '8/255'],
      ...['--target-class', '3', '--label', 'predicted', '--seed', '3', '--limit', '60'],
    ],
  ],
];

/** What can be compared with a file of version 1. */
function comparable({
  attack,
  source,
  model,
  top1,
  top5,
  gradients,
  rounded,
  targets,
  outcomes,
  sizes,
}: DerivedEvaluation) {
  const extent = (size: { max: number; mean: number } | undefined) => size && [size.max, size.mean];
  return {
    attack,
    source,
    model,
    errors: [top1.errors, top5?.errors, rounded?.top1.errors, rounded?.top5?.errors],
    gradients,
    targets: targets && [targets.reached, targets.possible, targets.predicted],
    predictions: [...outcomes.predictions],
    ranks: [...outcomes.ranks],
    sizes: [extent(sizes?.linf), extent(sizes?.l2), extent(rounded?.sizes?.linf), extent(rounded?.sizes?.l2)],
  };
}

for (const [name, options] of commands) {
  test(`${name}: predictions, ranks, errors, targets and sizes`, async () => {
    const golden = derive(await readResult(fixture(`results/${name}.json`)));
    const { code, out, err } = await run([
      'attack',
      ...options,
      '--eight-bit',
      '--threads',
      '1',
      '--quiet',
      '--json',
    ]);
    assert.equal(code, 0, err);
    const found = derive(JSON.parse(out) as Result);
    assert.deepEqual(found.examples, golden.examples);
    assert.equal(found.evaluations.length, golden.evaluations.length);
    for (const evaluation of golden.evaluations) {
      const own = found.evaluations.find((each) =>
        (['attack', 'source', 'model'] as const).every((part) => each[part] === evaluation[part]),
      );
      // Gradients are counted now, where examples whose label is the target already stay as they are.
      const { gradients, targets, count } = evaluation;
      const led = (targets?.possible ?? count) / count;
      assert.deepEqual(own && comparable(own), {
        ...comparable(evaluation),
        gradients: gradients === null ? null : gradients * led,
      });
    }
  });
}
