/** What is known of encoded images before any is decoded. */
import type { DataSettings } from '../dataset.ts';
import type { ImageSource } from '../decoding/source.ts';

/** The images of a split, wherever they lie. */
export interface ImageList {
  /** What the data set is called in results. */
  readonly format: string;
  /** What was opened, for messages. */
  readonly place: string;
  /** [size], checked. */
  readonly labels: Int32Array;
  readonly classCount: number;
  readonly classNames?: readonly string[];
  readonly notes: readonly string[];
  /** What of the options and the files decided on the classes. */
  readonly settings?: DataSettings;
  source(index: number): ImageSource;
  /** The image's name for the hash, independent of where it lies; empty where it has none. */
  name(index: number): string;
  /** What the image is called in messages. */
  title(index: number): string;
}
