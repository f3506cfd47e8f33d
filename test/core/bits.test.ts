import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBits, encodeBits, encodePackedBits } from '../../src/core/bits.ts';

test('the first example is the lowest bit of the first byte', () => {
  // numpy.packbits([1,0,1,1,0,0,0,0, 1,0,1], bitorder='little') is [13, 5].
  const flags = Uint8Array.from([1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1]);
  assert.equal(encodeBits(flags), Buffer.from([13, 5]).toString('base64'));
  assert.equal(encodePackedBits(Uint8Array.from([0, 13, 5]).subarray(1)), encodeBits(flags));
});

test('what is encoded decodes to the same', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 100 }), (values) => {
      const flags = Uint8Array.from(values, Number);
      assert.deepEqual(decodeBits(encodeBits(flags), flags.length), flags);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('bits of another number, bits beyond the last, and what is no base64 are refused', () => {
  const text = encodeBits(new Uint8Array(11).fill(1));
  assert.notEqual(decodeBits(text, 11), null);
  for (const count of [0, 8, 10, 17]) assert.equal(decodeBits(text, count), null, String(count));
  assert.equal(decodeBits(`${text} `, 11), null);
  assert.equal(decodeBits('%%', 0), null);
});
