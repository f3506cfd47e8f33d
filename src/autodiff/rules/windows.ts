/** Where the windows of convolutions and pools lie along each spatial axis. */
import type { BackwardNode } from '../backward.ts';

/** One spatial axis. */
export interface WindowAxis {
  /** Elements on the wide side: a convolution's or pool's input, a transposed convolution's output. */
  readonly wide: number;
  /** Windows: elements on the other side. */
  readonly count: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements from the first to the last that a window covers. */
  readonly span: number;
  /** Padding before the wide side. */
  readonly begin: number;
  /** Padding after it that the windows need to be filled: negative where elements are left over. */
  readonly end: number;
  /** Padding after it as declared. */
  readonly declaredEnd: number;
}

/**
 * The windows of a Conv, ConvTranspose or pool node.
 *
 * @param kernel the kernel's spatial sizes
 * @param wide the value on the wide side of the windows
 * @param counted the value with one element a window
 */
export function windowsOf(
  node: BackwardNode,
  kernel: readonly number[],
  wide: string,
  counted: string,
): WindowAxis[] {
  const strides = node.attribute('strides', 'ints');
  const dilations = node.attribute('dilations', 'ints');
  const pads = node.attribute('pads', 'ints');
  const automatic = node.text('auto_pad');
  const sizes = node.fixedDims(wide, 2);
  const counts = node.fixedDims(counted, 2);
  const outputGiven = node.attribute('output_shape', 'ints') !== undefined;
  const extra = node.attribute('output_padding', 'ints');
  return kernel.map((extent, axis) => {
    const stride = strides?.[axis] ?? 1;
    const dilation = dilations?.[axis] ?? 1;
    const span = (extent - 1) * dilation + 1;
    const [size = 0, count = 0] = [sizes[axis], counts[axis]];
    const covered = (count - 1) * stride + span;
    const total = Math.max(covered + (extra?.[axis] ?? 0) - size, 0);
    const begin =
      automatic === 'SAME_UPPER'
        ? Math.floor(total / 2)
        : automatic === 'SAME_LOWER' || outputGiven
          ? Math.ceil(total / 2)
          : (pads?.[axis] ?? 0);
    const same = automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER';
    const declaredEnd = same ? total - begin : (pads?.[axis + kernel.length] ?? 0);
    return {
      wide: size,
      count,
      kernel: extent,
      stride,
      dilation,
      span,
      begin,
      end: covered - size - begin,
      declaredEnd,
    };
  });
}
