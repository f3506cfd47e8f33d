/**
 * TensorBoard's events: protocol buffers (tensorflow/core/util/event.proto and framework/summary.proto), each in the
 * frame of a TFRecord: its length (8 bytes, little-endian), the length's checksum, itself, its checksum.
 */
import {
  encodeMessage,
  float32,
  float64,
  message,
  string,
  varint,
  type Field,
} from '../../core/protobuf/writer.ts';
import { maskedCrc32c } from './crc32c.ts';

/** The numbers of the fields that are written. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 };
const SUMMARY = { value: 1 };
const VALUE = { tag: 1, simpleValue: 2 };
const SESSION_LOG = { status: 1 };

const VERSION = 'brain.Event:2';
const SESSION_START = 1n;

const LENGTH_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** The first event of every file. @param wallTime seconds since 1970 */
export function versionEvent(wallTime: number): Uint8Array {
  return framed([float64(EVENT.wallTime, wallTime), string(EVENT.fileVersion, VERSION)]);
}

/** Makes TensorBoard forget what earlier files say of this step and of later ones. */
export function sessionStartEvent(wallTime: number, step: number): Uint8Array {
  return framed([
    ...stamp(wallTime, step),
    message(EVENT.sessionLog, [varint(SESSION_LOG.status, SESSION_START)]),
  ]);
}

/** One point on each of several curves, rounded to single precision. @param values by the curve's tag */
export function scalarsEvent(
  wallTime: number,
  step: number,
  values: Readonly<Record<string, number>>,
): Uint8Array {
  const points = Object.entries(values).map(([tag, value]) =>
    message(SUMMARY.value, [string(VALUE.tag, tag), float32(VALUE.simpleValue, value)]),
  );
  return framed([...stamp(wallTime, step), message(EVENT.summary, points)]);
}

function stamp(wallTime: number, step: number): Field[] {
  return [float64(EVENT.wallTime, wallTime), varint(EVENT.step, BigInt(step))];
}

function framed(event: readonly Field[]): Uint8Array {
  const content = encodeMessage(event);
  const record = new Uint8Array(LENGTH_BYTES + CHECKSUM_BYTES + content.length + CHECKSUM_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(LENGTH_BYTES, maskedCrc32c(record.subarray(0, LENGTH_BYTES)), true);
  record.set(content, LENGTH_BYTES + CHECKSUM_BYTES);
  view.setUint32(record.length - CHECKSUM_BYTES, maskedCrc32c(content), true);
  return record;
}
