/** The rows of the memorization experiment as they are written: erm, dropout:0.5, mixup:8, mixup:8+dropout:0.3. */
import { InputError } from '../../index.ts';

/** A training principle and its regularization. */
export interface Variant {
  /** As it is written, its parts in the order mixup, dropout. */
  readonly id: string;
  /** As tables show it. */
  readonly name: string;
  readonly alpha?: number;
  readonly dropout?: number;
}

const FORMS = 'erm, dropout:0.5, mixup:8 or mixup:8+dropout:0.3';

/**
 * Reads a variant.
 *
 * @throws InputError when it is none, or a value is out of its domain
 */
export function parseVariant(text: string): Variant {
  if (text === 'erm') return { id: text, name: variantName(undefined, undefined) };
  const values = new Map<string, number>();
  for (const part of text.split('+')) {
    const [, kind, value] = /^(mixup|dropout):([\d.e-]+)$/.exec(part) ?? [];
    const number = Number(value);
    if (kind === undefined || values.has(kind) || !Number.isFinite(number)) {
      throw new InputError(`--variant ${text}: write ${FORMS}`);
    }
    values.set(kind, number);
  }
  const alpha = values.get('mixup');
  const dropout = values.get('dropout');
  if (alpha !== undefined && !(alpha > 0)) {
    throw new InputError(`--variant ${text}: mixup takes an alpha above 0, such as mixup:8`);
  }
  if (dropout !== undefined && !(dropout > 0 && dropout < 1)) {
    throw new InputError(
      `--variant ${text}: dropout takes a probability between 0 and 1, such as dropout:0.5`,
    );
  }
  return {
    id: [
      ...(alpha === undefined ? [] : [`mixup:${String(alpha)}`]),
      ...(dropout === undefined ? [] : [`dropout:${String(dropout)}`]),
    ].join('+'),
    name: variantName(alpha, dropout),
    ...(alpha === undefined ? {} : { alpha }),
    ...(dropout === undefined ? {} : { dropout }),
  };
}

/** What tables call a training principle and its regularization. */
export function variantName(alpha: number | undefined, dropout: number | undefined): string {
  const parts = [
    ...(alpha === undefined ? [] : [`mixup α=${String(alpha)}`]),
    ...(dropout === undefined ? [] : [`dropout p=${String(dropout)}`]),
  ];
  return parts.join(' + ') || 'ERM';
}

/**
 * Reads a corruption rate, as a fraction.
 *
 * @throws InputError unless it is in [0, 1]
 */
export function assertRate(rate: number): void {
  if (!(rate >= 0 && rate <= 1))
    throw new InputError(`--rate ${String(rate)}: write a fraction such as 0.5 for 50 %`);
}

/** Each value once. */
export function distinct<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}
