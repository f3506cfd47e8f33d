/**
 * The index of a tar file (POSIX ustar and pax, GNU long names): where its members lie, so that they can be read in
 * place. A tar file within it, as ImageNet's training set has one for every class, counts as a folder of its name.
 */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { InputError } from '../../core/errors.ts';
import { openInputFileSync } from '../../core/files.ts';
import { isLeftover } from '../leftovers.ts';

export interface TarMember {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/** What the archive holds, without what operating systems leave behind. */
export interface TarIndex {
  readonly files: readonly TarMember[];
  readonly folders: readonly string[];
}

const blockBytes = 512;
/** Longer names and pax headers than any tool writes are taken for damage. */
const greatestHeader = 1 << 20;
/** ImageNet has archives within an archive; more than a few levels of them are made to break readers. */
const deepest = 4;

/**
 * Reads the headers of a tar file, of gigabytes if need be; the members' content is skipped.
 *
 * @throws InputError when it is missing, compressed, truncated or no tar file, or an image in it is a link
 */
export function indexTar(path: string): TarIndex {
  const descriptor = openInputFileSync(path, 'tar file');
  try {
    const files: TarMember[] = [];
    const folders: string[] = [];
    const archive = { path, descriptor, files, folders };
    indexRange(archive, '', 0, fstatSync(descriptor).size, 0);
    return { files, folders };
  } finally {
    closeSync(descriptor);
  }
}

interface Archive {
  readonly path: string;
  readonly descriptor: number;
  readonly files: TarMember[];
  readonly folders: string[];
}

/** Indexes the archive that lies from `start` to `end` and whose members are named below `folder`. */
function indexRange(archive: Archive, folder: string, start: number, end: number, depth: number): void {
  const { path, files, folders } = archive;
  const place = folder === '' ? path : `${folder}.tar in ${path}`;
  if (depth > deepest) {
    throw new InputError(
      `${place}: archives stand within archives deeper than ${String(deepest)} levels: unpack it`,
    );
  }
  let position = start;
  // What extension headers say about the member after them, and global ones about all.
  let next: Extension = {};
  while (position + blockBytes <= end) {
    const block = readAt(archive, position, blockBytes);
    if (block.every((byte) => byte === 0)) return;
    const header = parseHeader(block, place, position);
    const { type } = header;
    const length = next.size ?? header.size;
    const offset = position + blockBytes;
    if (!(Number.isSafeInteger(length) && length >= 0)) {
      throw new InputError(
        `${place} has a member of impossible length at byte ${String(position)}: it is damaged`,
      );
    }
    if (offset + length > end) {
      throw new InputError(`${place} ends within its member ${next.path ?? header.name}: it is truncated`);
    }
    position = offset + Math.ceil(length / blockBytes) * blockBytes;
    if (type === 'L' || type === 'x') {
      if (length > greatestHeader)
        throw new InputError(`${place} has a header of ${String(length)} bytes: it is damaged`);
      const content = readAt(archive, offset, length);
      next = { ...next, ...(type === 'L' ? { path: textOf(content) } : parsePax(content, place)) };
      continue;
    }
    if (type === 'K' || type === 'g') continue;
    const name = joinName(folder, next.path ?? header.name);
    next = {};
    if (isLeftover(name)) continue;
    if (type === '5') folders.push(name);
    else if (type === '1' || type === '2') {
      throw new InputError(
        `${place}: the member ${name} is a link: pack the files that links lead to (tar -h --hard-dereference)`,
      );
    } else if (type !== '0' && type !== '7') {
      throw new InputError(
        `${place}: the member ${name} is of the kind '${type}': only files and folders are read`,
      );
    } else if (name.toLowerCase().endsWith('.tar')) {
      indexRange(archive, name.slice(0, -4), offset, offset + length, depth + 1);
    } else {
      files.push({ name, offset, length });
    }
  }
  if (position === start || position < end) {
    throw new InputError(`${place} is truncated or no tar file`);
  }
}

interface Extension {
  readonly path?: string;
  readonly size?: number;
}

interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

function parseHeader(block: Buffer, place: string, position: number): Header {
  if (block[0] === 0x1f && block[1] === 0x8b) {
    throw new InputError(
      `${place} is compressed, and members cannot be read in place: unpack it with gunzip`,
    );
  }
  // The checksum is the sum of all bytes, its own eight taken for spaces.
  const stored = octal(block.subarray(148, 156));
  let sum = 8 * 0x20;
  for (const [index, byte] of block.entries()) if (index < 148 || index >= 156) sum += byte;
  if (stored !== sum) {
    throw new InputError(
      `${place} has no tar header at byte ${String(position)}: it is damaged or no tar file`,
    );
  }
  const typeByte = block[156] ?? 0;
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? textOf(block.subarray(345, 500)) : '';
  const name = textOf(block.subarray(0, 100));
  const type = typeByte === 0 ? '0' : String.fromCharCode(typeByte);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: type === '5' ? 0 : numberOf(block.subarray(124, 136)),
    // Before ustar a folder was a file whose name ends with a slash.
    type: type === '0' && name.endsWith('/') ? '5' : type,
  };
}

/** Octal digits, or, for sizes from 8 GiB, a big-endian number after a byte 0x80; NaN for anything else. */
function numberOf(field: Buffer): number {
  if (field[0] !== 0x80) return octal(field);
  const unused = field.subarray(1, field.length - 6);
  return unused.every((byte) => byte === 0) ? field.readUIntBE(field.length - 6, 6) : NaN;
}

/** Octal digits, filled up with spaces or ended by a null character. */
function octal(field: Buffer): number {
  return Number.parseInt(/^ *([0-7]+)(?:[ \0]|$)/.exec(field.toString('latin1'))?.[1] ?? '', 8);
}

function textOf(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

/** Records of the form `LENGTH KEY=VALUE\n`, of which path and size count. */
function parsePax(content: Buffer, place: string): Extension {
  let extension: Extension = {};
  let position = 0;
  while (position < content.length) {
    const space = content.indexOf(0x20, position);
    const length = wholeOf(content.toString('latin1', position, Math.max(position, space)));
    if (space < 0 || !(length > 0) || position + length > content.length) {
      throw new InputError(`${place} has a damaged pax header`);
    }
    const record = content.toString('utf8', space + 1, position + length - 1);
    const value = record.slice(record.indexOf('=') + 1);
    if (record.startsWith('path=')) extension = { ...extension, path: value };
    if (record.startsWith('size=')) extension = { ...extension, size: wholeOf(value) };
    position += length;
  }
  return extension;
}

/** Digits as a number; NaN for anything else, such as a sign or none. */
function wholeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/** A member's name below a folder, without `./` and closing slashes; a folder that repeats the archive's name is left out. */
function joinName(folder: string, member: string): string {
  const parts = member.split('/').filter((part) => part !== '' && part !== '.');
  if (folder === '') return parts.join('/');
  const [first] = parts;
  if (first === folder.split('/').at(-1)) parts.shift();
  return [folder, ...parts].join('/');
}

function readAt({ path, descriptor }: Archive, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (length > 0 && readSync(descriptor, bytes, 0, length, position) !== length) {
    throw new InputError(`${path} has become shorter while it was read: run again`);
  }
  return bytes;
}
