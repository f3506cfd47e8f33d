/** Parquet files, opened with the decompressors that the machine has. */
import * as zlib from 'node:zlib';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { InputError, messageOf } from '../../core/errors.ts';

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
  const { asyncBufferFromFile, parquetMetadataAsync } = await import('hyparquet');
  const buffer = await asyncBufferFromFile(path).catch((error: unknown) => {
    throw new InputError(`cannot read the Parquet file ${path}: ${messageOf(error)}`);
  });
  return { path, buffer, metadata: await readable(path, () => parquetMetadataAsync(buffer)) };
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
  const rows = await readable(path, () =>
    parquetReadObjects({
      file: buffer,
      metadata,
      columns: [column],
      rowStart: start,
      rowEnd: end,
      utf8: false,
      compressors,
    }),
  );
  if (rows.length !== end - start) {
    throw new InputError(`${path} holds fewer rows than its footer says: it is damaged`);
  }
  return rows.map((row): unknown => row[column]);
}

/** Snappy, the usual one, is built into the reader. */
const compressors = {
  GZIP: (bytes: Uint8Array) => zlib.gunzipSync(bytes),
  BROTLI: (bytes: Uint8Array) => zlib.brotliDecompressSync(bytes),
  ...('zstdDecompressSync' in zlib
    ? { ZSTD: zlib.zstdDecompressSync as (bytes: Uint8Array) => Uint8Array }
    : {}),
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
