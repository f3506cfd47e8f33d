/**
 * What is known of the elements of small integer values. Exporters write shapes as computations (Shape → Gather →
 * Concat → Reshape); following their elements, sizes known or named, keeps the shapes behind them known.
 */
import { sizeOf } from '../tensor.ts';
import type { Dimension, ValueType } from '../types.ts';
import type { Application } from './application.ts';
import {
  add,
  divideExactly,
  floorDivide,
  larger,
  multiply,
  neverLess,
  neverSame,
  product,
  same,
  smaller,
  subtract,
} from './dimensions.ts';
import { shapePart } from './generation.ts';
import { sliceRanges } from './movement.ts';

type Elements = readonly Dimension[] | undefined;
type ElementRule = (site: Application, output: ValueType) => Elements;

/** Whether arithmetic on a size is that of integers, which holds in neither int32 nor double precision further out. */
const isExact = (size: Dimension): boolean => typeof size === 'string' || Math.abs(size) < 2 ** 31;

/** Applies a function of two sizes element by element, a single element beside several being repeated. */
function pairwise(combine: (a: Dimension, b: Dimension) => Dimension | undefined): ElementRule {
  return (site, output) => {
    const [a, b] = [site.elements(0), site.elements(1)];
    if (a === undefined || b === undefined || site.inputCount !== 2) return undefined;
    return collect(output, (index) => {
      const operands = [at(a, index), at(b, index)] as const;
      const result = operands.every(isExact) ? combine(...operands) : undefined;
      return result !== undefined && isExact(result) ? result : undefined;
    });
  };
}

const at = (elements: readonly Dimension[], index: number): Dimension =>
  elements[elements.length === 1 ? 0 : index] ?? 0;

/** The elements of an output, where each is known. */
function collect(output: ValueType, element: (index: number) => Dimension | undefined): Elements {
  const [length = 1] = output.dims;
  if (typeof length !== 'number') return undefined;
  const elements = Array.from({ length }, (_, index) => element(index));
  return elements.every((value) => value !== undefined) ? elements : undefined;
}

/** Integer division cuts towards zero, which is the floor where both are positive. */
function divide(a: Dimension, b: Dimension): Dimension | undefined {
  if (typeof a === 'number' && typeof b === 'number') return b === 0 ? undefined : Math.trunc(a / b);
  return neverLess(a, 0) && neverLess(b, 1) ? floorDivide(a, b) : divideExactly(a, b);
}

function equal(a: Dimension, b: Dimension): Dimension | undefined {
  if (same(a, b)) return 1;
  return neverSame(a, b) ? 0 : undefined;
}

function greater(a: Dimension, b: Dimension): Dimension | undefined {
  if (neverLess(a, add(b, 1))) return 1;
  return neverLess(b, a) ? 0 : undefined;
}

function negated(site: Application): Elements {
  return site.integers(0)?.map((element) => (element === 0 ? 1 : 0));
}

/** The elements of a vector in one. */
function whole(combine: (a: Dimension, b: Dimension) => Dimension, start: number): ElementRule {
  return (site) => {
    const elements = site.elements(0);
    const axes = site.has(1) ? site.integers(1) : [0];
    if (elements === undefined || site.dims(0).length !== 1 || axes?.length !== 1) return undefined;
    if (!elements.every(isExact)) return undefined;
    const result = elements.reduce(combine, start);
    return isExact(result) ? [result] : undefined;
  };
}

const keep: ElementRule = (site) => site.elements(0);

function gather(site: Application, output: ValueType): Elements {
  const [elements, places] = [site.elements(0), site.integers(1)];
  if (elements === undefined || places === undefined) return undefined;
  return collect(output, (index) => elements.at(places[index] ?? 0));
}

function concat(site: Application): Elements {
  const parts = Array.from({ length: site.inputCount }, (_, index) => site.elements(index));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function slice(site: Application, output: ValueType): Elements {
  const elements = site.elements(0);
  const [range] = sliceRanges(site) ?? [];
  if (elements === undefined || typeof range?.start !== 'number') return undefined;
  const { start, step } = range;
  const first = Math.min(
    Math.max(start < 0 ? start + elements.length : start, 0),
    elements.length - (step < 0 ? 1 : 0),
  );
  return collect(output, (index) => elements[first + index * step]);
}

function select(site: Application, output: ValueType): Elements {
  const [condition, a, b] = [site.integers(0), site.elements(1), site.elements(2)];
  if (condition === undefined) return undefined;
  return collect(output, (index) => {
    const chosen = at(condition, index) === 0 ? b : a;
    return chosen === undefined ? undefined : at(chosen, index);
  });
}

function repeat(site: Application, output: ValueType): Elements {
  const elements = site.elements(0);
  return elements === undefined ? undefined : collect(output, (index) => at(elements, index));
}

/** A number becomes a truth value by being compared with 0, which is not followed. */
function cast(site: Application, output: ValueType): Elements {
  return output.dataType === 'bool' && site.dataType(0) !== 'bool' ? undefined : site.elements(0);
}

function negate(site: Application): Elements {
  const elements = site.elements(0);
  return elements?.every(isExact) ? elements.map((element) => multiply(element, -1)) : undefined;
}

function filled(site: Application, output: ValueType): Elements {
  const held = site.node.attributes['value'];
  const value = held?.kind === 'tensor' ? Number(held.value.data[0]) : 0;
  return collect(output, () => value);
}

function constant(site: Application): Elements {
  const held = site.node.attributes['value'];
  if (held?.kind !== 'tensor' || sizeOf(held.value.dims) > 64) return undefined;
  return Array.from(held.value.data as ArrayLike<number | bigint>, Number);
}

const rules: Readonly<Record<string, ElementRule>> = {
  Shape: (site) => site.dims(0).slice(...shapePart(site)),
  Size: (site) => [product(site.dims(0))],
  Constant: constant,
  ConstantOfShape: filled,
  Identity: keep,
  Cast: cast,
  Reshape: keep,
  Squeeze: keep,
  Unsqueeze: keep,
  Gather: gather,
  Concat: concat,
  Slice: slice,
  Expand: repeat,
  Where: select,
  Equal: pairwise(equal),
  Greater: pairwise(greater),
  GreaterOrEqual: pairwise((a, b) => greater(add(a, 1), b)),
  Less: pairwise((a, b) => greater(b, a)),
  LessOrEqual: pairwise((a, b) => greater(add(b, 1), a)),
  Not: negated,
  Add: pairwise(add),
  Sub: pairwise(subtract),
  Mul: pairwise(multiply),
  Div: pairwise(divide),
  Min: pairwise(smaller),
  Max: pairwise(larger),
  Neg: negate,
  Mod: pairwise((a, b) =>
    typeof a === 'number' && typeof b === 'number' && a >= 0 && b > 0 ? a % b : undefined,
  ),
  ReduceProd: whole(multiply, 1),
  ReduceSum: whole(add, 0),
};

/** The elements of the first output, where it is a small integer or boolean value and they are known. */
export function inferElements(site: Application, output: ValueType): Elements {
  if (!['int64', 'int32', 'bool'].includes(output.dataType) || output.dims.length > 1) return undefined;
  const [length = 1] = output.dims;
  if (typeof length !== 'number' || length > 64) return undefined;
  return rules[site.node.operator]?.(site, output);
}
