/**
 * A .npz file written while its rows are made: every array has its place in the file from the start, so that rows of all
 * of them are written as they come and nothing is held. It has its name once it is whole.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { reasonOf } from '../core/files.ts';
import { crc32 } from './crc32.ts';
import { encodeNpyHeader } from './npy.ts';
import { elementSize, littleEndianBytes, type ElementType, type NumericData } from './numeric-array.ts';
import { directory, localHeader, localHeaderSize } from './zip-write.ts';

/** An array of the file, its first axis the rows. */
export interface NpzColumn {
  readonly name: string;
  readonly dataType: ElementType;
  /** The dimensions of one row. */
  readonly shape: readonly number[];
}

export interface NpzStream {
  /** Rows that were appended. */
  readonly rows: number;
  /**
   * Writes the next rows of every column, by name.
   *
   * @throws InputError when the file cannot be written
   */
  append(rows: Readonly<Record<string, NumericData>>): Promise<void>;
  /**
   * Completes the file of its first rows and gives it its name.
   *
   * @throws InputError when it cannot be written
   */
  finish(rows: number): Promise<void>;
  /** Removes what was written. */
  abandon(): Promise<void>;
}

interface Place extends NpzColumn {
  readonly entry: string;
  /** What precedes the elements, as .npy. */
  readonly header: Uint8Array;
  readonly rowBytes: number;
  /** Where the zip entry, and where its elements begin. */
  readonly offset: number;
  readonly data: number;
}

/** As many bytes are moved or read at a time. */
const BLOCK = 2 ** 23;

/**
 * @param planned how many rows there will be; where there are fewer in the end, columns are moved together
 * @throws InputError when the file cannot be written
 */
export async function createNpzStream(
  path: string,
  columns: readonly NpzColumn[],
  planned: number,
): Promise<NpzStream> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  const places = placesOf(columns, planned);
  /** Checksums of the .npy headers for all planned rows and of the elements behind them. */
  const checksums = new Map(places.map(({ name, header }) => [name, crc32(header)]));
  let rows = 0;
  const abandon = async (): Promise<void> => {
    // Where there is no such folder there is nothing to remove either.
    await rm(temporary, { force: true }).catch(() => undefined);
  };
  /** Opened for each piece of work: there may be more files than a process can have open. */
  const writing = async (flags: string, work: (file: FileHandle) => Promise<void>): Promise<void> => {
    try {
      const file = await open(temporary, flags);
      try {
        await work(file);
      } finally {
        await file.close();
      }
    } catch (error) {
      await abandon();
      throw unwritable(path, error);
    }
  };
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  await writing('wx', () => Promise.resolve());
  return {
    get rows() {
      return rows;
    },
    async append(given) {
      const count = rowCount(places, given);
      if (rows + count > planned) throw new RangeError(`${path} was planned for ${String(planned)} rows`);
      await writing('r+', async (file) => {
        for (const { name, data, rowBytes } of places) {
          const bytes = littleEndianBytes(given[name] ?? new Uint8Array());
          await writeAll(file, bytes, data + rows * rowBytes);
          checksums.set(name, crc32(bytes, checksums.get(name)));
        }
      });
      rows += count;
    },
    async finish(kept) {
      const final = placesOf(columns, kept);
      if (kept > rows) throw new RangeError(`${path} has ${String(rows)} rows, not ${String(kept)}`);
      await writing('r+', async (file) => {
        const isWhole = kept === planned;
        const entries: Parameters<typeof directory>[0][number][] = [];
        for (const [position, place] of final.entries()) {
          const { entry, header, name, offset, data, rowBytes } = place;
          const from = places[position]?.data ?? data;
          const length = kept * rowBytes;
          const crc = isWhole
            ? (checksums.get(name) ?? 0)
            : await moveDown(file, { from, to: data, length, before: crc32(header) });
          const size = header.length + length;
          await writeAll(file, localHeader({ name: entry, crc, size }), offset);
          await writeAll(file, header, data - header.length);
          entries.push({ name: entry, crc, size, offset });
        }
        const end = endOf(final, kept);
        const last = directory(entries, end);
        await writeAll(file, last, end);
        await file.truncate(end + last.length);
        await file.sync();
      });
      await rename(temporary, path).catch(async (error: unknown) => {
        await abandon();
        throw unwritable(path, error);
      });
    },
    abandon,
  };
}

function unwritable(path: string, error: unknown): InputError {
  return new InputError(`cannot write ${path}: ${reasonOf(error)}`);
}

/** The places of columns of so many rows, behind one another. */
function placesOf(columns: readonly NpzColumn[], rows: number): readonly Place[] {
  let offset = 0;
  return columns.map((column) => {
    const entry = `${column.name}.npy`;
    const header = encodeNpyHeader([rows, ...column.shape], column.dataType);
    const rowBytes = column.shape.reduce((product, dim) => product * dim, elementSize(column.dataType));
    const data = offset + localHeaderSize(entry) + header.length;
    const place = { ...column, entry, header, rowBytes, offset, data };
    offset = data + rows * rowBytes;
    return place;
  });
}

function endOf(places: readonly Place[], rows: number): number {
  const last = places.at(-1);
  return last === undefined ? 0 : last.data + rows * last.rowBytes;
}

/** How many rows are given, the same of every column. */
function rowCount(places: readonly Place[], given: Readonly<Record<string, NumericData>>): number {
  const counts = places.map(({ name, rowBytes }) => (given[name]?.byteLength ?? NaN) / rowBytes);
  const [count = 0] = counts;
  if (!Number.isInteger(count) || counts.some((other) => other !== count)) {
    throw new RangeError(`columns were given ${counts.join(', ')} rows`);
  }
  return count;
}

interface Move {
  readonly from: number;
  /** Not behind `from`: what was moved overwrites nothing that is still to be. */
  readonly to: number;
  readonly length: number;
  /** The checksum of what will stand before it. */
  readonly before: number;
}

/** @returns the checksum with what was moved */
async function moveDown(file: FileHandle, { from, to, length, before }: Move): Promise<number> {
  const block = Buffer.alloc(Math.min(BLOCK, length));
  let crc = before;
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(block, 0, Math.min(block.length, length - done), from + done);
    if (bytesRead === 0) throw new Error('what was written is not there any more');
    const part = block.subarray(0, bytesRead);
    crc = crc32(part, crc);
    await writeAll(file, part, to + done);
    done += bytesRead;
  }
  return crc;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
