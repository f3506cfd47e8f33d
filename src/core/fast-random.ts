/**
 * A fast source of random 32-bit numbers for masks of millions of elements, seeded from a named stream: xoshiro128**
 * of D. Blackman and S. Vigna (Scrambled linear pseudorandom number generators, 2021), its state spread from a key by
 * the finalizer of MurmurHash3.
 */
import type { RandomStream } from './random.ts';

/** 128 bits that a family of sources shares. */
export type RandomKey = readonly [number, number, number, number];

/** Draws a key from a named stream. */
export function drawKey(stream: RandomStream): RandomKey {
  const word = (): number => stream.integer(2 ** 32);
  return [word(), word(), word(), word()];
}

/**
 * Fills an array with `scale` where the next number is below probability·2³² and with 0 elsewhere.
 *
 * @param member which source of the key's family, two whole numbers; each member is a sequence of its own
 * @param probability in [0, 1]
 */
export function fillBernoulli(
  output: Float32Array,
  key: RandomKey,
  member: readonly [number, number],
  probability: number,
  scale: number,
): void {
  const threshold = probability * 2 ** 32;
  let a = mix(key[0] ^ mix(member[0] + 0x9e3779b9));
  let b = mix(key[1] ^ mix(member[1] + 0x85ebca6b));
  let c = mix(key[2] ^ mix(a));
  let d = mix(key[3] ^ mix(b) ^ 1);
  // The one state that the generator cannot leave.
  if ((a | b | c | d) === 0) d = 1;
  for (let index = 0; index < output.length; index++) {
    const product = Math.imul(b, 5);
    const drawn = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    output[index] = drawn < threshold ? scale : 0;
  }
}

/** The finalizer of MurmurHash3: every bit of the input changes about half of the output's. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
