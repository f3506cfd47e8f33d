/** Layers that leave an input as it is when a model is evaluated: noise, dropout and augmentation. */
import { only } from '../activations.ts';
import type { LayerHandler } from '../scope.ts';

const identity: LayerHandler = (scope, inputs) => only(scope, inputs);

/** An augmentation: drawn at random in training, the identity in inference. */
const augmentation: LayerHandler = (scope, inputs) => {
  scope.note('augmentation layers were taken as the identity, as in inference');
  return only(scope, inputs);
};

/** Keras leaves these as they are in inference; tfjs resizes at random even then. */
const randomSize: LayerHandler = (scope, inputs) => {
  if (scope.dialect === 'tfjs') {
    scope.note(
      `${scope.layer.className} was taken as the identity; tfjs itself resizes at random in inference`,
    );
  }
  return augmentation(scope, inputs);
};

const augmentations: readonly string[] = [
  'AugMix',
  'CutMix',
  'Equalization',
  'MixUp',
  'RandAugment',
  'RandomBrightness',
  'RandomColorDegeneration',
  'RandomColorJitter',
  'RandomContrast',
  'RandomElasticTransform',
  'RandomErasing',
  'RandomFlip',
  'RandomGaussianBlur',
  'RandomGrayscale',
  'RandomHue',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomRotation',
  'RandomSaturation',
  'RandomSharpness',
  'RandomShear',
  'RandomTranslation',
  'RandomZoom',
  'Solarization',
];

export const identityLayers: Readonly<Record<string, LayerHandler>> = {
  Identity: identity,
  Dropout: identity,
  SpatialDropout1D: identity,
  SpatialDropout2D: identity,
  SpatialDropout3D: identity,
  AlphaDropout: identity,
  GaussianDropout: identity,
  GaussianNoise: identity,
  ActivityRegularization: identity,
  RandomHeight: randomSize,
  RandomWidth: randomSize,
  ...Object.fromEntries(augmentations.map((className) => [className, augmentation])),
};
