/**
 * Arithmetic on sizes of which some are known only at run time. A size is a polynomial with integer coefficients
 * over names, written in one canonical form (`N*64`, `H*W+1`), so that equal sizes are equal texts. What is not
 * a polynomial becomes a name of its own: `floor(H/2)`, `min(N,5)`. A named size is at least 1, a name with parentheses at least 0.
 */
import { createHash } from 'node:crypto';
import { InputError } from '../../core/errors.ts';
import type { Dimension } from '../types.ts';

/** Coefficients by product of names, the names sorted and joined by `*`; the constant stands under ''. */
type Polynomial = Map<string, number>;

/** Splits where the separator stands outside parentheses. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const letter = text.charAt(index);
    if (letter === '(') depth++;
    else if (letter === ')') depth--;
    else if (letter === separator && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim());
}

function addTerm(polynomial: Polynomial, key: string, coefficient: number): void {
  const sum = (polynomial.get(key) ?? 0) + coefficient;
  if (sum === 0) polynomial.delete(key);
  else polynomial.set(key, sum);
}

const keyOf = (names: readonly string[]): string => [...names].sort().join('*');
const namesOf = (key: string): string[] => (key === '' ? [] : split(key, '*'));

function parse(dimension: Dimension): Polynomial {
  const polynomial: Polynomial = new Map();
  if (typeof dimension === 'number') {
    addTerm(polynomial, '', dimension);
    return polynomial;
  }
  for (const term of split(dimension, '+')) {
    const factors = split(term, '*');
    const numbers = factors.filter((factor) => /^-?\d+$/.test(factor)).map(Number);
    const names = factors.filter((factor) => !/^-?\d+$/.test(factor));
    addTerm(
      polynomial,
      keyOf(names),
      numbers.reduce((product, factor) => product * factor, 1),
    );
  }
  return polynomial;
}

function format(polynomial: Polynomial): Dimension {
  const constant = polynomial.get('') ?? 0;
  const keys = [...polynomial.keys()].filter((key) => key !== '').sort();
  if (keys.length === 0) return constant;
  const terms = keys.map((key) => {
    const coefficient = polynomial.get(key) ?? 0;
    return coefficient === 1 ? key : `${key}*${String(coefficient)}`;
  });
  return [...terms, ...(constant === 0 ? [] : [String(constant)])].join('+');
}

export function add(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const sum = parse(a);
  for (const [key, coefficient] of parse(b)) addTerm(sum, key, coefficient);
  return format(sum);
}

export function multiply(a: Dimension, b: Dimension): Dimension {
  // No −0 among sizes.
  if (typeof a === 'number' && typeof b === 'number') return a * b || 0;
  const product: Polynomial = new Map();
  const [factors, right] = [parse(a), parse(b)];
  if (factors.size * right.size > MOST_TERMS) {
    throw new InputError(
      `a size is a product of more than ${String(MOST_TERMS)} terms in open sizes: give the model fixed sizes`,
    );
  }
  for (const [leftKey, left] of factors) {
    for (const [rightKey, coefficient] of right) {
      addTerm(product, keyOf([...namesOf(leftKey), ...namesOf(rightKey)]), left * coefficient);
    }
  }
  return format(product);
}

export function subtract(a: Dimension, b: Dimension): Dimension {
  return add(a, multiply(b, -1));
}

export function product(dimensions: readonly Dimension[]): Dimension {
  return dimensions.reduce(multiply, 1);
}

/** Whether two sizes are the same for every value of their names. */
export function same(a: Dimension, b: Dimension): boolean {
  return a === b || subtract(a, b) === 0;
}

