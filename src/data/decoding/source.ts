/** Where the bytes of an encoded image lie, and how they are read. */
import { InputError } from '../../core/errors.ts';
import { openInputFile } from '../../core/files.ts';
import { readParquetImages } from '../parquet/images.ts';

/** A whole file, or the part of one that a tar member fills. */
export interface FileSource {
  readonly kind: 'file';
  readonly path: string;
  /** Where the image begins and how many bytes it has; the whole file when left out. */
  readonly part?: { readonly offset: number; readonly length: number };
}

/** A cell of a Parquet file. */
export interface ParquetSource {
  readonly kind: 'parquet';
  readonly path: string;
  readonly column: string;
  /** The rows of the row group, which is read whole. */
  readonly group: { readonly start: number; readonly end: number };
  /** Counted from the group's start. */
  readonly row: number;
}

export type ImageSource = FileSource | ParquetSource;

/** Reads the encoded bytes of images. */
export interface SourceReader {
  /** @throws InputError when the bytes are not there */
  read(source: ImageSource): Promise<Uint8Array>;
}

/** Bytes of row groups that a reader keeps. */
const keptBytes = 256 * 2 ** 20;

/** A reader that keeps the row groups last used, since a Parquet cell cannot be read without its neighbours. */
export function createSourceReader(): SourceReader {
  const groups = new Map<string, Promise<readonly (Uint8Array | undefined)[]>>();
  const sizes = new Map<string, number>();
  const dropOldest = (current: string): void => {
    let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const [key, size] of sizes) {
      if (total <= keptBytes) return;
      if (key === current) continue;
      total -= size;
      sizes.delete(key);
      groups.delete(key);
    }
  };
  const groupOf = async (source: ParquetSource): Promise<readonly (Uint8Array | undefined)[]> => {
    const { path, column, group } = source;
    const key = `${String(group.start)} ${path}`;
    const known = groups.get(key);
    if (known !== undefined) {
      // A map keeps its order of insertion: the group last used goes to the end.
      const size = sizes.get(key);
      groups.delete(key);
      groups.set(key, known);
      if (size !== undefined) {
        sizes.delete(key);
        sizes.set(key, size);
      }
      return known;
    }
    const reading = readParquetImages(path, column, group.start, group.end);
    groups.set(key, reading);
    try {
      const images = await reading;
      sizes.set(
        key,
        images.reduce((sum, image) => sum + (image?.length ?? 0), 0),
      );
      dropOldest(key);
      return images;
    } catch (error) {
      groups.delete(key);
      throw error;
    }
  };
  return {
    read: async (source) => {
      if (source.kind === 'file') return readPart(source);
      const image = (await groupOf(source))[source.row];
      if (image === undefined) {
        throw new InputError(
          `it has no bytes in the column '${source.column}': store the images in the file, not their paths`,
        );
      }
      return image;
    },
  };
}

/** More bytes than an encoded image has. */
const mostEncodedBytes = 2 ** 28;

function assertEncodedSize(bytes: number): void {
  if (bytes > mostEncodedBytes) {
    throw new InputError(
      `it has ${String(bytes)} bytes, more than any image that is read: replace or remove it`,
    );
  }
}

async function readPart({ path, part }: FileSource): Promise<Uint8Array> {
  const file = await openInputFile(path, 'image');
  try {
    assertEncodedSize(part?.length ?? (await file.stat()).size);
    if (part === undefined) return await file.readFile();
    const bytes = Buffer.allocUnsafeSlow(part.length);
    let filled = 0;
    while (filled < part.length) {
      const { bytesRead } = await file.read(bytes, filled, part.length - filled, part.offset + filled);
      if (bytesRead === 0) throw new InputError(`${path} has become shorter since it was opened: run again`);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
