/** Operators that place elements by index. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../graph/tensor.ts';
import type { Tf } from '../backend.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import { blockPlaces, flatPlaces } from './indexing.ts';
import { asNumbers } from './shape.ts';

/**
 * Overwrites rows of a tensor; the last of several updates of one row stays. It gathers, since the kernel of
 * tensorScatterUpdate gives zeros on the cpu backend where another copy of tfjs-core was loaded too: it knows the
 * tensor that it is to update by the class.
 *
 * @param places of the rows, which are the elements of a flat tensor; outside ones are left out
 */
export function scatterAssign(call: Call, into: TfTensor, places: TfTensor, updates: TfTensor): TfTensor {
  const [count = 0] = into.shape;
  const sources = Int32Array.from({ length: count }, (_, row) => row);
  places.dataSync().forEach((place, row) => {
    sources[place] = count + row;
  });
  const { tf } = call;
  const rows = tf.tensor1d(sources, 'int32');
  return asNumbers(call, tf.concat([into, updates]), (both) => tf.gather(both, rows));
}

/** How an update joins what its place holds, and what changes nothing when it joins. */
interface Joining {
  readonly join: (tf: Tf, held: TfTensor, update: TfTensor) => TfTensor;
  readonly neutral: (dtype: string) => number;
}

const least = (dtype: string): number => (dtype === 'int32' ? -(2 ** 31) : -Infinity);
const greatest = (dtype: string): number => (dtype === 'int32' ? 2 ** 31 - 1 : Infinity);

const joinings: Readonly<Record<string, Joining>> = {
  mul: { join: (tf, held, update) => tf.mul(held, update), neutral: () => 1 },
  max: { join: (tf, held, update) => tf.maximum(held, update), neutral: least },
  min: { join: (tf, held, update) => tf.minimum(held, update), neutral: greatest },
};

/**
 * Joins updates of rows to what the rows hold, in rounds: the first update of every row, then the second of those that
 * have two, and so on.
 */
function scatterJoin(
  call: Call,
  { join, neutral }: Joining,
  into: TfTensor,
  places: TfTensor,
  updates: TfTensor,
): TfTensor {
  const { tf } = call;
  const [count = 0, ...row] = into.shape;
  // Row 0 is the one that changes nothing.
  const choices = tf.concat([
    tf.fill([1, ...row], neutral(into.dtype), into.dtype as 'float32' | 'int32'),
    updates,
  ]);
  const rounds: Int32Array[] = [];
  const updatesOf = new Int32Array(count);
  places.dataSync().forEach((place, update) => {
    const round = updatesOf[place] ?? 0;
    updatesOf[place] = round + 1;
    (rounds[round] ??= new Int32Array(count))[place] = update + 1;
  });
  return rounds.reduce<TfTensor>(
    (held, sources) => join(tf, held, tf.gather(choices, tf.tensor1d(sources, 'int32'))),
    tf.clone(into),
  );
}

/** Rows of a tensor with updates placed by the attribute reduction: in their stead, added, or joined otherwise. */
function scatter(call: Call, into: TfTensor, places: TfTensor, updates: TfTensor): TfTensor {
  const { tf } = call;
  const reduction = call.text('reduction');
  if (reduction === 'none') return scatterAssign(call, into, places, updates);
  if (reduction === 'add') {
    return tf.add(into, tf.scatterND(tf.reshape(places, [places.size, 1]), updates, into.shape));
  }
  const joining = joinings[reduction];
  if (joining === undefined) throw call.error(`the reduction ${reduction} is unknown`);
  return scatterJoin(call, joining, into, places, updates);
}

const scatterElements: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const size = sizeOf(x.dims);
  const places = flatPlaces(call, x.dims, call.input(1), call.axis(call.int('axis'), x.rank));
  const updates = tf.reshape(call.input(2).first(), [places.size]);
  const y = scatter(call, tf.reshape(x.first(), [size]), places, updates);
  return call.value(x.dataType, tf.reshape(y, [...x.dims]));
};

const scatterND: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const depth = call.input(1).dims.at(-1) ?? 0;
  const places = blockPlaces(call, x.dims, call.input(1));
  const [count, size] = [sizeOf(x.dims.slice(0, depth)), sizeOf(x.dims.slice(depth))];
  const updates = tf.reshape(call.input(2).first(), [places.size, size]);
  const y = scatter(call, tf.reshape(x.first(), [count, size]), places, updates);
  return call.value(x.dataType, tf.reshape(y, [...x.dims]));
};

export const scattering: Handlers = { ScatterElements: scatterElements, ScatterND: scatterND };
