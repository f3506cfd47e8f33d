/** Typed arrays in JSON, for records in a journal: {"$": "int32", "data": base64 of little-endian bytes}. */
const kinds = {
  int32: Int32Array,
  uint8: Uint8Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

interface Packed {
  readonly $: keyof typeof kinds;
  readonly data: string;
}

/** JSON in which typed arrays survive. */
export function packJson(value: unknown): string {
  return JSON.stringify(value, (_, held: unknown) => {
    for (const [name, kind] of Object.entries(kinds)) {
      if (held instanceof kind) {
        const data = Buffer.from(held.buffer, held.byteOffset, held.byteLength).toString('base64');
        return { $: name, data };
      }
    }
    return held;
  });
}

/** @throws SyntaxError when the text is no JSON */
export function unpackJson(text: string): unknown {
  return JSON.parse(text, (_, held: unknown) => {
    if (!isPacked(held)) return held;
    const bytes = Uint8Array.from(Buffer.from(held.data, 'base64'));
    const kind = kinds[held.$];
    return new kind(bytes.buffer, 0, bytes.byteLength / kind.BYTES_PER_ELEMENT);
  });
}

function isPacked(value: unknown): value is Packed {
  if (typeof value !== 'object' || value === null || !('$' in value) || !('data' in value)) return false;
  return typeof value.$ === 'string' && Object.hasOwn(kinds, value.$) && typeof value.data === 'string';
}
