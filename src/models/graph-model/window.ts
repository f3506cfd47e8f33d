/** The windows of convolutions and pools: strides, dilations and padding as the graph's operators take them. */
import { extent, sameTotal } from '../layers-model/padding.ts';
import type { Window } from '../layers-model/padding.ts';
import type { OperatorScope } from './scope.ts';

/** Height and width of an attribute with one number for each axis of the image. */
export function perSpatialAxis(scope: OperatorScope, name: string, otherwise: number): readonly number[] {
  const given = scope.integers(name) ?? [];
  if (given.length === 0) return [otherwise, otherwise];
  const [batch, ...rest] = given;
  const last = scope.format === 'NHWC';
  const channels = last ? rest[2] : rest[0];
  if (given.length !== 4 || batch !== 1 || channels !== 1) {
    throw scope.refuse(`has the ${name} [${given.join(', ')}], expected 1 for the batch and the channels`);
  }
  return last ? rest.slice(0, 2) : rest.slice(1);
}

/**
 * The pads of a window over an image of the given height and width: begins, then ends. SAME keeps ⌈size / stride⌉
 * positions and puts the odd element at the end.
 */
export function padsOf(scope: OperatorScope, sizes: readonly number[], window: Window): readonly number[] {
  const padding = scope.text('padding', 'VALID').toUpperCase();
  switch (padding) {
    case 'VALID':
      return [0, 0, 0, 0];
    case 'SAME': {
      const totals = sizes.map((size, axis) => sameTotal(size, axis, window));
      const begins = totals.map((total) => Math.floor(total / 2));
      return [...begins, ...totals.map((total, axis) => total - (begins[axis] ?? 0))];
    }
    case 'EXPLICIT':
      return explicitPads(scope);
    default:
      throw scope.refuse(`has the padding ${padding}, expected SAME, VALID or EXPLICIT`);
  }
}

/** `explicit_paddings`: begin and end of each axis of the image, 0 for the batch and the channels. */
function explicitPads(scope: OperatorScope): readonly number[] {
  const given = scope.integers('explicit_paddings') ?? [];
  const first = scope.format === 'NHWC' ? 2 : 4;
  const [top = 0, bottom = 0, left = 0, right = 0] = given.slice(first, first + 4);
  if (given.length !== 8 || given.toSpliced(first, 4).some((pad) => pad !== 0)) {
    throw scope.refuse(`has the explicit_paddings [${given.join(', ')}]`);
  }
  return [top, left, bottom, right];
}

/**
 * The pads of the convolution that a transposed one undoes, given that one's input (this one's output): what the
 * kernel reaches beyond the output, and what the output has beyond the kernel's reach.
 */
export function transposedPads(
  scope: OperatorScope,
  sizes: readonly number[],
  outputs: readonly number[],
  window: Window,
): { pads: readonly number[]; more: readonly number[] } {
  const isExplicit = scope.text('padding', 'VALID').toUpperCase() === 'EXPLICIT';
  const explicit = isExplicit ? explicitPads(scope) : undefined;
  const axes = sizes.map((size, axis) => {
    const reach = (size - 1) * (window.strides[axis] ?? 1) + extent(axis, window);
    const beyond = reach - (outputs[axis] ?? 0);
    const begin = explicit?.[axis] ?? Math.floor(Math.max(beyond, 0) / 2);
    const end = explicit?.[axis + sizes.length] ?? Math.max(beyond, 0) - begin;
    return { begin, end, more: begin + end - beyond };
  });
  if (axes.some(({ more }) => more < 0)) {
    throw scope.refuse(`cannot have an output of height and width ${outputs.join(', ')}`);
  }
  return {
    pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
    more: axes.map(({ more }) => more),
  };
}
