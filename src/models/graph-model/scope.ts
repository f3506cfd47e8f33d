/** What an operator's handler works with: the growing graph, the node's operands and its attributes. */
import { InputError } from '../../core/errors.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { numbersOf } from '../../graph/tensor.ts';
import type { DataType, Dimension, Tensor } from '../../graph/types.ts';
import { attributeOf, graphTypeOf, listOf, numberOf, textOf } from './attributes.ts';
import { channelsFirstOrder, dimsOf, inOrder, ownOrder, plain } from './operand.ts';
import type { Operand } from './operand.ts';
import type { OperatorNode } from './topology.ts';
import { tookApart } from './spreading.ts';

/** Gives the node's outputs, or its first where the others cannot be had. */
export type Handler = (scope: OperatorScope) => Operand | readonly Operand[];
export type Handlers = Readonly<Record<string, Handler>>;

/** Which axis holds the channels. */
export type DataFormat = 'NHWC' | 'NCHW';

export class OperatorScope {
  readonly builder: GraphBuilder;
  readonly node: OperatorNode;
  readonly #path: string;
  readonly #operands: readonly Operand[];
  readonly #notes: Set<string>;

  constructor(
    builder: GraphBuilder,
    node: OperatorNode,
    operands: readonly Operand[],
    source: { path: string; notes: Set<string> },
  ) {
    this.builder = builder;
    this.node = node;
    this.#operands = operands;
    this.#path = source.path;
    this.#notes = source.notes;
  }

  /** Refuses the node in one line. */
  refuse(reason: string): InputError {
    return new InputError(`${this.#path}: the node ${this.node.name} (${this.node.operator}) ${reason}`);
  }

  /** Tells the reader what was changed or taken for granted, once however many nodes say it. */
  note(sentence: string): void {
    this.#notes.add(sentence);
  }

  get count(): number {
    return this.#operands.length;
  }

  /** An operand as it is, perhaps taken apart by SpaceToBatchND. */
  unevaluated(index: number): Operand {
    const operand = this.#operands[index];
    if (operand === undefined) throw this.refuse(`has no input ${String(index)}`);
    return operand;
  }

  operand(index: number): Operand {
    return tookApart(this.builder, this.unevaluated(index));
  }

  /** All operands, or those from one to another. */
  operands(from = 0, to = this.count): readonly Operand[] {
    return Array.from({ length: Math.max(to - from, 0) }, (_, at) => this.operand(from + at));
  }

  /** An operand's value with TensorFlow's axes in TensorFlow's order. */
  plain(index: number): string {
    const operand = this.operand(index);
    return inOrder(this.builder, operand, ownOrder(operand.order.length));
  }

  result(value: string): Operand {
    return plain(this.builder, value);
  }

  rank(index: number): number {
    return this.unevaluated(index).order.length;
  }

  dims(operand: Operand): readonly Dimension[] {
    return dimsOf(this.builder, operand);
  }

  dataType(operand: Operand): DataType {
    return this.builder.type(operand.value).dataType;
  }

  constant(index: number): Tensor | undefined {
    return this.builder.constantOf(this.unevaluated(index).value);
  }

  /** The numbers of a constant of any shape. */
  numbers(index: number, what: string): readonly number[] {
    const held = this.constant(index);
    if (held === undefined || held.dataType === 'string') {
      throw this.refuse(`computes its ${what} from the image or the batch, expected a constant`);
    }
    return numbersOf(held);
  }

  number(index: number, what: string): number {
    const [number, ...more] = this.numbers(index, what);
    if (number === undefined || more.length > 0) throw this.refuse(`has no single number as its ${what}`);
    return number;
  }

  /** The elements of a vector of integers, sizes known or named. */
  elements(index: number): readonly Dimension[] | undefined {
    const held = this.constant(index);
    if (held !== undefined && held.dims.length <= 1 && held.dataType === 'int64') return numbersOf(held);
    return this.builder.elementsOf(this.unevaluated(index).value);
  }

  /** An axis of a tensor of the given rank, counted from the front. */
  axis(given: number, rank: number): number {
    const axis = given < 0 ? given + rank : given;
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      throw this.refuse(`works along axis ${String(given)} of ${String(rank)}`);
    }
    return axis;
  }

  /** An integer or floating-point attribute. */
  attribute(name: string, otherwise: number): number {
    const held = attributeOf(this.node.attributes, name);
    if (held === undefined) return otherwise;
    return numberOf(held['i']) ?? numberOf(held['f']) ?? otherwise;
  }

  flag(name: string): boolean {
    return attributeOf(this.node.attributes, name)?.['b'] === true;
  }

  text(name: string, otherwise: string): string {
    const held = attributeOf(this.node.attributes, name);
    return held === undefined ? otherwise : (textOf(held['s']) ?? otherwise);
  }

  texts(name: string): readonly string[] {
    return (listOf(this.node.attributes[name], 's') ?? []).map((entry) => textOf(entry) ?? '');
  }

  integers(name: string): readonly number[] | undefined {
    return listOf(this.node.attributes[name], 'i')?.map((entry) => numberOf(entry) ?? 0);
  }

  type(name: string): DataType {
    const given = attributeOf(this.node.attributes, name)?.['type'];
    const dataType = graphTypeOf(given);
    if (dataType === undefined) throw this.refuse(`is of the type ${JSON.stringify(given)}`);
    return dataType;
  }

  get format(): DataFormat {
    const format = this.text('data_format', 'NHWC').toUpperCase();
    if (format !== 'NHWC' && format !== 'NCHW') throw this.refuse(`has the data_format ${format}`);
    return format;
  }

  /** The order of an image of the node's data_format that puts the channels first. */
  channelsFirst(operand: Operand): readonly number[] {
    const rank = operand.order.length;
    if (rank !== 4) throw this.refuse(`takes an image of ${String(rank)} axes, expected 4`);
    return this.format === 'NCHW' ? ownOrder(rank) : channelsFirstOrder(rank);
  }

  /** Height and width of a value [N, C, H, W]. */
  spatial(value: string): readonly number[] {
    const sizes = this.builder.dims(value).slice(2);
    const known = sizes.filter((size) => typeof size === 'number');
    if (known.length !== sizes.length) {
      throw this.refuse(
        'takes an image whose size is not known; give it, channels first: --input-shape 3,224,224',
      );
    }
    return known;
  }
}
