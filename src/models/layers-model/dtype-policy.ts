/** In which arithmetic a layer computes. */
import { isObject } from '../../core/json.ts';
import type { Json } from '../../core/json.ts';

/** The name of a dtype policy: a string, or an object with its name in its config (Keras 3). */
export function policyName(dtype: Json | undefined): string | undefined {
  if (typeof dtype === 'string') return dtype;
  if (!isObject(dtype) || !isObject(dtype['config'])) return undefined;
  const { name } = dtype['config'];
  return typeof name === 'string' ? name : undefined;
}
