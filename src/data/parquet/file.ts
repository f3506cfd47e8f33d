/** Parquet files, opened with the decompressors that the machine has. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import * as zlib from 'node:zlib';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { InputError, messageOf } from '../../core/errors.ts';
import { openInputFileSync } from '../../core/files.ts';
import { snappyDecompress } from './snappy.ts';
import { assertSoundFooter, assertSoundPages } from './sound.ts';

export interface ParquetFile {
  readonly path: string;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/**
 * Opens a file and reads its footer.
 *
 * @throws InputError when it is missing, truncated or no Parquet file
 */
export async function openParquetFile(path: string): Promise<ParquetFile> {
  const { parquetMetadataAsync } = await import('hyparquet');
  const buffer = bufferOf(path);
  const metadata = await readable(path, async () => {
    await assertSoundFooter(buffer);
    return parquetMetadataAsync(buffer);
  });
  return { path, buffer, metadata };
}

/**
 * The values of one column, those of a group of columns as objects; bytes stay bytes.
 *
 * @param start the first row; `end` is the one after the last
 */
export async function readColumn(
  { path, buffer, metadata }: ParquetFile,
  column: string,
  start: number,
  end: number,
): Promise<unknown[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const rows = await readable(path, async () => {
    await assertSoundPages(buffer, metadata, column, start, end);
    return parquetReadObjects({
      file: buffer,
      metadata,
      columns: [column],
      rowStart: start,
      rowEnd: end,
      utf8: false,
      compressors,
    });
  });
  if (rows.length !== end - start) {
    throw new InputError(`${path} holds fewer rows than its footer says: it is damaged`);
  }
  return rows.map((row): unknown => row[column]);
}

/**
 * The bytes of a file, read at once when they are asked for: of parts that the reader asked for ahead it does not wait
 * for the others when one fails, and a failure that nobody waits for would end the process.
 */
function bufferOf(path: string): AsyncBuffer {
  const byteLength = withFile(path, (file) => fstatSync(file).size);
  const slice = (start: number, end = byteLength): ArrayBuffer =>
    withFile(path, (file) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start));
      if (bytes.length > 0 && readSync(file, bytes, 0, bytes.length, start) < bytes.length) {
        throw new InputError('it has become shorter since it was opened');
      }
      return bytes.buffer;
    });
  return { byteLength, slice };
}

function withFile<T>(path: string, use: (descriptor: number) => T): T {
  const file = openInputFileSync(path, 'Parquet file');
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

type Decompress = (bytes: Uint8Array, options: zlib.ZlibOptions) => Uint8Array;

/** Keeps to the length that a page promises: one that becomes longer is damaged. */
const within =
  (decompress: Decompress) =>
  (bytes: Uint8Array, length: number): Uint8Array =>
    decompress(bytes, { maxOutputLength: Math.max(1, length) });

/** By the names that the reader knows; its own Snappy can be led astray by a damaged length. */
const compressors = {
  SNAPPY: snappyDecompress,
  GZIP: within(zlib.gunzipSync),
  BROTLI: within(zlib.brotliDecompressSync),
  ...('zstdDecompressSync' in zlib ? { ZSTD: within(zlib.zstdDecompressSync as Decompress) } : {}),
};

async function readable<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n');
    const [, codec] = /unsupported compression codec: (\w+)/.exec(reason) ?? [];
    if (codec !== undefined) {
      throw new InputError(
        `${path} is compressed with ${codec}, which Node ${process.versions.node} cannot undo: write it with snappy or gzip`,
      );
    }
    throw new InputError(`${path} cannot be read as Parquet (${reason}): it is damaged or no Parquet file`);
  }
}
