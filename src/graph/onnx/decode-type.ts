/** Decodes TypeProto messages: what a file says of the type of a value. */
import { InputError } from '../../core/errors.ts';
import { dataTypeOf } from '../data-types.ts';
import type { Dimension, OpenValue, Value } from '../types.ts';
import { heldDataType } from './decode-tensor.ts';
import { dimensionField, shapeField, tensorTypeField, typeField, valueField } from './fields.ts';
import type { Message } from '../../core/protobuf/reader.ts';

/**
 * A value as far as the file describes it: a sequence, map or optional, and an element type that the toolkit does not
 * hold, leave it open.
 *
 * @param rename gives the name that the value has in the graph decoded
 */
export function decodeOpenValue(
  message: Message,
  rename: (name: string) => string = (name) => name,
): OpenValue {
  const name = rename(message.string(valueField.name) ?? '');
  const type = message.message(valueField.type)?.message(typeField.tensor);
  const dataType = dataTypeOf(Number(type?.integer(tensorTypeField.elementType) ?? 0n));
  const shape = type?.message(tensorTypeField.shape);
  if (dataType === undefined) return { name };
  return shape === undefined ? { name, dataType } : { name, dataType, dims: decodeDims(shape, name) };
}

/**
 * An input of a graph, whose type must be known.
 *
 * @throws InputError when it is no tensor, of a type that is not held, or without a shape
 */
export function decodeInput(message: Message): Value {
  const name = message.string(valueField.name) ?? '';
  const type = message.message(valueField.type);
  const tensor = type?.message(typeField.tensor);
  if (type !== undefined && tensor === undefined) {
    throw new InputError(
      `the input ${name} is not a tensor (a sequence, map or optional), which is not supported: export the model with tensors only`,
    );
  }
  const shape = tensor?.message(tensorTypeField.shape);
  const elementType = tensor?.integer(tensorTypeField.elementType) ?? 0n;
  if (shape === undefined || elementType === 0n) {
    throw new InputError(
      `the input ${name} has no tensor shape: export the model with the shapes of its inputs`,
    );
  }
  return { name, dataType: heldDataType(elementType, `the input ${name}`), dims: decodeDims(shape, name) };
}

function decodeDims(shape: Message, name: string): Dimension[] {
  return [...shape.messages(shapeField.dimension)].map((dim, axis) => {
    const value = dim.integer(dimensionField.value);
    if (value !== undefined && value >= 0n) return Number(value);
    const parameter = dim.string(dimensionField.parameter) ?? '';
    return parameter === '' ? openDimension(name, axis) : parameter;
  });
}

/** The name given to a size of a value that the file leaves open. */
export function openDimension(value: string, axis: number): string {
  return `${value}_dim_${String(axis)}`;
}
