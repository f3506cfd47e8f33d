/** Constants of a value's floating type, and values filled with one number. */
import type { GraphBuilder } from './builder.ts';
import { float32, tensor } from './tensor.ts';
import type { DataType, Tensor } from './types.ts';

/** Whether values of the type can carry a gradient. */
export function isFloating(dataType: DataType): boolean {
  return dataType === 'float32' || dataType === 'float64' || dataType === 'float16';
}

/** A constant without dimensions. */
export function scalar(builder: GraphBuilder, value: number, dataType: DataType): string {
  if (dataType === 'float64') return builder.constant(tensor('float64', [], Float64Array.of(value)));
  const held = builder.scalar(value);
  return dataType === 'float32' ? held : builder.cast(held, dataType);
}

/** A value of another's shape in which every element is the given number; of its type, or of another floating one. */
export function filledLike(
  builder: GraphBuilder,
  like: string,
  value: number,
  dataType = builder.type(like).dataType,
): string {
  if (builder.dims(like).length === 0) return scalar(builder, value, dataType);
  const element: Tensor =
    dataType === 'float64' ? tensor('float64', [1], Float64Array.of(value)) : float32([1], [value]);
  const filled = builder.apply('ConstantOfShape', [builder.shape(like)], {
    value: { kind: 'tensor', value: element },
  });
  return dataType === 'float16' ? builder.cast(filled, dataType) : filled;
}
