/** Normalisations by statistics given (evaluation) or taken from the values themselves. */
import type { BackwardNode, Partial, RuleTable } from '../backward.ts';
import { once } from '../backward.ts';
import { sumTo } from '../broadcasting.ts';
import { countAlong } from '../counting.ts';
import { filledLike } from '../../graph/filling.ts';

export const normalization: RuleTable = {
  BatchNormalization: (node) =>
    node.int('training_mode') === 1 ? byBatchStatistics(node) : byGivenStatistics(node),

  InstanceNormalization: (node) => {
    const axes = node.dims(node.input(0)).map((_, axis) => axis);
    const channel = (index: number): string => channelwise(node, node.input(index));
    return standardized(node, {
      axes: axes.slice(2),
      scale: () => channel(1),
      bySharing: (value) => sumOverOthers(node, value),
    });
  },

  LayerNormalization: (node) => {
    const first = node.axis();
    const dims = node.dims(node.input(0));
    const axes = dims.map((_, axis) => axis).slice(first);
    return standardized(node, {
      axes,
      scale: () => node.input(1),
      bySharing: (value, index) => sumTo(node.builder, value, dims, node.dims(node.input(index))),
    });
  },
};

/** A value [C] as [1, C, 1, …], to broadcast against the input. */
function channelwise(node: BackwardNode, value: string): string {
  return node.builder.reshape(value, [1, -1, ...Array.from({ length: node.rank - 2 }, () => 1)]);
}

/** Sums over all axes but the channels: [C]. */
function sumOverOthers(node: BackwardNode, value: string): string {
  const axes = node.dims(value).map((_, axis) => axis);
  return node.builder.reduceSum(
    value,
    axes.filter((axis) => axis !== 1),
    false,
  );
}

function epsilonOf(node: BackwardNode): string {
  return node.scalar(node.float('epsilon'));
}

/** y = (x − mean)·scale/√(variance + ε) + bias, with all five inputs independent. */
function byGivenStatistics(node: BackwardNode): Partial[] {
  const { builder } = node;
  const [x, scale, , mean, variance] = [0, 1, 2, 3, 4].map((index) => node.input(index));
  const deviation = once(() => builder.sqrt(builder.add(variance ?? '', epsilonOf(node))));
  const factor = once(() => builder.div(scale ?? '', deviation()));
  const total = once(() => sumOverOthers(node, node.gradient));
  // Σ g·(x − mean)/√(variance + ε), the gradient by scale
  const correlation = once(() => {
    const centred = builder.sub(x ?? '', channelwise(node, mean ?? ''));
    return builder.div(sumOverOthers(node, builder.mul(node.gradient, centred)), deviation());
  });
  return [
    () => builder.mul(node.gradient, channelwise(node, factor())),
    correlation,
    total,
    () => builder.neg(builder.mul(total(), factor())),
    () => {
      const slope = builder.div(factor(), builder.add(variance ?? '', epsilonOf(node)));
      return node.scaled(builder.mul(builder.mul(correlation(), deviation()), slope), -0.5);
    },
  ];
}

/**
 * The same with the batch's own mean and variance, through which the gradient flows as well (Ioffe and Szegedy
 * 2015, section 3): ∂x = scale/σ·(g − mean(g) − (x − mean)·k), k = cov(g, x)/σ². Written as scale/σ·(g + (−k)·x) + shift,
 * with the covariance as mean(g·x) − mean(g)·mean(x), so that few nodes write an array of the input's size: this is a
 * fifth of a training step.
 */
function byBatchStatistics(node: BackwardNode): (Partial | undefined)[] {
  const { builder } = node;
  const x = node.input(0);
  const axes = node.dims(x).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  // Everything of one number a channel is [C].
  const meanOf = (value: string): string => builder.reduceMean(value, axes, false);
  // With momentum 0 the running statistics that come out are the batch's own, so they need not be taken again.
  const own = (index: number): string | undefined =>
    node.float('momentum') === 0 && node.output(index) !== '' ? node.output(index) : undefined;
  const mean = once(() => own(1) ?? meanOf(x));
  const variance = once(() => {
    const squares = (): string => {
      const centred = builder.sub(x, channelwise(node, mean()));
      return builder.mul(centred, centred);
    };
    return builder.add(own(2) ?? meanOf(squares()), epsilonOf(node));
  });
  const deviation = once(() => builder.sqrt(variance()));
  const meanGradient = once(() => meanOf(node.gradient));
  const covariance = once(() =>
    builder.sub(meanOf(builder.mul(node.gradient, x)), builder.mul(meanGradient(), mean())),
  );
  const summed = (value: string): string => builder.mul(value, countAlong(builder, x, axes));
  return [
    () => {
      const slope = builder.neg(builder.div(covariance(), variance()));
      const factor = builder.div(node.input(1), deviation());
      const shift = builder.neg(builder.mul(factor, builder.add(meanGradient(), builder.mul(slope, mean()))));
      return affine(node, builder.add(node.gradient, affine(node, x, slope)), factor, shift);
    },
    () => summed(builder.div(covariance(), deviation())),
    () => summed(meanGradient()),
    undefined,
    undefined,
  ];
}

/** value·factor + shift with one number each a channel, in one node: a normalization that is given 0 and 1. */
function affine(node: BackwardNode, value: string, factor: string, shift?: string): string {
  const { builder } = node;
  const zeros = filledLike(builder, factor, 0);
  return builder.batchNormalization(value, factor, shift ?? zeros, zeros, filledLike(builder, factor, 1), 0);
}

interface Standardization {
  /** What mean and variance are taken over. */
  readonly axes: readonly number[];
  /** The scale, in a shape that broadcasts against the input. */
  readonly scale: Partial;
  /** Sums a value of the input's shape to the shape of the parameter with the given input number. */
  readonly bySharing: (value: string, index: number) => string;
}

/**
 * y = z·scale + bias with z = (x − mean(x))/√(variance(x) + ε). With h = g·scale,
 * ∂x = (h − mean(h) − z·mean(h·z))/√(variance + ε) (Ioffe and Szegedy 2015, section 3).
 */
function standardized(node: BackwardNode, { axes, scale, bySharing }: Standardization): Partial[] {
  const { builder } = node;
  const x = node.input(0);
  const centred = once(() => builder.sub(x, builder.reduceMean(x, axes)));
  const deviation = once(() => {
    const variance = builder.reduceMean(builder.mul(centred(), centred()), axes);
    return builder.sqrt(builder.add(variance, epsilonOf(node)));
  });
  const standard = once(() => builder.div(centred(), deviation()));
  return [
    () => {
      const scaled = builder.mul(node.gradient, scale());
      const mean = builder.reduceMean(scaled, axes);
      const correlation = builder.reduceMean(builder.mul(scaled, standard()), axes);
      const projected = builder.sub(builder.sub(scaled, mean), builder.mul(standard(), correlation));
      return builder.div(projected, deviation());
    },
    () => bySharing(builder.mul(node.gradient, standard()), 1),
    () => bySharing(node.gradient, 2),
  ];
}
