/**
 * Checks a Parquet file's headers against each other and against its size before they are acted on: a changed byte in
 * a length or a count would otherwise be an endless loop or more memory than there is.
 */
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { ParquetFault, readThrift, ThriftEnd, type ThriftStruct, type ThriftValue } from './thrift.ts';

/** The footer's length and the magic number behind it. */
const tailBytes = 8;

/** More rows than are ever read as images. */
const mostRows = 2 ** 31 - 1;

/** The rows that a file of some bytes may have: equal ones take next to none, but images are not all equal. */
const mostRowsOf = (fileBytes: number): number => Math.min(mostRows, Math.max(1 << 16, fileBytes));

/** @throws ParquetFault when the footer contradicts itself or the file's size */
export async function assertSoundFooter(file: AsyncBuffer): Promise<void> {
  if (file.byteLength < tailBytes + 4) throw new ParquetFault('it is too short');
  const tail = new DataView(await file.slice(file.byteLength - tailBytes));
  if (tail.getUint32(4) !== 0x50415231) throw new ParquetFault('it does not end with PAR1');
  const length = tail.getUint32(0, true);
  if (length > file.byteLength - tailBytes - 4) throw new ParquetFault('its footer is longer than the file');
  const start = file.byteLength - tailBytes - length;
  const { struct } = readThrift(new Uint8Array(await file.slice(start, start + length)));
  assertSoundSchema(structs(struct.get(2)));
  const rows = whole(struct.get(3), mostRowsOf(file.byteLength));
  let total = 0;
  for (const group of structs(struct.get(4))) {
    total += whole(group.get(3), mostRows);
    for (const column of structs(group.get(1))) {
      const chunk = structIn(column.get(3));
      if (chunk === undefined) throw new ParquetFault('a column of it has no description');
      assertSoundChunk(chunk, file.byteLength);
    }
  }
  if (total !== rows) {
    throw new ParquetFault(
      `its row groups have ${String(total)} rows and its footer promises ${String(rows)}`,
    );
  }
}

/** The elements are a tree in preorder: the root and all below it, and nothing else. */
function assertSoundSchema(elements: readonly ThriftStruct[]): void {
  let open = 1;
  for (const element of elements) {
    if (open === 0) break;
    open += whole(element.get(5) ?? 0, elements.length) - 1;
    if (!(element.get(4) instanceof Uint8Array)) throw new ParquetFault('a column of it has no name');
  }
  if (open !== 0 || elements.length === 0) throw new ParquetFault('the tree of its columns is incomplete');
}

function assertSoundChunk(chunk: ThriftStruct, fileBytes: number): void {
  // A list of numbers beside the images may have many values a row.
  whole(chunk.get(5), 1024 * mostRowsOf(fileBytes));
  const compressed = whole(chunk.get(7), fileBytes);
  for (const field of [9, 11]) {
    const offset = chunk.get(field);
    if (offset !== undefined) whole(offset, fileBytes);
  }
  if (firstPage(Number(chunk.get(9)), chunk.get(11) as number | undefined) + compressed > fileBytes) {
    throw new ParquetFault('a column of it reaches beyond its end');
  }
}

/** Where the pages of a column begin: with the dictionary, if there is one. */
function firstPage(dataOffset: number, dictionaryOffset: number | undefined): number {
  return dictionaryOffset === undefined || dictionaryOffset === 0
    ? dataOffset
    : Math.min(dictionaryOffset, dataOffset);
}

/** Page headers are this long at most, but for the statistics in them. */
const headerBytes = 1 << 12;

/**
 * Checks the page headers of a column in the row groups that hold some rows.
 *
 * @throws ParquetFault when they contradict the footer
 */
