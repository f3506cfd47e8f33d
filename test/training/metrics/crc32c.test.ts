import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c, maskedCrc32c } from '../../../src/training/metrics/crc32c.ts';

test('the vectors of RFC 3720, appendix B.4, and the usual check value', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113fdb5c);
  assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(0)), 0);
});

test('the mask is a rotation by 15 bits and an addition, and can be undone', () => {
  for (const text of ['', '123456789', 'brain.Event:2']) {
    const bytes = new TextEncoder().encode(text);
    const rotated = BigInt(maskedCrc32c(bytes)) - 0xa282ead8n + (1n << 32n);
    const word = rotated % (1n << 32n);
    const crc = ((word >> 17n) | (word << 15n)) % (1n << 32n);
    assert.equal(crc, BigInt(crc32c(bytes)));
  }
  // No bytes: checksum 0, so the mask alone.
  assert.equal(maskedCrc32c(new Uint8Array(0)), 0xa282ead8);
});
