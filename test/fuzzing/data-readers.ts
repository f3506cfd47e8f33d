/** The readers of data sets, and of the images in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { crc32 } from '../../src/data/crc32.ts';
import { decodeImage, imageFacts } from '../../src/data/decoding/decode.ts';
import { frameImage } from '../../src/data/decoding/frame.ts';
import { encodeNpy } from '../../src/data/npy.ts';
import type { ElementType, NumericData } from '../../src/data/numeric-array.ts';
import { openDataset } from '../../src/data/open.ts';
import { readParquetImages } from '../../src/data/parquet/images.ts';
import { pattern, raw } from '../data/patterns.ts';
import { gnuLong, pax, tarOf } from '../data/images/tar-file.ts';
import { pickled } from '../data/pickle/pickles.ts';
import { cifarRecords, idxOfBytes } from '../data/synthetic.ts';
import type { Files, FuzzedReader } from './reader.ts';

/** Opens a data set of few examples and reads them, without threads. */
async function openAndRead(specification: string, split = 'test'): Promise<void> {
  const dataset = await openDataset(specification, { split, decodingThreads: 1 });
  if (dataset.readAugmented === undefined) await dataset.read([0, dataset.size - 1]);
  await dataset.dispose?.();
}

const array = (dims: readonly number[], dataType: ElementType, data: NumericData): Uint8Array =>
  encodeNpy({ dims, dataType, data });

const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, k) => (k * 37) % 256);
const labels = array([2], 'int64', BigInt64Array.of(0n, 1n));
const images = array([2, 1, 4, 4], 'uint8', bytes(32));

const arrays: readonly Files[] = [
  { 'x.npy': images, 'y.npy': labels },
  {
    'x.npy': array(
      [2, 4, 4, 3],
      'float32',
      Float32Array.from(bytes(96), (byte) => byte / 255),
    ),
    'y.npy': array([2, 2], 'uint8', Uint8Array.of(1, 0, 0, 1)),
  },
  { 'x.npy': array([2, 3], 'float64', Float64Array.from(bytes(6))), 'y.npy': labels },
  {
    'x.npy': Buffer.from(
      Buffer.from(images).toString('latin1').replace("'fortran_order': False", "'fortran_order': True "),
      'latin1',
    ),
    'y.npy': labels,
  },
];

const idxImages = idxOfBytes([2, 4, 4], bytes(32));
const idxLabels = idxOfBytes([2], Uint8Array.of(0, 1));

/** Checksums of a tar file's headers, or of a PNG's chunks, made right again. */
function withTarChecksums(content: Uint8Array): Uint8Array {
  const copy = Buffer.from(content);
  for (let at = 0; at + 512 <= copy.length; at += 512) {
    if (copy.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    copy.write('        ', at + 148);
    const sum = copy.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148);
  }
  return copy;
}

