/** Chooses an engine by the name that `--engine` takes. Engines are loaded when asked for. */
import { InputError } from '../core/errors.ts';
import type { Engine } from './engine.ts';

/** What `--engine` takes. */
export const engineChoices = [
  'onnxruntime',
  'onnxruntime:cpu',
  'onnxruntime:cuda',
  'onnxruntime:webgpu',
  'tfjs',
  'tfjs:node-gpu',
  'tfjs:node',
  'tfjs:wasm',
  'tfjs:cpu',
] as const;

export interface EngineOptions {
  /** Threads of one operator; the engine's own choice where absent. */
  readonly threads?: number;
}

/**
 * Starts the engine of a specification `name` or `name:backend`.
 *
 * @throws InputError when there is no such engine, it is not installed, or it cannot start here
 */
export async function createEngine(specification: string, options: EngineOptions = {}): Promise<Engine> {
  const choice = engineChoices.find((each) => each === specification);
  switch (choice) {
    case 'onnxruntime':
    case 'onnxruntime:cpu':
    case 'onnxruntime:cuda':
    case 'onnxruntime:webgpu': {
      const { createOnnxRuntimeEngine } = await import('./onnxruntime/engine.ts');
      const provider = backendOf(choice);
      return createOnnxRuntimeEngine({ ...options, ...(provider === undefined ? {} : { provider }) });
    }
    case 'tfjs':
      return (await import('./tfjs/engine.ts')).createTfjsEngine(options);
    case 'tfjs:node-gpu':
    case 'tfjs:node':
    case 'tfjs:wasm':
    case 'tfjs:cpu': {
      const { createTfjsEngine } = await import('./tfjs/engine.ts');
      return createTfjsEngine({ ...options, backend: backendOf(choice) });
    }
    case undefined:
      throw new InputError(`there is no engine ${specification}; choose one of ${engineChoices.join(', ')}`);
  }
}

type Backend<Choice extends string> = Choice extends `${string}:${infer Name}` ? Name : undefined;

function backendOf<Choice extends (typeof engineChoices)[number]>(choice: Choice): Backend<Choice> {
  return choice.split(':')[1] as Backend<Choice>;
}
