/** Encoded images in a Parquet column: binary, or a group with the field `bytes` as Hugging Face stores them. */
import { InputError } from '../../core/errors.ts';
import { openParquetFile, type ParquetFile, readColumn } from './file.ts';

const opened = new Map<string, Promise<ParquetFile>>();

/**
 * Reads the images of some rows; a file's footer is read once.
 *
 * @throws InputError when a row holds no image
 */
export async function readParquetImages(
  path: string,
  column: string,
  start: number,
  end: number,
): Promise<readonly Uint8Array[]> {
  const opening = opened.get(path) ?? openParquetFile(path);
  opened.set(path, opening);
  let file: ParquetFile;
  try {
    file = await opening;
  } catch (error) {
    opened.delete(path);
    throw error;
  }
  const cells = await readColumn(file, column, start, end);
  return cells.map((cell, row) => bytesOf(cell, `row ${String(start + row)} of ${path}`, column));
}

function bytesOf(cell: unknown, place: string, column: string): Uint8Array {
  const bytes = typeof cell === 'object' && cell !== null && 'bytes' in cell ? cell.bytes : cell;
  if (bytes instanceof Uint8Array) return bytes;
  throw new InputError(
    `${place} has no bytes in the column '${column}': store the images in the file, not their paths`,
  );
}
