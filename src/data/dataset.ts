/** What a data set promises; one reader per format keeps it. */
import type { Augmentation, AugmentationDraw } from './augment.ts';

export interface Examples {
  /** [n, ...shape]; bytes stay bytes until a classifier's bounds are known. */
  readonly inputs: Uint8Array | Float32Array;
  /** [n], each in 0 … classCount−1. */
  readonly labels: Int32Array;
}

/** The least and the greatest value that stored inputs can have. */
export interface ValueRange {
  readonly lower: number;
  readonly upper: number;
}

/** Names of settings and their values, for results to hold. */
export type DataSettings = Readonly<Record<string, string | number | boolean>>;

export interface Dataset {
  /** The specification it was opened by, without its path: `cifar10`, `idx`, `npz`. */
  readonly name: string;
  readonly split: string;
  /** The shape of one input, channels first for images: [channels, height, width]. */
  readonly shape: readonly number[];
  readonly classCount: number;
  readonly classNames?: readonly string[];
  readonly size: number;
  /** [size]: the label of every example, known without reading the inputs. */
  readonly labels: Int32Array;
  /** The range the stored values come from: 0 and 255 for bytes. */
  readonly range: ValueRange;
  /** What was taken for granted on opening, one sentence each, for the user to read. */
  readonly notes?: readonly string[];
  /** How the files were read, where that changes numbers: range, size, channels, columns, first label … */
  readonly settings?: DataSettings;
  /** SHA-256, hexadecimal, of inputs and labels in order, independent of the file format's framing. */
  hash(): Promise<string>;
  /** Reads the named examples in the given order. */
  read(indices: ArrayLike<number>): Promise<Examples>;
  /**
   * Reads the named examples augmented. There for data sets that decode images, which crop and resize as they decode;
   * those of all others are augmented once read (augmentBatch). The request leaves for the worker threads before the
   * call returns, and any number of requests may be under way.
   */
  readAugmented?(
    indices: ArrayLike<number>,
    augmentation: Augmentation,
    draw: AugmentationDraw,
  ): Promise<Examples>;
  /** Stops the worker threads; there for data sets that decode images. A later read starts new ones. */
  dispose?(): Promise<void>;
}

/** What a file may leave unsaid about its data. */
export interface DataOptions {
  /** `train` or `test`; other names where the format can hold them. */
  readonly split: string;
  /** The order of an image's axes; needed where the dimensions do not tell. */
  readonly layout?: 'NCHW' | 'NHWC' | undefined;
  /** The range the stored values come from; needed for values that are neither bytes nor within [0, 255]. */
  readonly range?: ValueRange | undefined;
  /** The number of classes where the format does not fix it; the greatest label + 1 when left out. */
  readonly classCount?: number | undefined;
  /**
   * Height and width of the images of formats that hold encoded images (JPEG, PNG …), whatever their own sizes. When
   * left out, 224, or the images' own size where they are small and all alike.
   */
  readonly imageSize?: number | undefined;
  /**
   * The shape of one input of the models that the data are for: [channels, height, width]. It settles what files leave
   * open: grey images become three channels where three are taken, images are brought to the models' size.
   */
  readonly inputShape?: readonly number[] | undefined;
  /** Whether images are read in grey, 1, or in colour, 3; by the models and the files when left out. */
  readonly channels?: number | undefined;
  /** The label of the first class: it becomes class 0, the next one class 1 … */
  readonly firstLabel?: number | undefined;
  /** How folders of classes are numbered; by number when left out and all are whole numbers, else as text. */
  readonly classOrder?: 'text' | 'number' | undefined;
  /** The columns of Parquet files that hold images and labels, where roles and names do not tell. */
  readonly imageColumn?: string | undefined;
  readonly labelColumn?: string | undefined;
  /** The number of threads that decode images; as many as there are cores, at most 4, when left out. */
  readonly decodingThreads?: number | undefined;
}
