/** Damages files, by a seeded stream: as bytes, as text with numbers, as JSON, and as archives of what is in them. */
import type { RandomStream } from '../../src/core/random.ts';

const pick = <T>(stream: RandomStream, values: readonly T[]): T => values[stream.integer(values.length)]!;

const bytesOfInterest = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x30, 0x39, 0x5c, 0x2d];
const wordsOfInterest = [
  0,
  1,
  -1,
  0x7f,
  0x80,
  0xff,
  0xffff,
  0x7fff,
  0x10000,
  2 ** 31 - 1,
  -(2 ** 31),
  1 << 20,
  1 << 28,
];
const numbersOfInterest = [
  '0',
  '-1',
  '0.5',
  '1e9',
  '1e300',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '-1536',
  'NaN',
  '',
];

type ByteMutation = (bytes: Buffer, stream: RandomStream, other: Buffer) => Buffer;

function part(bytes: Buffer, stream: RandomStream, longest = 64): [number, number] {
  const start = stream.integer(bytes.length + 1);
  return [start, Math.min(bytes.length, start + 1 + stream.integer(longest))];
}

/** A copy with some bytes written over. */
function over(bytes: Buffer, at: number, content: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(content.subarray(0, Math.max(0, copy.length - at)), at);
  return copy;
}

const byteMutations: readonly ByteMutation[] = [
  (bytes, stream) => {
    const at = stream.integer(bytes.length);
    return over(bytes, at, Uint8Array.of((bytes[at] ?? 0) ^ (1 << stream.integer(8))));
  },
  (bytes, stream) => over(bytes, stream.integer(bytes.length), Uint8Array.of(pick(stream, bytesOfInterest))),
  (bytes, stream) => over(bytes, stream.integer(bytes.length), Uint8Array.of(stream.integer(256))),
  (bytes, stream) => {
    const size = pick(stream, [2, 4, 8]);
    const word = Buffer.alloc(8);
    word.writeBigInt64LE(BigInt(pick(stream, wordsOfInterest)));
    const content = word.subarray(0, size);
    return over(bytes, stream.integer(bytes.length), stream.integer(2) === 0 ? content : content.reverse());
  },
  (bytes, stream) => bytes.subarray(0, stream.integer(bytes.length)),
  (bytes, stream) => {
    const [start, end] = part(bytes, stream);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  (bytes, stream) => {
    const [start, end] = part(bytes, stream);
    const copies = Array.from({ length: 1 + stream.integer(20) }, () => bytes.subarray(start, end));
    return Buffer.concat([bytes.subarray(0, end), ...copies, bytes.subarray(end)]);
  },
  (bytes, stream) => {
    const at = stream.integer(bytes.length + 1);
    const added = Buffer.from(Array.from({ length: 1 + stream.integer(8) }, () => stream.integer(256)));
    return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
  },
  (bytes, stream, other) => {
    const [from, to] = part(other, stream, 256);
    return over(bytes, stream.integer(bytes.length + 1), other.subarray(from, to));
  },
  (bytes, stream, other) =>
    Buffer.concat([
      bytes.subarray(0, stream.integer(bytes.length)),
      other.subarray(stream.integer(other.length)),
    ]),
  (bytes, stream) => {
    const text = bytes.toString('latin1');
    const runs = [...text.matchAll(/\d+/g)];
    if (runs.length === 0) return bytes;
    const run = pick(stream, runs);
    const changed = pick(stream, numbersOfInterest);
    return Buffer.from(text.slice(0, run.index) + changed + text.slice(run.index + run[0].length), 'latin1');
  },
];

/** Changes one to three bytes and moves none: of a file that finds its parts by their places, the rest stays readable. */
export function mutateInPlace(bytes: Uint8Array, stream: RandomStream): Buffer {
  let mutated = Buffer.from(bytes);
  for (let count = 1 + stream.integer(3); count > 0; count--) {
    mutated = Buffer.from(pick(stream, byteMutations.slice(0, 3))(mutated, stream, mutated));
  }
  return mutated;
}

/** Damages bytes in one to four places. */
export function mutateBytes(bytes: Uint8Array, stream: RandomStream, other: Uint8Array = bytes): Buffer {
  let mutated = Buffer.from(bytes);
  for (let count = pick(stream, [1, 1, 1, 2, 4]); count > 0; count--) {
    if (mutated.length === 0) return mutated;
    mutated = Buffer.from(pick(stream, byteMutations)(mutated, stream, Buffer.from(other)));
  }
  return mutated;
}

/** Stands for lists and objects within each other, which no function that calls itself could write. */
const nestedMark = /"@nested (\d+)@"/g;

function nested(depth: number): string {
  return `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`;
}

const valuesOfInterest: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1,
  7,
  1e9,
  1e300,
  2 ** 31,
  '',
  '0',
  '-1',
  '..',
  '../x',
  '__proto__',
  'constructor',
  'toString',
  'a\u001b[31m\u202e\n',
  [],
  {},
  [[]],
  [1, 2, 3],
  [-1],
  ['a', 0, 0],
  'x'.repeat(3000),
];

/** Damages one to three places of parsed JSON: values replaced, moved, left out and repeated. */
export function mutateJson(json: unknown, stream: RandomStream): unknown {
  const copy: unknown = structuredClone(json);
  for (let count = 1 + stream.integer(3); count > 0; count--) {
    const places: { holder: Record<string, unknown>; key: string }[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const key of Object.keys(value)) {
        places.push({ holder: value as Record<string, unknown>, key });
        walk((value as Record<string, unknown>)[key]);
      }
    };
    walk(copy);
    if (places.length === 0) return copy;
    const { holder, key } = pick(stream, places);
    const other = pick(stream, places);
    const given = (value: unknown): void => {
      Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
    };
    const old = holder[key];
    const changes: readonly (() => void)[] = [
      () => {
        given(pick(stream, valuesOfInterest));
      },
      () => {
        given(pick(stream, valuesOfInterest));
      },
      () => {
        given(structuredClone(other.holder[other.key]));
      },
      () => {
        given(`@nested ${String(10 ** stream.integer(6))}@`);
      },
      () => {
        if (typeof old === 'number') given(pick(stream, [-old, old * 2 ** 20, old / 3, old + 1, old - 1]));
      },
      () => {
        if (!Array.isArray(holder)) Reflect.deleteProperty(holder, key);
      },
      () => {
        if (Array.isArray(holder)) holder.splice(Number(key), 1);
      },
      () => {
        if (Array.isArray(old)) old.push(...(old.slice(0, 50) as unknown[]));
      },
      () => {
        if (Array.isArray(holder)) return;
        const names = ['__proto__', 'constructor', '', 'x', key];
        Object.defineProperty(holder, pick(stream, names), {
          value: old,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      },
    ];
    pick(stream, changes)();
  }
  return copy;
}

/** JSON damaged in its structure, or, one time in five, as bytes. */
export function mutateJsonFile(bytes: Uint8Array, stream: RandomStream): Buffer {
  if (stream.integer(5) === 0) return mutateBytes(bytes, stream);
  const mutated = mutateJson(JSON.parse(Buffer.from(bytes).toString()) as unknown, stream);
  const text = JSON.stringify(mutated);
  return Buffer.from(text.replace(nestedMark, (_, depth: string) => nested(Number(depth))));
}
