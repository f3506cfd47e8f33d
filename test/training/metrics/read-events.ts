/** Reads event files by the formats' definitions, sharing no code with what writes them. */
import assert from 'node:assert/strict';

export interface DecodedEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version?: string;
  readonly sessionStatus?: number;
  readonly scalars: Readonly<Record<string, number>>;
}

/** @throws where a checksum is wrong or a record is torn */
export function readEvents(file: Buffer): DecodedEvent[] {
  const events: DecodedEvent[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    assert.equal(file.readUInt32LE(at + 8), masked(file.subarray(at, at + 8)), 'checksum of the length');
    const content = file.subarray(at + 12, at + 12 + length);
    assert.equal(content.length, length, 'a torn record');
    assert.equal(file.readUInt32LE(at + 12 + length), masked(content), 'checksum of the content');
    events.push(decode(content));
    at += length + 16;
  }
  return events;
}

function decode(content: Buffer): DecodedEvent {
  const fields = fieldsOf(content);
  const one = (number: number): Buffer | undefined =>
    fields.find((field) => field.number === number)?.content;
  const version = one(3)?.toString('utf8');
  const session = one(7);
  const sessionStatus = session === undefined ? undefined : varintOf(fieldsOf(session)[0]!.content);
  return {
    wallTime: one(1)!.readDoubleLE(0),
    step: one(2) === undefined ? 0 : varintOf(one(2)!),
    ...(version === undefined ? {} : { version }),
    ...(sessionStatus === undefined ? {} : { sessionStatus }),
    scalars: Object.fromEntries(
      fieldsOf(one(5) ?? Buffer.alloc(0)).map(({ content: value }) => {
        const [tag, simple] = fieldsOf(value);
        assert.deepEqual([tag!.number, simple!.number], [1, 2]);
        return [tag!.content.toString('utf8'), simple!.content.readFloatLE(0)];
      }),
    ),
  };
}

function fieldsOf(message: Buffer): { number: number; content: Buffer }[] {
  const fields: { number: number; content: Buffer }[] = [];
  let at = 0;
  const varint = (): Buffer => {
    const start = at;
    while (message[at++]! >= 128);
    return message.subarray(start, at);
  };
  while (at < message.length) {
    const tag = varintOf(varint());
    const size = { 1: () => 8, 2: () => varintOf(varint()), 5: () => 4 }[tag % 8];
    if (size === undefined) {
      assert.equal(tag % 8, 0, 'wire type');
      fields.push({ number: tag >> 3, content: varint() });
      continue;
    }
    const length = size();
    fields.push({ number: tag >> 3, content: message.subarray(at, at + length) });
    at += length;
  }
  return fields;
}

function varintOf(bytes: Buffer): number {
  return bytes.reduce((value, byte, index) => value + (byte % 128) * 128 ** index, 0);
}

/** CRC-32C bit by bit, rotated right by 15 bits, plus 0xa282ead8. */
function masked(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = ((crc & 1) ^ ((byte >> bit) & 1)) === 1;
      crc = (crc >>> 1) ^ (carry ? 0x82f63b78 : 0);
    }
  }
  crc = ~crc >>> 0;
  return Number((BigInt((crc >>> 15) | (crc << 17)) + 0xa282ead8n) & 0xffffffffn);
}
