/** The layers that the importer knows, by Keras class. A new layer is one entry in its family's table. */
import type { LayerHandler } from '../scope.ts';
import { activationLayers } from './activation.ts';
import { attentionLayers } from './attention.ts';
import { convolutionLayers } from './convolution.ts';
import { denseLayers } from './dense.ts';
import { identityLayers } from './identity.ts';
import { lookupLayers } from './lookup.ts';
import { maskingLayers } from './masking.ts';
import { mergeLayers } from './merge.ts';
import { normalizationLayers } from './normalization.ts';
import { poolingLayers } from './pooling.ts';
import { recurrentLayers } from './recurrent.ts';
import { resizingLayers } from './resizing.ts';
import { shapeLayers } from './shape.ts';

const layerTable: Readonly<Record<string, LayerHandler>> = {
  ...activationLayers,
  ...attentionLayers,
  ...convolutionLayers,
  ...denseLayers,
  ...identityLayers,
  ...lookupLayers,
  ...maskingLayers,
  ...mergeLayers,
  ...normalizationLayers,
  ...poolingLayers,
  ...recurrentLayers,
  ...resizingLayers,
  ...shapeLayers,
};

/** The handler of a Keras class, or undefined for one that the importer does not know. */
export function layerHandler(className: string): LayerHandler | undefined {
  return Object.hasOwn(layerTable, className) ? layerTable[className] : undefined;
}

const cell = 'is a cell, which stands inside the layer RNN';

/** Why layers of some classes cannot be imported, where more than that can be said. */
const reasons: Readonly<Record<string, string>> = {
  ConvLSTM2DCell: cell,
  GRUCell: cell,
  LSTMCell: cell,
  Lambda: 'holds Python code, which a layers-model does not carry; write it with layers',
  SimpleRNNCell: cell,
  StackedRNNCells: cell,
};

/** What to say of a class without a handler. */
export function whyNot(className: string): string {
  const reason = Object.hasOwn(reasons, className) ? reasons[className] : undefined;
  return reason ?? 'is of a class that cannot be imported; export the model to ONNX and use that';
}
