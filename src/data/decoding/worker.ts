/** A thread that reads, decodes, crops and resizes images; the pool starts it and asks. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { InputError, messageOf } from '../../core/errors.ts';
import { decodeImage } from './decode.ts';
import { frameBytes, frameImage } from './frame.ts';
import type { DecodingFailure, DecodingReply, DecodingRequest, ImageRequest } from './messages.ts';
import { createSourceReader } from './source.ts';

/** Images under way at a time: one is read and decoded, on the runtime's own threads, while another is resized. */
const underWay = 2;

const digestBytes = 32;
const reader = createSourceReader();

/** Answers a request; a failing image does not keep the others from being tried, so that the first one is named. */
async function answer(request: DecodingRequest): Promise<DecodingReply> {
  const { id, images, frame } = request;
  const size = frame === undefined ? digestBytes : frameBytes(frame);
  const bytes = new Uint8Array(images.length * size);
  const failures: DecodingFailure[] = [];
  const remaining = images.entries();
  const lane = async (): Promise<void> => {
    for (const [position, image] of remaining) {
      try {
        bytes.set(await resultOf(image, request), position * size);
      } catch (error) {
        failures.push(failureOf(error, image, position));
      }
    }
  };
  await Promise.all(Array.from({ length: underWay }, lane));
  const [failure] = failures.sort((a, b) => a.position - b.position);
  return failure === undefined ? { id, bytes } : { id, failure };
}

async function resultOf(image: ImageRequest, { frame, augmentation }: DecodingRequest): Promise<Uint8Array> {
  const encoded = await reader.read(image.source);
  if (frame === undefined) return createHash('sha256').update(encoded).digest();
  const levels = frameImage(await decodeImage(encoded, frame), frame, image.index, augmentation);
  return new Uint8Array(levels.buffer, levels.byteOffset, levels.byteLength);
}

function failureOf(error: unknown, { title }: ImageRequest, position: number): DecodingFailure {
  const isInputError = error instanceof InputError;
  const detail =
    isInputError || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message);
  return { position, message: `${title}: ${detail}`, isInputError };
}

const port = parentPort;
if (port === null) throw new Error('this file is run as a thread by the decoding pool');
let previous = Promise.resolve();
port.on('message', (request: DecodingRequest) => {
  // One request after another, so that the minibatch asked for first is there first.
  previous = previous.then(async () => {
    const reply = await answer(request);
    port.postMessage(reply, reply.bytes === undefined ? [] : [reply.bytes.buffer]);
  });
});
