/** Recognises files of other kinds that are given as ONNX files by mistake. */

const formats: readonly { readonly start: RegExp; readonly what: string }[] = [
  { start: /^\s*[{[]/, what: 'a JSON file' },
  { start: /^\s*</, what: 'an HTML or XML page' },
  {
    start: /^version https:\/\/git-lfs/,
    what: 'a Git LFS pointer, not the file itself: fetch it with `git lfs pull`',
  },
  { start: /^PK\x03\x04/, what: 'a ZIP archive (a PyTorch checkpoint, a Keras file, an .npz)' },
  { start: /^\x89HDF/, what: 'an HDF5 file (Keras weights)' },
  { start: /^\x1f\x8b/, what: 'a gzip file: decompress it first' },
  { start: /^\x93NUMPY/, what: 'a NumPy array' },
];

/** What the bytes are where they begin as no ONNX file can, or undefined. */
export function foreignFormatOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  return formats.find((format) => format.start.test(start))?.what;
}
