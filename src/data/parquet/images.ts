/** Encoded images in a Parquet column: binary, or a group with the field `bytes` as Hugging Face stores them. */
import { openParquetFile, type ParquetFile, readColumn } from './file.ts';

const opened = new Map<string, Promise<ParquetFile>>();

/**
 * Reads the images of some rows; a file's footer is read once.
 *
 * @returns the encoded images, undefined where a row has none
 * @throws InputError when the file is missing or damaged
 */
export async function readParquetImages(
  path: string,
  column: string,
  start: number,
  end: number,
): Promise<readonly (Uint8Array | undefined)[]> {
  const opening = opened.get(path) ?? openParquetFile(path);
  opened.set(path, opening);
  let file: ParquetFile;
  try {
    file = await opening;
  } catch (error) {
    opened.delete(path);
    throw error;
  }
  return (await readColumn(file, column, start, end)).map(bytesOf);
}

function bytesOf(cell: unknown): Uint8Array | undefined {
  const bytes = typeof cell === 'object' && cell !== null && 'bytes' in cell ? cell.bytes : cell;
  return bytes instanceof Uint8Array ? bytes : undefined;
}
