/**
 * Who wrote a layers-model. The same names mean other functions, defaults and sampling points in Keras 3 than in
 * Keras 2, and tfjs computes some layers otherwise than Keras does: a file is read as its writer means it.
 */
import { isObject } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';

export type Dialect = 'tfjs' | 'Keras 2' | 'Keras 3';

/**
 * The dialect of a parsed model.json: by the version that it names, else by forms that only Keras 3 writes, else
 * Keras 2, whose meaning tfjs shares wherever it is not named itself.
 */
export function dialectOf(json: JsonObject): Dialect {
  const topology = json['modelTopology'];
  const version = isObject(topology) ? topology['keras_version'] : undefined;
  const generator = json['generatedBy'];
  // A generator without a name is TensorFlow, whose versions are others.
  const named = typeof generator === 'string' && /keras|tfjs|tensorflow\.js/i.test(generator);
  return (
    dialectNamed(version) ??
    (named ? dialectNamed(generator) : undefined) ??
    (hasKeras3Form(topology) ? 'Keras 3' : 'Keras 2')
  );
}

/** `3.5.0`, `2.15.0`, `keras v3.5.0`, `tfjs-layers 4.22.0`, `TensorFlow.js tfjs-layers v4.22.0`. */
function dialectNamed(version: Json | undefined): Dialect | undefined {
  if (typeof version !== 'string') return undefined;
  if (/tfjs|tensorflow\.js/i.test(version)) return 'tfjs';
  const major = /^(?:keras )?v?(\d+)(?:\.|$)/i.exec(version)?.[1];
  return major === undefined ? undefined : Number(major) >= 3 ? 'Keras 3' : 'Keras 2';
}

/** Dtype policies as objects, input layers with a `batch_shape`, calls with `args`. */
function hasKeras3Form(value: Json | undefined): boolean {
  if (Array.isArray(value)) return (value as readonly Json[]).some(hasKeras3Form);
  if (!isObject(value)) return false;
  if (value['class_name'] === 'DTypePolicy' || value['class_name'] === '__keras_tensor__') return true;
  return Object.entries(value).some(([key, inner]) => key === 'batch_shape' || hasKeras3Form(inner));
}
