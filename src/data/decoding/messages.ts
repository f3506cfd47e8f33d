/** What the main thread and the threads that decode say to each other. */
import type { Frame, FrameAugmentation } from './frame.ts';
import type { ImageSource } from './source.ts';

/** An image to read. */
export interface ImageRequest {
  /** Where it stands in the data set. */
  readonly index: number;
  readonly source: ImageSource;
  /** What it is called in messages, e.g. its file and its class. */
  readonly title: string;
}

/** Asks for framed images, or for the SHA-256 of their files where there is no frame. */
export interface DecodingRequest {
  readonly id: number;
  readonly images: readonly ImageRequest[];
  readonly frame?: Frame;
  readonly augmentation?: FrameAugmentation;
}

/** The first image of a request, in its order, that failed. */
export interface DecodingFailure {
  /** Where the image stands in the request. */
  readonly position: number;
  readonly message: string;
  /** Whether the input is at fault, not the program. */
  readonly isInputError: boolean;
}

export interface DecodingReply {
  readonly id: number;
  /** Every image in the request's order: its pixels, or the 32 bytes of its digest. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly failure?: DecodingFailure;
}
