/** One application of an operator, as a shape rule sees it: input types, constants, attributes, and a way to fail. */
import { attribute } from '../attributes.ts';
import { InputError } from '../../core/errors.ts';
import { defaultOf, intOf, textOf } from '../operators/definitions.ts';
import { numbersOf, sizeOf } from '../tensor.ts';
import type { DataType, Dimension, Node, Tensor, ValueType } from '../types.ts';
import { shapeText } from './dimensions.ts';

/** A type and, for a small integer value computed from shapes, its elements: sizes known or named. */
export interface InferredType extends ValueType {
  readonly elements?: readonly Dimension[];
}

/** How the types of an operator's outputs follow from its inputs: as many as it can have, named or not. */
export type ShapeRule = (site: Application) => readonly ValueType[];

export type ShapeRules = Readonly<Record<string, ShapeRule>>;

/** Values longer than this are no shapes. */
const MOST_ELEMENTS = 256;

export class Application {
  readonly node: Node;
  readonly #inputs: readonly (InferredType | undefined)[];
  readonly #constantOf: (value: string) => Tensor | undefined;

  constructor(
    node: Node,
    inputs: readonly (InferredType | undefined)[],
    constantOf: (value: string) => Tensor | undefined,
  ) {
    this.node = node;
    this.#inputs = inputs;
    this.#constantOf = constantOf;
  }

  /** The same application with some of its inputs only, in the order given. */
  taking(indices: readonly number[]): Application {
    const inputs = indices.map((index) => this.node.inputs[index] ?? '');
    return new Application(
      { ...this.node, inputs },
      indices.map((index) => this.#inputs[index]),
      this.#constantOf,
    );
  }

  fail(message: string): never {
    throw new InputError(`node ${this.node.name} (${this.node.operator}): ${message}`);
  }

  has(index: number): boolean {
    return this.#inputs[index] !== undefined;
  }

  get inputCount(): number {
    return this.#inputs.length;
  }

  type(index: number): ValueType {
    return this.#inputs[index] ?? this.fail(`input ${String(index)} is missing`);
  }

  /** Checks that sizes computed elsewhere are sizes. */
  assertSizes(sizes: readonly Dimension[]): void {
    if (sizes.some((size) => typeof size === 'number' && size < 0)) {
      this.fail(`the shape ${shapeText(sizes)} has a negative size`);
    }
  }

  dims(index: number): readonly Dimension[] {
    return this.type(index).dims;
  }

  dim(index: number, axis: number): Dimension {
    const { dims } = this.type(index);
    return (
      dims[axis] ??
      this.fail(`input ${String(index)} of shape ${shapeText(dims)} has no axis ${String(axis)}`)
    );
  }

  dataType(index: number): DataType {
    return this.type(index).dataType;
  }

  /** The data type of an input, checked to be one of those given. */
  dataTypeAmong(index: number, allowed: readonly DataType[]): DataType {
    const { dataType } = this.type(index);
    if (!allowed.includes(dataType)) {
      this.fail(`input ${String(index)} is ${dataType}, expected ${allowed.join(', ')}`);
    }
    return dataType;
  }

  /** Checks that the inputs given, of those numbered, have one data type, and returns it. */
  commonDataType(indices: readonly number[], allowed?: readonly DataType[]): DataType {
    const present = indices.filter((index) => this.has(index));
    const first = this.dataType(present[0] ?? 0);
    for (const index of present) {
      if (this.dataType(index) !== first) {
        this.fail(`its inputs are ${first} and ${this.dataType(index)}, expected one data type`);
      }
      if (allowed !== undefined) this.dataTypeAmong(index, allowed);
    }
    return first;
  }

  constant(index: number): Tensor | undefined {
    const name = this.node.inputs[index];
    return name === undefined || name === '' ? undefined : this.#constantOf(name);
  }

  /** The elements of an integer or boolean input of at most one axis, where they are known or named. */
  elements(index: number): readonly Dimension[] | undefined {
    const known = this.#inputs[index]?.elements;
    if (known !== undefined) return known;
    const held = this.constant(index);
    if (held === undefined || held.dims.length > 1 || sizeOf(held.dims) > MOST_ELEMENTS) return undefined;
    return ['int64', 'int32', 'bool'].includes(held.dataType) ? numbersOf(held) : undefined;
  }

  /** The elements of an input, where all are numbers. */
  integers(index: number): readonly number[] | undefined {
    const elements = this.elements(index);
    return elements?.every((element) => typeof element === 'number') ? elements : undefined;
  }

  /** An integer attribute, or its default by the operator's definition. */
  int(name: string): number {
    return intOf(this.node, name);
  }

  ints(name: string): readonly number[] | undefined {
    return attribute(this.node, name, 'ints');
  }

  /** Whether the operator has an attribute of the name, with a default. */
  knows(name: string): boolean {
    return defaultOf(this.node.operator, name) !== undefined;
  }

  /** A text attribute, or its default by the operator's definition. */
  text(name: string): string {
    return textOf(this.node, name);
  }

  /** An axis counted from the front, checked to lie in a shape of the given rank. */
  axis(axis: number, rank: number): number {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
      this.fail(`axis ${String(axis)} is outside a shape of ${String(rank)} axes`);
    }
    return axis < 0 ? axis + rank : axis;
  }

  /** Axes counted from the front, without repetition. */
  axes(axes: readonly number[], rank: number): readonly number[] {
    const counted = axes.map((axis) => this.axis(axis, rank));
    if (new Set(counted).size !== counted.length) this.fail(`the axes ${shapeText(axes)} repeat one`);
    return counted;
  }

  /** The name of a size of the first output that only a run can tell; it may be 0. */
  unknown(axis: number): string {
    const name = (this.node.outputs[0] ?? this.node.name).replaceAll(/[()]/g, '_');
    return `size(${name},${String(axis)})`;
  }

  /** A shape of which only the number of axes is known. */
  unknownDims(rank: number): readonly string[] {
    return Array.from({ length: rank }, (_, axis) => this.unknown(axis));
  }
}
