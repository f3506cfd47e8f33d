/**
 * Layers that look whole numbers up in a table: Embedding and CategoryEncoding. Their inputs lose what is behind the
 * point, so no gradient passes them. A number that the table does not have is an error where the model runs.
 */
import { float32 } from '../../../graph/tensor.ts';
import { only } from '../activations.ts';
import type { LayerHandler, LayerScope } from '../scope.ts';

/** The rows of a table [rows, columns] that the whole numbers of a value [N, …] name: [N, …, columns]. */
function looked(scope: LayerScope, value: string, table: string, rows: number): string {
  const { builder } = scope;
  const places = builder.cast(value, 'int64');
  // A gather counts negative numbers from the end; moved down they are beyond both ends.
  const negative = builder.cast(builder.less(places, builder.shapeConstant([0])), 'int64');
  const beyond = builder.mul(negative, builder.shapeConstant([rows]));
  return builder.gather(table, builder.sub(places, beyond));
}

const embedding: LayerHandler = (scope, inputs) => {
  const { builder } = scope;
  const value = scope.asInKeras(only(scope, inputs));
  const stored = scope.weight('embeddings', 2);
  const [rows = 0] = stored.dims;
  const found = looked(
    scope,
    value,
    scope.constant('embeddings', () => stored),
    rows,
  );
  if (!scope.flag('mask_zero', false)) return { value: found, order: 'as in Keras' };
  // The number as it is given decides, not the whole number that is looked up.
  const blank = builder.equal(value, builder.scalar(0));
  return { value: found, order: 'as in Keras', mask: builder.apply('Not', [blank]) };
};

/** Each number as a row of zeros with a one; multi_hot and count join those along the last axis of the input. */
const categoryEncoding: LayerHandler = (scope, inputs) => {
  const { builder } = scope;
  const value = scope.asInKeras(only(scope, inputs));
  const tokens = scope.size('num_tokens');
  const mode = scope.text('output_mode', 'multi_hot');
  if (mode === 'int')
    return { value: builder.cast(builder.cast(value, 'int64'), 'float32'), order: 'as in Keras' };
  if (mode !== 'one_hot' && mode !== 'multi_hot' && mode !== 'count') {
    throw scope.malformed('output_mode', 'one_hot, multi_hot, count or int');
  }
  const table = scope.constant('rows', () => {
    const data = new Float32Array(tokens * tokens);
    for (let token = 0; token < tokens; token++) data[token * tokens + token] = 1;
    return float32([tokens, tokens], data);
  });
  const rows = looked(scope, value, table, tokens);
  const axis = builder.dims(rows).length - 2;
  if (axis !== 1 && mode !== 'one_hot')
    throw scope.refuse(`counts numbers along one axis, and its input has more`);
  const single = builder.dims(value).at(-1) === 1;
  if (mode === 'one_hot') {
    return { value: single ? builder.squeeze(rows, [axis]) : rows, order: 'as in Keras' };
  }
  const join = mode === 'count' ? builder.reduceSum : builder.reduceMax;
  return { value: join(rows, [axis], false), order: 'as in Keras' };
};

export const lookupLayers: Readonly<Record<string, LayerHandler>> = {
  CategoryEncoding: categoryEncoding,
  Embedding: embedding,
};
