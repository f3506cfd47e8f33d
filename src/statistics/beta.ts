/**
 * The beta distribution function and its inverse, and the binomial probability, accurate for counts from one
 * to hundreds of millions: the leading factor is computed by Loader's saddle-point expansion, which never
 * subtracts large logarithms of factorials.
 */
import { InputError } from '../core/errors.ts';

/**
 * The regularised incomplete beta function I_x(a, b): the probability that a Beta(a, b) variable is ≤ x.
 *
 * Continued fraction DLMF 8.17.22, evaluated by Lentz's method, on the side of the mean where it converges
 * quickly; the other side by I_x(a, b) = 1 − I_(1−x)(b, a).
 *
 * @param a positive
 * @param b positive
 * @param x in [0, 1]
 * @throws InputError when an argument is outside its range
 */
export function regularizedIncompleteBeta(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1) || !Number.isFinite(a + b)) {
    throw new InputError(
      `the beta distribution needs a > 0, b > 0 and 0 ≤ x ≤ 1, not a = ${String(a)}, b = ${String(b)}, x = ${String(x)}`,
    );
  }
  if (x === 0 || x === 1) return x;
  return x <= (a + 1) / (a + b + 2) ? leftTail(a, b, x, 1 - x) : 1 - leftTail(b, a, 1 - x, x);
}

/**
 * The x with I_x(a, b) = probability.
 *
 * Newton's method on the distribution function, kept inside a shrinking bracket and replaced by bisection
 * where it would leave it.
 *
 * @param probability in [0, 1]
 * @throws InputError when an argument is outside its range
 */
export function inverseRegularizedIncompleteBeta(a: number, b: number, probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new InputError(`${String(probability)} is no probability: give one from 0 to 1`);
  }
  if (probability === 0 || probability === 1) return probability;
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (;;) {
    const excess = regularizedIncompleteBeta(a, b, x) - probability;
    if (excess === 0) return x;
    if (excess > 0) high = x;
    else low = x;
    const density = (binomialTerm(a, b, x, 1 - x) * a * b) / ((a + b) * x * (1 - x));
    const newton = x - excess / density;
    const next = newton > low && newton < high ? newton : low + (high - low) / 2;
    if (Math.abs(next - x) <= 2e-16 * next || next <= low || next >= high) return next;
    x = next;
  }
}

/**
 * P(X = k) of a binomial variable.
 *
 * @param k whole, 0 … n
 * @param probability of one success, in (0, 1)
 */
export function binomialProbability(k: number, n: number, probability: number): number {
  if (k === 0) return Math.exp(n * Math.log1p(-probability));
  if (k === n) return Math.exp(n * Math.log(probability));
  return binomialTerm(k, n - k, probability, 1 - probability);
}

/** I_x(a, b) for x not above the mean; y = 1 − x. */
function leftTail(a: number, b: number, x: number, y: number): number {
  return (binomialTerm(a, b, x, y) * b) / ((a + b) * fraction(a, b, x));
}

/** The continued fraction 1 + d₁/(1 + d₂/(1 + …)) of DLMF 8.17.22. */
function fraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  let value = 1;
  let c = 1;
  let d = 0;
  for (let m = 0; ; m++) {
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    const even = ((m + 1) * (b - m - 1) * x) / ((a + 2 * m + 1) * (a + 2 * m + 2));
    let factor = 1;
    for (const coefficient of [odd, even]) {
      d = 1 / (1 + coefficient * d || tiny);
      c = 1 + coefficient / c || tiny;
      factor = c * d;
      value *= factor;
    }
    if (Math.abs(factor - 1) < 4e-16 || m > 1e6) return value;
  }
}

/**
 * Γ(a+b+1)/(Γ(a+1)Γ(b+1))·x^a·y^b with y = 1 − x, for positive real a and b: the binomial probability of a
 * successes in a + b (C. Loader, Fast and Accurate Computation of Binomial Probabilities, 2000).
 */
function binomialTerm(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  return Math.sqrt(n / (2 * Math.PI * a * b)) * Math.exp(exponent);
}

/** ln Γ(z+1) − [(z + ½)·ln z − z + ½·ln 2π]: the Stirling series from 15 on, below it by recurrence. */
function stirlingError(z: number): number {
  let sum = 0;
  while (z < 15) {
    sum += (z + 0.5) * Math.log1p(1 / z) - 1;
    z += 1;
  }
  const w = 1 / (z * z);
  return sum + (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
}

/** observed·ln(observed/expected) + expected − observed, without cancellation where both are close. */
function deviance(observed: number, expected: number): number {
  const difference = observed - expected;
  if (Math.abs(difference) >= 0.1 * (observed + expected)) {
    return observed * Math.log(observed / expected) - difference;
  }
  const v = difference / (observed + expected);
  let sum = difference * v;
  let power = 2 * observed * v;
  for (let j = 1; ; j++) {
    power *= v * v;
    const next = sum + power / (2 * j + 1);
    if (next === sum) return sum;
    sum = next;
  }
}
