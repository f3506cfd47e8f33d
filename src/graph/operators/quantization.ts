/** What rules of quantisation share: the ranges of its types, and scales brought to the shape of what they scale. */
import { narrowRange } from '../narrow-types.ts';
import type { DataType } from '../types.ts';
import type { OperatorSite } from './site.ts';

const ranges: Readonly<Partial<Record<DataType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** The type that a QuantizeLinear node quantises to, as it is held: its zero point's, or uint8. */
export function quantizedType(site: OperatorSite): DataType {
  return site.has(2) ? site.builder.type(site.input(2)).dataType : 'uint8';
}

/** The least and the greatest value that a QuantizeLinear node gives. */
export function quantizedRange(site: OperatorSite): readonly [number, number] {
  return narrowRange(site.int('output_dtype')) ?? rangeOf(site, quantizedType(site));
}

/** The least and the greatest value of a type that values are quantised to. */
export function rangeOf(site: OperatorSite, dataType: DataType): readonly [number, number] {
  const range = ranges[dataType];
  if (range === undefined) throw site.refuse(`values are not quantised to ${dataType}`);
  return range;
}

/**
 * A scale or zero point in a shape that broadcasts against the values: one for all, one for each place along the
 * attribute axis, or one for each block of `block_size` along it.
 */
export function spread(site: OperatorSite, parameter: string, values: string): string {
  const { builder } = site;
  const dims = site.dims(parameter);
  const rank = site.dims(values).length;
  if (dims.length === 0) return parameter;
  if (dims.length === 1 && dims[0] === 1) return builder.reshape(parameter, []);
  const axis = site.axis(rank);
  const block = site.attribute('block_size', 'int') ?? 0;
  if (dims.length === 1 && block === 0) {
    return builder.reshape(
      parameter,
      Array.from({ length: rank }, (_, at) => (at === axis ? -1 : 1)),
    );
  }
  const size = site.fixedDim(values, axis);
  const places = builder.shapeConstant(Array.from({ length: size }, (_, at) => Math.floor(at / block)));
  return builder.gather(parameter, places, axis);
}