function withPngChecksums(content: Uint8Array): Uint8Array {
  const copy = Buffer.from(content);
  if (copy.toString('latin1', 1, 4) !== 'PNG') return copy;
  for (let at = 8; at + 12 <= copy.length;) {
    const end = at + 8 + copy.readUInt32BE(at);
    if (end + 4 > copy.length) break;
    copy.writeUInt32BE(crc32(copy.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return copy;
}

const png = raw(pattern(8, 8)).png();

let encoded: Promise<Readonly<Record<string, Uint8Array>>> | undefined;

/** One small image in each format. */
function encodedImages(): Promise<Readonly<Record<string, Uint8Array>>> {
  encoded ??= encodeAll();
  return encoded;
}

async function encodeAll(): Promise<Readonly<Record<string, Uint8Array>>> {
  const image = raw(pattern(12, 10));
  const grey = raw(pattern(9, 9, 1));
  const pixels = Buffer.from(pattern(4, 4).data);
  const bmp = Buffer.alloc(54);
  bmp.write('BM');
  bmp.writeUInt32LE(54 + 48, 2);
  bmp.writeUInt32LE(54, 10);
  bmp.writeUInt32LE(40, 14);
  bmp.writeInt32LE(4, 18);
  bmp.writeInt32LE(4, 22);
  bmp.writeUInt16LE(1, 26);
  bmp.writeUInt16LE(24, 28);
  const palette = Buffer.concat([
    bmp,
    Buffer.alloc(1024, 7),
    Buffer.from([4, 1, 0, 0, 4, 2, 0, 2, 3, 3, 0, 4, 1, 2, 3, 4, 0, 1]),
  ]);
  palette.writeUInt16LE(8, 28);
  palette.writeUInt32LE(1, 30);
  palette.writeUInt32LE(54 + 1024, 10);
  return {
    png: await image.clone().png().toBuffer(),
    palette: await image.clone().png({ palette: true }).toBuffer(),
    deep: await grey.clone().toColourspace('grey16').png().toBuffer(),
    jpg: await image.clone().jpeg().toBuffer(),
    progressive: await image.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    webp: await image.clone().webp().toBuffer(),
    lossless: await image.clone().webp({ lossless: true }).toBuffer(),
    gif: await image.clone().gif().toBuffer(),
    tif: await image.clone().tiff({ compression: 'lzw' }).toBuffer(),
    packed: await image
      .clone()
      .tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 })
      .toBuffer(),
    avif: await image.clone().avif({ effort: 0 }).toBuffer(),
    ppm: Buffer.concat([Buffer.from('P6 4 4 255\n'), pixels]),
    plain: Buffer.from('P3\n# a comment\n2 2\n15\n0 1 2 3 4 5 6 7 8 9 10 11\n'),
    pbm: Buffer.concat([Buffer.from('P4 9 3\n'), Buffer.from([1, 2, 3, 4, 5, 6])]),
    bmp: Buffer.concat([bmp, pixels]),
    runs: palette,
  };
}

const tars = async (): Promise<readonly Files[]> => {
  const image = await png.clone().toBuffer();
  const [a, b] = [
    { name: 'a/0.png', content: image },
    { name: 'b/0.png', content: image },
  ];
  return [
    { 'images.tar': tarOf([a, b]) },
    { 'images.tar': tarOf([{ name: 'a/', type: '5' }, ...gnuLong(`a/${'n'.repeat(150)}.png`, image), b]) },
    { 'images.tar': tarOf([...pax('a/long.png', image), b]) },
    {
      'images.tar': tarOf([
        { name: 'a.tar', content: tarOf([{ name: '0.png', content: image }]) },
        { name: 'b.tar', content: tarOf([{ name: '0.png', content: image }]) },
      ]),
    },
  ];
};

const parquetFolder = new URL('../../fixtures/parquet/', import.meta.url);

function parquetFiles(): readonly Files[] {
  const names = readdirSync(parquetFolder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => ({ 'a.parquet': readFileSync(new URL(name, parquetFolder)) }));
}

async function readParquet(folder: string): Promise<void> {
  const path = join(folder, 'a.parquet');
  const dataset = await openDataset(`parquet:${path}`, { split: 'test', decodingThreads: 1, imageSize: 8 });
  await dataset.dispose?.();
  await readParquetImages(path, 'image', 0, Math.min(dataset.size, 4));
}

async function readImage(folder: string): Promise<void> {
  const content = readFileSync(join(folder, 'image'));
  const { height, width } = await imageFacts(content);
  for (const channels of [1, 3] as const) {
    const image = await decodeImage(content, { channels, depth: 16, greyFromColour: true });
    if (image.height !== height || image.width !== width) throw new TypeError('its header is not its size');
    frameImage(image, { channels, depth: 16, height: 8, width: 8, own: false }, 0);
  }
}

const cifarPickles: readonly Files[] = [
  ...[0, 1, 2, 3, 4].map((protocol) => ({ test_batch: pickled(`cifar10-protocol${String(protocol)}`) })),
  { test_batch: pickled('cifar10-protocol2'), 'batches.meta': pickled('meta10') },
  ...['values', 'values0', 'values1', 'values2', 'evil0', 'evil2', 'evil4'].map((name) => ({
    test_batch: pickled(name),
  })),
];

const npzSeal = (name: string, content: Uint8Array): Uint8Array => {
  const level = name.includes('packed') ? 6 : 0;
  return zipSync({ 'x_test.npy': content, 'y_test.npy': labels }, { level, mtime: new Date(1980, 0, 1, 12) });
};

export const dataReaders: readonly FuzzedReader[] = [
  {
    name: 'npy',
    samples: () => arrays,
    read: (folder) => openAndRead(`npy:${folder}/x.npy,${folder}/y.npy`),
  },
  {
    name: 'npz',
    samples: () =>
      arrays.flatMap((files) => [{ 'a.npz': files['x.npy']! }, { 'packed.npz': files['x.npy']! }]),
    seal: npzSeal,
    sealedFirst: 60,
    read: (folder) => openAndRead(`npz:${join(folder, readdirSync(folder)[0] ?? '')}`),
  },
  {
    name: 'idx',
    samples: () => [
      { x: idxImages, y: idxLabels },
      { x: idxOfBytes([2, 6], bytes(12)), y: idxLabels },
    ],
    read: (folder) => openAndRead(`idx:${folder}/x,${folder}/y`),
  },
  {
    name: 'idx, gzipped',
    samples: () => [{ x: idxImages, y: idxLabels }],
    seal: (_name, content) => gzipSync(content),
    sealedFirst: 40,
    read: (folder) => openAndRead(`idx:${folder}/x,${folder}/y`),
  },
  {
    name: 'cifar, binary',
    samples: () => [
      {
        'test_batch.bin': cifarRecords([[0], [9]]),
        'batches.meta.txt': Buffer.from('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n'),
      },
    ],
    read: (folder) => openAndRead(`cifar10:${folder}`),
  },
  { name: 'cifar, pickled', samples: () => cifarPickles, read: (folder) => openAndRead(`cifar10:${folder}`) },
  {
    name: 'tar',
    samples: tars,
    seal: (_name, content) => withTarChecksums(content),
    sealedFirst: 30,
    read: (folder) => openAndRead(`imagetar:${folder}/images.tar`),
  },
  {
    name: 'imagefolder',
    samples: async () => {
      const { png: one, jpg = one!, bmp = one!, ppm = one! } = await encodedImages();
      return [
        { 'a/0.png': one!, 'b/0.png': one! },
        { 'a/0.jpg': jpg, 'b/1.bmp': bmp },
        { 'a/0.ppm': ppm, 'b/0.png': one! },
      ];
    },
    read: (folder) => openAndRead(`imagefolder:${folder}`),
  },
  {
    name: 'image',
    samples: async () => Object.values(await encodedImages()).map((image) => ({ image })),
    seal: (_name, content) => withPngChecksums(content),
    inPlace: 40,
    sealedFirst: 20,
    read: readImage,
  },
  { name: 'parquet', samples: parquetFiles, inPlace: 80, read: readParquet },
];
