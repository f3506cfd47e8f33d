/** The rows of the memorization experiment as they are written: erm, dropout:0.5, mixup:8, mixup:8+dropout:0.3. */
import { InputError } from '../../index.ts';
import { decimal } from '../values.ts';

/** A training principle and its regularization. */
export interface Variant {
  /** As it is written, its parts in the order mixup, dropout. */
  readonly id: string;
  /** As tables show it. */
  readonly name: string;
  readonly alpha?: number;
  readonly dropout?: number;
}

/** α of mixup, and the probability of dropout, without which it is none. */
const DOMAINS = {
  mixup: decimal({ above: 0, most: 1e6, such: 'mixup:8' }),
  dropout: decimal({ above: 0, below: 1, such: 'dropout:0.5' }),
} as const;

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
    const [, kind, value = ''] = /^(mixup|dropout):(.*)$/s.exec(part) ?? [];
    if (kind === undefined || values.has(kind)) throw new InputError(`--variant ${text}: write ${FORMS}`);
    values.set(kind, DOMAINS[kind as keyof typeof DOMAINS].read(value, `--variant ${text}: ${kind}`));
  }
  const alpha = values.get('mixup');
  const dropout = values.get('dropout');
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

/** Each value once. */
export function distinct<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}
