/** Compares what two engines compute. */
import assert from 'node:assert/strict';
import type { Tensors } from '../../src/engine/engine.ts';
import { numbersOf } from '../../src/graph/tensor.ts';

/** The largest difference of two arrays relative to the largest magnitude in the second, at least `floor`. */
export function relativeDifference(
  actual: readonly number[],
  expected: readonly number[],
  floor = 1e-3,
): number {
  const scale = expected.reduce(
    (most, each) => (Number.isFinite(each) ? Math.max(most, Math.abs(each)) : most),
    floor,
  );
  return expected.reduce((worst, each, index) => {
    const other = actual[index] ?? NaN;
    // Infinities and NaN must stand in the same places.
    const difference = Object.is(each, other) || each === other ? 0 : Math.abs(each - other) / scale;
    return Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }, 0);
}

/** Same names, types and shapes, floats within the tolerance, everything else equal. */
export function assertAgree(actual: Tensors, expected: Tensors, tolerance: number): void {
  assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort());
  for (const [name, want] of Object.entries(expected)) {
    const got = actual[name]!;
    assert.equal(got.dataType, want.dataType, name);
    assert.deepEqual(got.dims, want.dims, name);
    const limit = want.dataType === 'float32' ? tolerance : 0;
    const difference = relativeDifference(numbersOf(got), numbersOf(want));
    assert.ok(difference <= limit, `${name} differs by ${String(difference)}`);
  }
}