/** a / b where b divides a whatever the names stand for; undefined otherwise. */
export function divideExactly(a: Dimension, b: Dimension): Dimension | undefined {
  if (b === 0) return undefined;
  if (same(a, b)) return 1;
  const divisor = [...parse(b)];
  const [first] = divisor;
  if (first === undefined || divisor.length > 1) return undefined;
  const [divisorKey, divisorCoefficient] = first;
  const quotient: Polynomial = new Map();
  for (const [key, coefficient] of parse(a)) {
    const names = namesOf(key);
    for (const name of namesOf(divisorKey)) {
      const at = names.indexOf(name);
      if (at < 0) return undefined;
      names.splice(at, 1);
    }
    if (coefficient % divisorCoefficient !== 0) return undefined;
    addTerm(quotient, keyOf(names), coefficient / divisorCoefficient);
  }
  return format(quotient);
}

/** ⌊a / b⌋: the multiples of b are taken out, so ⌊(2H+1)/2⌋ is H. */
export function floorDivide(a: Dimension, b: Dimension): Dimension {
  const exact = divideExactly(a, b);
  if (exact !== undefined) return exact;
  if (typeof b !== 'number') return quotientName(a, b);
  const whole: Polynomial = new Map();
  const rest: Polynomial = new Map();
  for (const [key, coefficient] of parse(a)) {
    const quotient = Math.floor(coefficient / b);
    addTerm(whole, key, quotient);
    addTerm(rest, key, coefficient - quotient * b);
  }
  const remainder = format(rest);
  const last = typeof remainder === 'number' ? 0 : quotientName(remainder, b);
  return add(format(whole), last);
}

/** Bounds that no model comes near; files made to break readers double terms and names at will. */
const MOST_TERMS = 256;
const LONGEST_NAME = 512;

/** A name that stands for a long one, and for no other. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  return `size(${createHash('sha256').update(name).digest('hex').slice(0, 32)})`;
}

function quotientName(a: Dimension, b: Dimension): string {
  const [above, below] = [a, b].map((size) =>
    /[+*]/.test(String(size)) ? `(${String(size)})` : String(size),
  );
  return shortened(`floor(${above ?? ''}/${below ?? ''})`);
}

export function ceilDivide(a: Dimension, b: number): Dimension {
  return floorDivide(add(a, b - 1), b);
}

/** The least value a size can take, −∞ where that is not known. */
function atLeast(dimension: Dimension): number {
  let least = 0;
  for (const [key, coefficient] of parse(dimension)) {
    if (key === '') least += coefficient;
    else if (coefficient < 0) return Number.NEGATIVE_INFINITY;
    else if (!key.includes('(')) least += coefficient;
  }
  return least;
}

/** Whether a ≥ b whatever the names stand for. */
export function neverLess(a: Dimension, b: Dimension): boolean {
  return atLeast(subtract(a, b)) >= 0;
}

/** Whether a and b differ whatever the names stand for. */
export function neverSame(a: Dimension, b: Dimension): boolean {
  return atLeast(subtract(a, b)) > 0 || atLeast(subtract(b, a)) > 0;
}

export function smaller(a: Dimension, b: Dimension): Dimension {
  if (neverLess(a, b)) return b;
  return neverLess(b, a) ? a : named('min', a, b);
}

export function larger(a: Dimension, b: Dimension): Dimension {
  if (neverLess(a, b)) return a;
  return neverLess(b, a) ? b : named('max', a, b);
}

/** The name of a commutative function of two sizes. */
export function named(name: string, a: Dimension, b: Dimension): Dimension {
  const [first, second] = [String(a), String(b)].sort();
  return shortened(`${name}(${first ?? ''},${second ?? ''})`);
}

const MOST_LETTERS = 60;
const MOST_SIZES = 12;

/** A size as messages show it: a long expression by its begin. */
export function sizeText(size: Dimension): string {
  const written = String(size);
  return written.length <= MOST_LETTERS ? written : `${written.slice(0, MOST_LETTERS - 1)}…`;
}

/** A shape, or a list of sizes, as messages show it: a long one by its first. */
export function shapeText(dims: readonly Dimension[]): string {
  const shown = dims.slice(0, MOST_SIZES).map(sizeText).join(', ');
  return dims.length <= MOST_SIZES ? `[${shown}]` : `[${shown}, … ${String(dims.length)} in all]`;
}
