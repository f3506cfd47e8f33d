/** The activations of recurrent layers, which a layer names in its attributes together with their parameters. */
import { float } from '../../attributes.ts';
import type { ExpansionSite } from '../expansion.ts';

/** Where a layer may leave the parameters of an activation out: what they are then. */
const optional: Readonly<Record<string, readonly [alpha?: number, beta?: number]>> = {
  Elu: [1],
  HardSigmoid: [0.2, 0.5],
  LeakyRelu: [0.01],
  Relu: [],
  Sigmoid: [],
  Softplus: [],
  Softsign: [],
  Tanh: [],
};

/** The parameters of the others: the standard says of none what it is where a layer leaves it out. */
const required: ReadonlyMap<string, number> = new Map([
  ['Affine', 2],
  ['ScaledTanh', 2],
  ['ThresholdedRelu', 1],
]);

/** One activation of a layer. */
export type Activation = (value: string) => string;

/**
 * The activations of all directions of a layer, in their order. The lists of parameters go on from one activation that
 * takes one to the next.
 *
 * @param usual the names where the layer gives none, for one direction
 */
export function recurrentActivations(
  site: ExpansionSite,
  usual: readonly string[],
  directions: number,
): readonly Activation[] {
  const given = site.attribute('activations', 'strings');
  const names = given ?? Array.from({ length: directions }, () => usual).flat();
  if (names.length !== directions * usual.length) {
    throw site.refuse(
      `it names ${String(names.length)} activations, expected ${String(directions * usual.length)}`,
    );
  }
  const lists = ['activation_alpha', 'activation_beta'].map((name) =>
    (site.attribute(name, 'floats') ?? []).values(),
  );
  return names.map((name, index) => {
    const usualValues = Object.hasOwn(optional, name) ? optional[name] : undefined;
    const count = usualValues?.length ?? required.get(name);
    if (count === undefined) throw site.refuse(`the activation ${name} is unknown`);
    const [alpha = 0, beta = 0] = lists.slice(0, count).map((list, place) => {
      const step = list.next();
      const value = step.done === true ? usualValues?.[place] : step.value;
      if (value === undefined) throw site.refuse(`the activation ${name} is without its parameters`);
      return value;
    });
    const activation: Activation = (value) => activated(site, name, value, { alpha, beta });
    // What goes through the third, a cell's state, is not a gate's sum.
    return index % usual.length === 2 ? activation : clipped(site, activation);
  });
}

interface Parameters {
  readonly alpha: number;
  readonly beta: number;
}

function activated(site: ExpansionSite, name: string, value: string, { alpha, beta }: Parameters): string {
  const { builder } = site;
  switch (name) {
    case 'Affine':
      return builder.add(site.scaled(value, alpha), site.scalar(beta));
    case 'ScaledTanh':
      return site.scaled(builder.tanh(site.scaled(value, beta)), alpha);
    case 'ThresholdedRelu':
      return builder.where(builder.greater(value, site.scalar(alpha)), value, site.scalar(0));
    case 'HardSigmoid':
      return site.apply(name, [value], { alpha: float(alpha), beta: float(beta) });
    case 'Elu':
    case 'LeakyRelu':
      return site.apply(name, [value], { alpha: float(alpha) });
    default:
      return site.apply(name, [value]);
  }
}

/** The activation of a gate's sum held within ±clip, where the layer has that attribute. */
function clipped(site: ExpansionSite, activation: Activation): Activation {
  const bound = site.attribute('clip', 'float');
  if (bound === undefined) return activation;
  return (value) => activation(site.apply('Clip', [value, site.scalar(-bound), site.scalar(bound)]));
}
