/** Activation functions out of simpler ones. */
import { int } from '../../attributes.ts';
import { float32, tensor } from '../../tensor.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';

/** x/2 · (1 + erf(x/√2)), or with tanh(√(2/π)·(x + 0.044715·x³)) in erf's place. */
function gelu(site: ExpansionSite): string[] {
  const { builder } = site;
  const x = site.input(0);
  const approximation = site.text('approximate');
  if (approximation !== 'none' && approximation !== 'tanh') {
    throw site.refuse(`the approximation ${approximation} is unknown, expected none or tanh`);
  }
  const cubic = (): string => builder.add(x, site.scaled(builder.mul(builder.mul(x, x), x), 0.044715));
  const bounded =
    approximation === 'none'
      ? site.apply('Erf', [builder.div(x, site.scalar(Math.SQRT2))])
      : builder.tanh(site.scaled(cubic(), Math.sqrt(2 / Math.PI)));
  return [builder.mul(site.scaled(x, 0.5), builder.add(bounded, site.scalar(1)))];
}

/** x + bias below −λ, x − bias above λ, 0 between. */
function shrink(site: ExpansionSite): string[] {
  const { builder } = site;
  const x = site.input(0);
  const [bias, lambda] = [site.float('bias'), site.float('lambd')];
  const below = builder.less(x, site.scalar(-lambda));
  const above = builder.greater(x, site.scalar(lambda));
  const outside = builder.where(above, builder.sub(x, site.scalar(bias)), site.scalar(0));
  return [builder.where(below, builder.add(x, site.scalar(bias)), outside)];
}

/** 1 where the greatest element of an axis stands, the first of equal ones, else 0. */
function hardmax(site: ExpansionSite): string[] {
  const { builder } = site;
  const axis = site.axis();
  const greatest = site.apply('ArgMax', [site.input(0)], { axis: int(axis), keepdims: int(0) });
  const depth = tensor('int64', [], BigInt64Array.of(BigInt(site.fixedDim(site.input(0), axis))));
  const values = builder.cast(builder.constant(float32([2], [0, 1])), site.dataType);
  return [site.apply('OneHot', [greatest, builder.constant(depth), values], { axis: int(axis) })];
}

export const activationExpansions = {
  Gelu: gelu,
  Hardmax: hardmax,
  Shrink: shrink,

  /** x·σ(αx) */
  Swish: (site) => {
    const gate = site.builder.sigmoid(site.scaled(site.input(0), site.float('alpha')));
    return [site.builder.mul(site.input(0), gate)];
  },

  /** x where x > 0, else α·(e^(x/α) − 1): the Elu of x/α, times α. */
  Celu: (site) => {
    const alpha = site.float('alpha');
    return [site.scaled(site.apply('Elu', [site.scaled(site.input(0), 1 / alpha)]), alpha)];
  },

  /** x where it is above α, else 0. */
  ThresholdedRelu: (site) => {
    const above = site.builder.greater(site.input(0), site.scalar(site.float('alpha')));
    return [site.builder.where(above, site.input(0), site.scalar(0))];
  },
} satisfies Expansions;