export async function assertSoundPages(
  file: AsyncBuffer,
  metadata: FileMetaData,
  column: string,
  start: number,
  end: number,
): Promise<void> {
  let first = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (first < end && first + rows > start) {
      for (const { meta_data: chunk } of group.columns) {
        if (chunk?.path_in_schema[0] !== column) continue;
        const offset = firstPage(
          Number(chunk.data_page_offset),
          chunk.dictionary_page_offset === undefined ? undefined : Number(chunk.dictionary_page_offset),
        );
        await assertSoundColumn(file, {
          offset,
          end: offset + Number(chunk.total_compressed_size),
          // No list is read, so that every row is one value.
          values: whole(Number(chunk.num_values), rows),
          codec: chunk.codec,
        });
      }
    }
    first += rows;
  }
}

interface ColumnPages {
  readonly offset: number;
  readonly end: number;
  readonly values: number;
  readonly codec: string;
}

async function assertSoundColumn(
  file: AsyncBuffer,
  { offset, end, values, codec }: ColumnPages,
): Promise<void> {
  let position = offset;
  let counted = 0;
  while (position < end) {
    const { struct, end: length } = await headerAt(file, position, end);
    const plain = whole(struct.get(2), mostRows);
    const stored = whole(struct.get(3), end - position - length);
    if (plain > greatestSize(stored, codec)) {
      throw new ParquetFault(`a page of ${String(stored)} bytes in it promises ${String(plain)}`);
    }
    counted += assertSoundPage(struct, plain, values - counted);
    position += length + stored;
  }
  if (counted !== values) {
    throw new ParquetFault(`a column of it has ${String(counted)} values and promises ${String(values)}`);
  }
}

/** The values of a data page; none for a dictionary. */
function assertSoundPage(header: ThriftStruct, plain: number, left: number): number {
  const dictionary = structIn(header.get(7));
  if (dictionary !== undefined) {
    // A value takes a byte at least, but for bits, of which a dictionary has two at most.
    whole(dictionary.get(1), Math.max(2, plain));
    return 0;
  }
  const data = structIn(header.get(5) ?? header.get(8));
  if (data === undefined) return 0;
  const count = whole(data.get(1), left);
  if (header.get(5) === undefined) {
    for (const field of [2, 3]) whole(data.get(field) ?? 0, count);
    if (whole(data.get(5) ?? 0, plain) + whole(data.get(6) ?? 0, plain) > plain) {
      throw new ParquetFault('the levels of a page in it are longer than the page');
    }
  }
  return count;
}

/** How many bytes a compressed page may become. */
function greatestSize(stored: number, codec: string): number {
  if (codec === 'UNCOMPRESSED') return stored;
  // Snappy copies at most 64 bytes for 3; others make more of less, and pages are of a MiB where their writers choose.
  return codec === 'SNAPPY' ? 64 + 22 * stored : (1 << 20) + 1032 * stored;
}

async function headerAt(file: AsyncBuffer, position: number, end: number) {
  for (let length = headerBytes; ; length *= 16) {
    const bytes = new Uint8Array(await file.slice(position, Math.min(end, position + length)));
    try {
      return readThrift(bytes);
    } catch (error) {
      if (!(error instanceof ThriftEnd) || position + length >= end) throw error;
    }
  }
}

function structs(value: ThriftValue | undefined): readonly ThriftStruct[] {
  const list = Array.isArray(value) ? (value as readonly ThriftValue[]) : [];
  return list.map((item) => {
    const struct = structIn(item);
    if (struct === undefined) throw new ParquetFault('a list in its footer holds what it cannot hold');
    return struct;
  });
}

function structIn(value: ThriftValue | undefined): ThriftStruct | undefined {
  return value instanceof Map ? (value as ThriftStruct) : undefined;
}

/** A count or size from 0 to the greatest that it can be. */
function whole(value: ThriftValue | undefined, greatest: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > greatest) {
    throw new ParquetFault(
      `a header of it holds the number ${typeof value === 'number' ? String(value) : 'none'} where 0 to ${String(greatest)} can stand`,
    );
  }
  return value;
}
