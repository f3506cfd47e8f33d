/** Small data files made for a test, and what every refusal must look like. */
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import type { NpyArray } from '../../src/data/npy.ts';
import { encodeNpy } from '../../src/data/npy.ts';

/** A folder that is removed when the tests of the file have run. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'robust-bench-data-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes files into a folder and returns the folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The byte of pixel `position` of synthetic image `index`. */
export function pixel(index: number, position: number): number {
  return (index * 31 + position * 7) % 256;
}

export function imageOf(index: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, position) => pixel(index, position));
}

/** CIFAR records with the given label bytes; image `k` is the synthetic image `first + k`. */
export function cifarRecords(labels: readonly (readonly number[])[], first = 0): Uint8Array {
  return Buffer.concat(
    labels.map((bytes, index) => Buffer.concat([Uint8Array.from(bytes), imageOf(first + index, 3072)])),
  );
}

/** An IDX file of bytes. */
export function idxOfBytes(dims: readonly number[], data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header.writeUInt16BE(0x0800 + dims.length, 2);
  dims.forEach((dim, axis) => header.writeUInt32BE(dim, 4 + 4 * axis));
  return Buffer.concat([header, data]);
}

export function bytesNpy(dims: readonly number[], data: readonly number[] | Uint8Array): Uint8Array {
  return encodeNpy({ dims, dataType: 'uint8', data: Uint8Array.from(data) });
}

export function floats(dims: readonly number[], data: readonly number[]): NpyArray {
  return { dims, dataType: 'float32', data: Float32Array.from(data) };
}

/** Asserts an InputError of one line that matches. */
export async function assertRefused(action: () => unknown, ...patterns: readonly RegExp[]): Promise<void> {
  await assert.rejects(
    async () => {
      await action();
    },
    (error: unknown) => {
      assert.ok(error instanceof InputError, `not an InputError: ${String(error)}`);
      assert.doesNotMatch(error.message, /\n/);
      for (const pattern of patterns) assert.match(error.message, pattern);
      return true;
    },
  );
}
