/** What a family of architectures is to the registry, and the checks that all of them share. */
import { InputError } from '../../core/errors.ts';
import type { Layers } from './layers.ts';

/** The choices that every architecture has. */
export interface ArchitectureOptions {
  /** What scales the layers; each family says what it counts. */
  readonly width: number;
  /** The probability that dropout drops a value. */
  readonly dropout: number;
  readonly classCount: number;
}

export interface Architecture {
  /** The published width. */
  readonly width: number;
  /** The width is a multiple of this; 1 where absent. */
  readonly widthStep?: number;
  /** What it takes: images of this side or more, or any array, flattened. */
  readonly input: { readonly leastSide: number } | 'any';
  /**
   * Adds the network.
   *
   * @param x inputs [N, ...inputShape], already normalized
   * @returns logits [N, classCount]
   */
  add(layers: Layers, x: string, options: ArchitectureOptions): string;
}

export interface Family {
  /** The names of its members as shown to users, with capitals for what may be chosen: `wrn-D-K`. */
  readonly names: readonly string[];
  /**
   * The architecture of a name, or undefined where the name is not of this family.
   *
   * @throws InputError for a name of this family with a depth that it cannot have
   */
  find(name: string): Architecture | undefined;
}

/** A family whose members are listed. */
export function listedFamily(members: Readonly<Record<string, Architecture>>): Family {
  return {
    names: Object.keys(members),
    find: (name) => (Object.hasOwn(members, name) ? members[name] : undefined),
  };
}

/** More layers than any published network has. */
const GREATEST_DEPTH = 2000;

/**
 * Checks the depth in a name, which is `first` plus a multiple of `step`.
 *
 * @throws InputError where it is not
 */
export function assertDepth(name: string, depth: number, first: number, step: number): void {
  if (depth >= first && depth <= GREATEST_DEPTH && (depth - first) % step === 0) return;
  const [second, third] = [first + step, first + 2 * step].map(String);
  throw new InputError(
    `${name} cannot be built: its depth is ${String(depth)}, which must be one of ${String(first)}, ${String(second)}, ${String(third)} … up to ${String(GREATEST_DEPTH)}`,
  );
}

/**
 * Checks that an architecture can take inputs of a shape and has a width.
 *
 * @throws InputError naming the sizes that are possible
 */
export function assertPossible(
  name: string,
  architecture: Architecture,
  inputShape: readonly number[],
  options: ArchitectureOptions,
): void {
  const { width, dropout, classCount } = options;
  const shape = `[${inputShape.join(', ')}]`;
  if (inputShape.length === 0 || !inputShape.every(isCount)) {
    throw new InputError(`the input shape is ${shape}: it must be one or more whole numbers above 0`);
  }
  if (architecture.input !== 'any') assertImage(name, inputShape, architecture.input.leastSide);
  const step = architecture.widthStep ?? 1;
  if (!isCount(width) || width % step !== 0) {
    const possible = step === 1 ? 'a whole number above 0' : `a multiple of ${String(step)}`;
    throw new InputError(`the width of ${name} is ${String(width)}: it must be ${possible}`);
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw new InputError(
      `the dropout probability is ${String(dropout)}: it must be at least 0 and less than 1`,
    );
  }
  if (!isCount(classCount)) {
    throw new InputError(`the class count is ${String(classCount)}: it must be a whole number above 0`);
  }
}

function assertImage(name: string, inputShape: readonly number[], leastSide: number): void {
  if (inputShape.length !== 3) {
    throw new InputError(
      `${name} takes images [channels, height, width], and the input shape is [${inputShape.join(', ')}]; an mlp takes any shape`,
    );
  }
  const [, height = 0, width = 0] = inputShape;
  if (Math.min(height, width) < leastSide) {
    const side = String(leastSide);
    throw new InputError(
      `${name} takes images of ${side}×${side} pixels or more, and the input has ${String(height)}×${String(width)}; pad the images or choose another architecture`,
    );
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
