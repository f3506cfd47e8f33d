/** The layers that the importer knows, by Keras class. A new layer is one entry in its family's table. */
import type { LayerHandler } from '../scope.ts';
import { activationLayers } from './activation.ts';
import { convolutionLayers } from './convolution.ts';
import { denseLayers } from './dense.ts';
import { mergeLayers } from './merge.ts';
import { normalizationLayers } from './normalization.ts';
import { poolingLayers } from './pooling.ts';
import { shapeLayers } from './shape.ts';

const layerTable: Readonly<Record<string, LayerHandler>> = {
  ...activationLayers,
  ...convolutionLayers,
  ...denseLayers,
  ...mergeLayers,
  ...normalizationLayers,
  ...poolingLayers,
  ...shapeLayers,
};

/** The handler of a Keras class, or undefined for one that the importer does not know. */
export function layerHandler(className: string): LayerHandler | undefined {
  return Object.hasOwn(layerTable, className) ? layerTable[className] : undefined;
}
