/** The arithmetic of sliding windows, shared by convolution and pooling. */
import type { Dimension } from '../types.ts';
import type { Application } from './application.ts';
import {
  add,
  ceilDivide,
  floorDivide,
  multiply,
  shapeText,
  sizeText,
  smaller,
  subtract,
} from './dimensions.ts';

export interface Windows {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin of each spatial axis, then end of each. */
  readonly pads: readonly number[];
  readonly autoPad: string;
}

const AUTO_PADS = ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'];

/** Reads strides, dilations, pads and auto_pad, checked for `axes` spatial axes. */
export function readWindows(site: Application, axes: number): Windows {
  const list = (name: string, length: number, otherwise: number, least: number): readonly number[] => {
    const values = site.ints(name) ?? new Array<number>(length).fill(otherwise);
    if (values.length !== length || values.some((value) => value < least)) {
      site.fail(
        `${name} is ${shapeText(values)}, expected ${String(length)} numbers of at least ${String(least)}`,
      );
    }
    return values;
  };
  // MaxUnpool knows no automatic padding.
  const autoPad = site.knows('auto_pad') ? site.text('auto_pad') : 'NOTSET';
  if (!AUTO_PADS.includes(autoPad)) {
    site.fail(`auto_pad is ${autoPad}, expected one of ${AUTO_PADS.join(', ')}`);
  }
  return {
    strides: list('strides', axes, 1, 1),
    dilations: list('dilations', axes, 1, 1),
    pads: autoPad === 'NOTSET' ? list('pads', 2 * axes, 0, 0) : new Array<number>(2 * axes).fill(0),
    autoPad,
  };
}

/** The extent of a dilated kernel along one axis. */
export function extent(kernel: Dimension, dilation: number): Dimension {
  return add(multiply(subtract(kernel, 1), dilation), 1);
}

/**
 * The number of windows along each spatial axis: ⌊(in + pads − extent) / stride⌋ + 1, with the ceiling instead in
 * ceil mode, where a last window that would start beyond the input and its begin padding is dropped and a first one
 * may be larger than both; ⌈in / stride⌉ where auto_pad is SAME.
 */
export function windowCounts(
  site: Application,
  sizes: readonly Dimension[],
  kernel: readonly Dimension[],
  windows: Windows,
  ceilMode = false,
): readonly Dimension[] {
  return sizes.map((size, axis) => {
    const stride = windows.strides[axis] ?? 1;
    if (windows.autoPad.startsWith('SAME')) return ceilDivide(size, stride);
    const begin = windows.pads[axis] ?? 0;
    const end = windows.pads[axis + sizes.length] ?? 0;
    const reach = extent(kernel[axis] ?? 1, windows.dilations[axis] ?? 1);
    const room = subtract(add(size, begin + end), reach);
    // In ceil mode a first window may reach beyond the padded input too, by less than a stride.
    const least = ceilMode && windows.autoPad === 'NOTSET' ? 1 - stride : 0;
    if (typeof room === 'number' && room < least) {
      site.fail(
        `the window reaches over ${sizeText(reach)} elements of spatial axis ${String(axis)}, which with its padding has ` +
          `${sizeText(add(size, begin + end))}: expected ${least < 0 ? 'less than a stride more' : 'a window no larger than the padded input'}`,
      );
    }
    if (!ceilMode) return add(floorDivide(room, stride), 1);
    const count = add(ceilDivide(room, stride), 1);
    // Where the last window never reaches a stride beyond the begin padding, none is dropped.
    if (typeof reach === 'number' && end + stride <= reach) return count;
    return smaller(count, ceilDivide(add(size, begin), stride));
  });
}
