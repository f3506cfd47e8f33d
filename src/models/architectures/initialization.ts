/** How the parameters of a network start. */

/** The distribution of a parameter's first values; `fanIn` is the number of inputs that one output sums. */
export type Initialization =
  | { readonly kind: 'uniform over fan-in'; readonly fanIn: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'constant'; readonly value: number };

/** The initialization of a kernel [outputs, inputs of a group, height, width]. */
export type KernelInitialization = (dims: readonly number[]) => Initialization;

/** Uniform in ±1/√fanIn: Kaiming-uniform with a = √5, PyTorch's default. */
export const uniformOverFanIn: KernelInitialization = ([, ...rest]) => ({
  kind: 'uniform over fan-in',
  fanIn: rest.reduce((product, size) => product * size, 1),
});

/**
 * N(0, 2/fanOut), fanOut = outputs · height · width whatever the groups (He et al. 2015, section 2.2, in the form of
 * the published code of ResNet and DenseNet).
 */
export const heNormal: KernelInitialization = ([outputs = 1, , ...kernel]) => ({
  kind: 'normal',
  deviation: Math.sqrt(2 / kernel.reduce((product, size) => product * size, outputs)),
});

/** N(0, 2/fanIn), fanIn = inputs of a group · height · width (He et al. 2015, section 2.2, the forward case). */
export const heNormalOverFanIn: KernelInitialization = ([, ...rest]) => ({
  kind: 'normal',
  deviation: Math.sqrt(2 / rest.reduce((product, size) => product * size, 1)),
});

export const ZERO: Initialization = { kind: 'constant', value: 0 };
