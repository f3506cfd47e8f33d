import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Message, WireFormatError } from '../../../src/core/protobuf/reader.ts';
import { bytes, encodeMessage, float32, message, string, varint } from '../../../src/core/protobuf/writer.ts';
import { packed } from './model-bytes.ts';

const anyInt64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('protocol buffers', () => {
  test('known bytes of the format', () => {
    // From the format's documentation: field 1 = 150; field 2 = "testing"; field 3 a message that is the first.
    const first = varint(1, 150n);
    assert.deepEqual([...encodeMessage([first])], [0x08, 0x96, 0x01]);
    assert.deepEqual(
      [...encodeMessage([string(2, 'testing')])],
      [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67],
    );
    assert.deepEqual([...encodeMessage([message(3, [first])])], [0x1a, 0x03, 0x08, 0x96, 0x01]);
    assert.deepEqual(
      [...encodeMessage([varint(1, -2n)])],
      [0x08, 0xfe, ...Array<number>(8).fill(0xff), 0x01],
    );
  });

  test('integers, packed or not, in any mixture', () => {
    const property = fc.property(fc.array(anyInt64), fc.array(anyInt64), (single, run) => {
      const inRun = packed(
        5,
        run.map((value) => varint(1, value)),
      );
      const read = new Message(encodeMessage([...single.map((value) => varint(5, value)), inRun]));
      assert.deepEqual(read.integers(5), [...single, ...run]);
      assert.equal(read.integer(5), [...single, ...run].at(-1));
    });
    fc.assert(property, { seed: 2 });
  });

  test('floats, packed or not', () => {
    const values = [0, -1.5, Infinity, 1e-30].map(Math.fround);
    const parts = values.map((value) => float32(1, value));
    assert.deepEqual([...new Message(encodeMessage(parts)).floats(1)], values);
    assert.deepEqual([...new Message(encodeMessage([packed(4, parts)])).floats(4)], values);
    assert.deepEqual(
      [...new Message(encodeMessage([packed(1, parts), ...parts])).floats(1)],
      [...values, ...values],
    );
  });

  test('large contents are views, not copies', () => {
    const content = Uint8Array.of(1, 2, 3);
    const whole = encodeMessage([bytes(9, content)]);
    assert.equal(new Message(whole).bytes(9)?.buffer, whole.buffer);
  });

  test('what is no message is refused', () => {
    const damaged: readonly [string, number[]][] = [
      ['a length beyond the end', [0x12, 0x7f, 0x00]],
      ['a number cut short', [0x08, 0x96]],
      ['a number of eleven bytes', [0x08, ...Array<number>(10).fill(0xff), 0x01]],
      ['field number 0', [0x00, 0x00]],
      ['a group', [0x0b]],
      ['half a fixed number', [0x0d, 0x00, 0x00]],
    ];
    for (const [what, content] of damaged) {
      assert.throws(() => new Message(Uint8Array.from(content)), WireFormatError, what);
    }
    const wrongKind = new Message(encodeMessage([varint(1, 1n)]));
    assert.throws(() => wrongKind.string(1), WireFormatError);
    const notText = new Message(encodeMessage([bytes(1, Uint8Array.of(0xff))]));
    assert.throws(() => notText.string(1), WireFormatError);
    const partOfNumber = new Message(encodeMessage([bytes(1, Uint8Array.of(1, 2, 3))]));
    assert.throws(() => partOfNumber.floats(1), WireFormatError);
  });
});
