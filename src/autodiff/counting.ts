/** How many elements lie along some axes, where a size may be known only at run time. */
import { int } from '../graph/attributes.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { scalar } from '../graph/filling.ts';

/** The product of a value's sizes along the axes, as a value of its floating type. */
export function countAlong(builder: GraphBuilder, value: string, axes: readonly number[]): string {
  const { dataType, dims } = builder.type(value);
  const sizes = axes.map((axis) => dims[axis]);
  if (sizes.every((size) => typeof size === 'number')) {
    return scalar(
      builder,
      sizes.reduce((product, size) => product * size, 1),
      dataType,
    );
  }
  const chosen = builder.gather(builder.shape(value), builder.shapeConstant(axes));
  return builder.cast(builder.apply('ReduceProd', [chosen], { keepdims: int(0) }), dataType);
}
