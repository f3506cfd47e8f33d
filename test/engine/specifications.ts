/** The engines that the engine tests run on: those inside the toolkit's own packages, and tfjs-node where it loads. */
import { test } from 'node:test';
import { messageOf } from '../../src/core/errors.ts';
import { createEngine } from '../../src/engine/select.ts';

async function loads(specification: string): Promise<boolean> {
  try {
    await (await createEngine(specification)).dispose();
    return true;
  } catch (error) {
    test(`${specification} is tested too where it loads`, { skip: messageOf(error) });
    return false;
  }
}

/** Backends of tfjs. */
export const tfjsSpecifications: readonly string[] = [
  'tfjs:cpu',
  'tfjs:wasm',
  ...((await loads('tfjs:node')) ? ['tfjs:node'] : []),
];

export const specifications: readonly string[] = ['onnxruntime', ...tfjsSpecifications];
