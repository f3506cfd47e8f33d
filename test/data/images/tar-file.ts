/** Tar files made for a test. */

interface Entry {
  readonly name: string;
  readonly content?: Uint8Array;
  /** `0` for a file when left out. */
  readonly type?: string;
  readonly prefix?: string;
  readonly magic?: string;
}

function block({
  name,
  content = new Uint8Array(0),
  type = '0',
  prefix = '',
  magic = 'ustar\x0000',
}: Entry): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'utf8');
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(magic, 257, 'latin1');
  header.write(prefix, 345, 155, 'utf8');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding]);
}

/** A tar file with its two closing blocks of zeros. */
export function tarOf(entries: readonly Entry[]): Buffer {
  return Buffer.concat([...entries.map(block), Buffer.alloc(1024)]);
}

/** A file whose long name GNU tar writes in a member before it. */
export function gnuLong(name: string, content: Uint8Array): Entry[] {
  return [
    { name: '././@LongLink', type: 'L', content: Buffer.from(`${name}\0`), magic: 'ustar  \0' },
    { name: name.slice(0, 99), content, magic: 'ustar  \0' },
  ];
}

/** A file whose path is in a pax header. */
export function pax(name: string, content: Uint8Array): Entry[] {
  const record = (length: number): string => `${String(length)} path=${name}\n`;
  let length = 0;
  while (Buffer.byteLength(record(length)) !== length) length = Buffer.byteLength(record(length));
  const records = Buffer.from(`29 mtime=1700000000.12345678\n${record(length)}`);
  return [
    { name: 'PaxHeaders/x', type: 'x', content: records },
    { name: 'short', content },
  ];
}
