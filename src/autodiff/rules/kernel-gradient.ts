/** What the gradient of a convolution by its kernel is computed from, however it is computed. */
import type { WindowAxis } from './windows.ts';

export interface KernelGradient {
  /** The value the windows lie on, [N, group·C, …wide]: a Conv's input, the gradient by a ConvTranspose's output. */
  readonly wide: string;
  /** One element a window, [N, M, …count]: the gradient by a Conv's output, a ConvTranspose's input. */
  readonly counted: string;
  /** [M, C, …kernel] */
  readonly kernelDims: readonly number[];
  readonly windows: readonly WindowAxis[];
  readonly group: number;
}
