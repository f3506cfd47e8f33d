/**
 * Types of files whose numbers take a byte or less and are no integers of a byte. Graphs hold their numbers in wider
 * types, exactly; what depends on the width keeps the type's code.
 */

export interface NarrowType {
  readonly name: string;
  readonly bits: 2 | 4 | 8;
  /** The type that holds its numbers. */
  readonly heldAs: 'int8' | 'uint8' | 'float32';
  /** The number that its bits stand for. */
  readonly numberOf: (bits: number) => number;
}

/** Sign, exponent and mantissa; `special` tells what is no number by that formula. */
function small(
  format: { readonly mantissa: number; readonly bits: number; readonly bias: number },
  special: (magnitude: number, isNegative: boolean) => number | undefined,
): (bits: number) => number {
  const { mantissa, bits, bias } = format;
  return (held) => {
    const sign = 2 ** (bits - 1);
    const isNegative = held >= sign;
    const magnitude = held % sign;
    const known = special(magnitude, isNegative);
    if (known !== undefined) return known;
    const exponent = magnitude >> mantissa;
    const fraction = (magnitude % 2 ** mantissa) / 2 ** mantissa;
    const size = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
    return isNegative ? -size : size;
  };
}

/** Without infinities, and with one not-a-number in the place of −0. */
const unsignedZero = (magnitude: number, isNegative: boolean): number | undefined =>
  magnitude === 0 && isNegative ? NaN : undefined;

/** As IEEE 754 has it for a mantissa of two bits. */
function withInfinity(magnitude: number, isNegative: boolean): number | undefined {
  if (magnitude < 0x7c) return undefined;
  if (magnitude > 0x7c) return NaN;
  return isNegative ? -Infinity : Infinity;
}

/** By their codes (TensorProto.DataType). */
const types: ReadonlyMap<number, NarrowType> = new Map([
  [
    17,
    eight(
      'float8e4m3fn',
      small({ mantissa: 3, bits: 8, bias: 7 }, (size) => (size === 0x7f ? NaN : undefined)),
    ),
  ],
  [18, eight('float8e4m3fnuz', small({ mantissa: 3, bits: 8, bias: 8 }, unsignedZero))],
  [19, eight('float8e5m2', small({ mantissa: 2, bits: 8, bias: 15 }, withInfinity))],
  [20, eight('float8e5m2fnuz', small({ mantissa: 2, bits: 8, bias: 16 }, unsignedZero))],
  [21, { name: 'uint4', bits: 4, heldAs: 'uint8', numberOf: (bits) => bits }],
  [22, { name: 'int4', bits: 4, heldAs: 'int8', numberOf: (bits) => (bits > 7 ? bits - 16 : bits) }],
  [
    23,
    {
      name: 'float4e2m1',
      bits: 4,
      heldAs: 'float32',
      numberOf: small({ mantissa: 1, bits: 4, bias: 1 }, () => undefined),
    },
  ],
  [24, eight('float8e8m0', (bits) => (bits === 0xff ? NaN : 2 ** (bits - 127)))],
  [25, { name: 'uint2', bits: 2, heldAs: 'uint8', numberOf: (bits) => bits }],
  [26, { name: 'int2', bits: 2, heldAs: 'int8', numberOf: (bits) => (bits > 1 ? bits - 4 : bits) }],
]);

function eight(name: string, numberOf: (bits: number) => number): NarrowType {
  return { name, bits: 8, heldAs: 'float32', numberOf };
}

/** The narrow type of an ONNX code, or undefined for another. */
export function narrowTypeOf(code: number): NarrowType | undefined {
  return types.get(code);
}

/** The least and the greatest number of a narrow type of integers; undefined for another. */
export function narrowRange(code: number): readonly [number, number] | undefined {
  const type = types.get(code);
  if (type === undefined || type.heldAs === 'float32') return undefined;
  const count = 2 ** type.bits;
  return type.heldAs === 'uint8' ? [0, count - 1] : [-count / 2, count / 2 - 1];
}
