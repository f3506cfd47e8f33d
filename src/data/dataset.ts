/** What a data set promises; one reader per format keeps it. */

export interface Examples {
  /** [n, ...shape]; bytes stay bytes until a classifier's bounds are known. */
  readonly inputs: Uint8Array | Float32Array;
  /** [n], each in 0 … classCount−1. */
  readonly labels: Int32Array;
}

export interface Dataset {
  /** The specification it was opened by, without its path: `cifar10`, `idx`, `npz`. */
  readonly name: string;
  readonly split: string;
  /** The shape of one input, channels first for images: [channels, height, width]. */
  readonly shape: readonly number[];
  readonly classCount: number;
  readonly classNames?: readonly string[];
  readonly size: number;
  /** The range the stored values come from: 0 and 255 for bytes. */
  readonly range: { readonly lower: number; readonly upper: number };
  /** SHA-256, hexadecimal, of inputs and labels in order, independent of the file format's framing. */
  hash(): Promise<string>;
  /** Reads the named examples in the given order. */
  read(indices: ArrayLike<number>): Promise<Examples>;
}
