/** Shapes written as computations, as exporters do, stay known through the graph. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { int, ints } from '../../../src/graph/attributes.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { int64s, tensor } from '../../../src/graph/tensor.ts';
import { BATCH } from '../../../src/graph/types.ts';

const scalar = (value: number) => tensor('int64', [], BigInt64Array.of(BigInt(value)));

describe('elements of shape computations', () => {
  it('lead from Shape through Gather, Unsqueeze and Concat to Reshape', () => {
    const b = new GraphBuilder('flatten');
    const x = b.input('x', 'float32', [BATCH, 64, 8, 8]);
    const batch = b.gather(b.shape(x), b.constant(scalar(0)));
    const target = b.concat([b.unsqueeze(batch, [0]), b.shapeConstant([-1])], 0);
    const flat = b.apply('Reshape', [x, target]);
    assert.deepEqual(b.elementsOf(target), ['N', -1]);
    assert.deepEqual(b.dims(flat), ['N', 4096]);
  });

  it('are followed through Slice, Cast, arithmetic and Where', () => {
    const b = new GraphBuilder('arithmetic');
    const x = b.input('x', 'float32', [BATCH, 12, 6, 'W']);
    const shape = b.shape(x);
    const tail = b.slice(shape, { starts: [1], ends: [3], axes: [0] });
    assert.deepEqual(b.elementsOf(tail), [12, 6]);
    assert.deepEqual(b.elementsOf(b.slice(shape, { starts: [-1], ends: [-9], axes: [0], steps: [-2] })), [
      'W',
      12,
    ]);
    const half = b.div(b.cast(tail, 'int64'), b.constant(scalar(5)));
    assert.deepEqual(b.elementsOf(half), [2, 1]);
    const doubled = b.mul(shape, b.shapeConstant([2]));
    assert.deepEqual(b.elementsOf(doubled), ['N*2', 24, 12, 'W*2']);
    const unset = b.equal(b.shapeConstant([-1, 4, 6, -1]), b.shapeConstant([-1]));
    assert.deepEqual(b.elementsOf(b.where(unset, shape, b.shapeConstant([-1, 4, 6, -1]))), ['N', 4, 6, 'W']);
    assert.deepEqual(b.elementsOf(b.apply('Size', [x])), ['N*W*72']);
    assert.equal(b.elementsOf(b.equal(shape, b.shapeConstant([5, 12, 6, 7]))), undefined);
  });

  it('are compared where the comparison holds for every size', () => {
    const b = new GraphBuilder('comparison');
    const x = b.input('x', 'float32', [BATCH, 4, 'H']);
    const shape = b.shape(x);
    const known = (operator: string, bounds: readonly number[]) =>
      b.elementsOf(b.apply(operator, [shape, b.shapeConstant(bounds)]));
    assert.deepEqual(known('Greater', [0, 4, 0]), [1, 0, 1]);
    assert.deepEqual(known('GreaterOrEqual', [1, 4, -2]), [1, 1, 1]);
    assert.deepEqual(known('Less', [1, 5, 0]), [0, 1, 0]);
    assert.deepEqual(known('LessOrEqual', [0, 3, -1]), [0, 0, 0]);
    assert.equal(known('Greater', [1, 4, 0]), undefined);
    const not = b.apply('Not', [b.apply('Less', [shape, b.shapeConstant([1, 5, 0])])]);
    assert.deepEqual(b.elementsOf(not), [1, 0, 1]);
  });

  it('fill an Expand written with ConstantOfShape', () => {
    const b = new GraphBuilder('expand');
    const x = b.input('x', 'float32', [BATCH, 4]);
    const token = b.constant(tensor('float32', [1, 1, 4], new Float32Array(4)));
    const ones = b.apply('ConstantOfShape', [b.shapeConstant([3])], {
      value: { kind: 'tensor', value: int64s([1]) },
    });
    const wanted = b.concat([b.apply('Shape', [x], { end: int(1) }), b.shapeConstant([-1, -1])], 0);
    const free = b.equal(wanted, b.mul(ones, b.shapeConstant([-1])));
    const target = b.where(free, ones, wanted);
    assert.deepEqual(b.elementsOf(target), ['N', 1, 1]);
    assert.deepEqual(b.dims(b.expand(token, target)), ['N', 1, 4]);
  });

  it('are given up where integers would overflow, and where they depend on data', () => {
    const b = new GraphBuilder('limits');
    const far = b.constant(tensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)));
    assert.equal(b.elementsOf(b.add(far, b.shapeConstant([1]))), undefined);
    assert.equal(b.elementsOf(b.neg(far)), undefined);
    const given = b.input('given', 'int64', [2]);
    assert.equal(b.elementsOf(b.add(given, b.shapeConstant([1]))), undefined);
    assert.deepEqual(b.dims(b.apply('Reshape', [b.input('x', 'float32', [6]), given])).length, 2);
    const zeroDivided = b.div(b.shapeConstant([4]), b.shapeConstant([0]));
    assert.equal(b.elementsOf(zeroDivided), undefined);
  });

  it('reach pooling through a padded named size', () => {
    const b = new GraphBuilder('named');
    const x = b.input('x', 'float32', [BATCH, 3, 'H', 'H']);
    const pooled = b.maxPool(b.pad(x, [0, 0, 1, 1, 0, 0, 1, 1]), { kernelShape: [2, 2], strides: [2, 2] });
    assert.deepEqual(b.dims(pooled), ['N', 3, 'floor(H/2)+1', 'floor(H/2)+1']);
    const target = b.concat(
      [b.apply('Shape', [pooled], { start: int(0), end: int(2) }), b.shapeConstant([-1])],
      0,
    );
    assert.equal(b.dims(b.apply('Reshape', [pooled, target])).length, 3);
    assert.deepEqual(b.dims(b.apply('Transpose', [pooled], { perm: ints([1, 0, 2, 3]) }))[0], 3);
  });
});
