/** How the values of options are read: each kind says what it takes, and refuses everything else before any work. */
import { availableParallelism } from 'node:os';
import { InputError } from '../core/errors.ts';

/** A kind of value. */
export interface ValueKind<T> {
  /** Whether help texts call it a number. */
  readonly isNumber: boolean;
  /**
   * @param option names the option in the message: `--seed`
   * @throws InputError when the text is none
   */
  read(text: string, option: string): T;
}

/** The ends of a domain; an end that is left out is not stated in messages. */
interface WholeDomain {
  readonly least?: number;
  readonly most?: number;
}

/** Whole numbers, in decimal digits. */
export function whole({ least = Number.MIN_SAFE_INTEGER, most }: WholeDomain): ValueKind<number> {
  const domain =
    most !== undefined
      ? ` from ${String(least)} to ${String(most)}`
      : least > Number.MIN_SAFE_INTEGER
        ? ` of at least ${String(least)}`
        : '';
  return {
    isNumber: true,
    read: (text, option) => {
      const value = numberOf(text);
      if (Number.isSafeInteger(value) && value >= least && value <= (most ?? value)) return value;
      throw refusal(option, text, `a whole number${domain}`);
    },
  };
}

interface DecimalDomain {
  readonly least?: number;
  /** Less than every value. */
  readonly above?: number;
  readonly most?: number;
  /** Greater than every value. */
  readonly below?: number;
  /** An example, for the message. */
  readonly such?: string;
}

/** No quantity of a run is of this size, and single precision holds it still. */
const LARGEST = 1e30;

/** Decimal numbers. */
export function decimal({ least, above, most = LARGEST, below, such }: DecimalDomain): ValueKind<number> {
  const ends = [
    ...(least === undefined ? [] : [`of at least ${String(least)}`]),
    ...(above === undefined ? [] : [`greater than ${String(above)}`]),
    ...(below === undefined ? [] : [`less than ${String(below)}`]),
    ...(most === LARGEST ? [] : [`of at most ${String(most)}`]),
  ];
  const wanted =
    least !== undefined && most !== LARGEST
      ? `a number from ${String(least)} to ${String(most)}`
      : ['a number', ends.join(' and ')].filter((part) => part !== '').join(' ');
  return {
    isNumber: true,
    read: (text, option) => {
      const value = numberOf(text);
      const inside =
        (least === undefined || value >= least) &&
        (above === undefined || value > above) &&
        (below === undefined || value < below) &&
        Math.abs(value) <= most;
      if (inside) return value;
      const tooLarge = Math.abs(value) > LARGEST ? `, up to ${String(LARGEST)}` : '';
      throw refusal(option, text, `${wanted}${tooLarge}${such === undefined ? '' : `, such as ${such}`}`);
    },
  };
}

interface ListDomain {
  /** How many there must be, where that is known. */
  readonly count?: number;
  /** What stands for no list at all. */
  readonly such: string;
}

/** Decimal numbers with commas between them. */
export function decimals({ count, such }: ListDomain): ValueKind<number[]> {
  return {
    isNumber: false,
    read: (text, option) => {
      const numbers = text.split(',').map((part) => numberOf(part.trim()));
      if (numbers.some((value) => !(Math.abs(value) <= LARGEST))) {
        throw refusal(option, text, `numbers with commas between them, such as ${such}`);
      }
      if (count !== undefined && numbers.length !== count) {
        throw new InputError(
          `${option} ${text}: ${String(count)} numbers are wanted, not ${String(numbers.length)}`,
        );
      }
      return numbers;
    },
  };
}

/** A range of values: its ends with a comma between them. */
export const range: ValueKind<{ readonly lower: number; readonly upper: number }> = {
  isNumber: false,
  read: (text, option) => {
    const [lower = NaN, upper = NaN] = decimals({ count: 2, such: '0,1' }).read(text, option);
    if (lower < upper) return { lower, upper };
    throw new InputError(`${option} ${text} is not an interval: write the lower end first, such as 0,1`);
  },
};

/** Two numbers above 0, the lesser first. */
export function span({
  most = LARGEST,
  such,
}: {
  readonly most?: number;
  readonly such: string;
}): ValueKind<[number, number]> {
  return {
    isNumber: false,
    read: (text, option) => {
      const [least = NaN, greatest = NaN] = decimals({ count: 2, such }).read(text, option);
      if (least > 0 && least <= greatest && greatest <= most) return [least, greatest];
      const limit = most === LARGEST ? '' : ` and up to ${String(most)}`;
      throw new InputError(`${option} ${text}: write two numbers above 0${limit}, the lesser first: ${such}`);
    },
  };
}

/** A kind of value, or the word `none`. */
export function orNone<T>(kind: ValueKind<T>): ValueKind<T | 'none'> {
  return { ...kind, read: (text, option) => (text === 'none' ? text : kind.read(text, option)) };
}

/** Text on one line, and some. */
export function text({ longest = 4096 }: { readonly longest?: number } = {}): ValueKind<string> {
  return {
    isNumber: false,
    read: (given, option) => {
      if (given.trim() === '') throw new InputError(`${option} is empty: write a value, or leave it out`);
      if (/\p{Cc}/u.test(given)) throw refusal(option, given, 'text without control characters');
      if (given.length > longest) {
        throw new InputError(
          `${option} takes at most ${String(longest)} characters, not ${String(given.length)}`,
        );
      }
      return given;
    },
  };
}

/** The name of something, as results hold it. */
export const name = text({ longest: 200 });

/** A name and a whole number above 0: height=224. */
export const namedSize: ValueKind<readonly [name: string, size: number]> = {
  isNumber: false,
  read: (given, option) => {
    const [, called, digits = ''] = /^(.+)=([^=]*)$/s.exec(given) ?? [];
    const size = numberOf(digits);
    if (called !== undefined && Number.isSafeInteger(size) && size > 0) return [called, size];
    throw new InputError(
      `${option} ${given}: write the name of a size and a whole number, such as height=224`,
    );
  },
};

/** Where a file or a folder is. A path of a system may hold any character but this one. */
export const path: ValueKind<string> = {
  isNumber: false,
  read: (given, option) => {
    if (given.trim() === '') throw new InputError(`${option} is empty: write a path`);
    if (given.includes('\0')) throw refusal(option, given, 'a path, which holds no null character');
    return given;
  },
};

/** More threads than cores only wait for each other; a few more are for measurements. */
export const threads = whole({ least: 1, most: Math.max(64, availableParallelism()) });

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** @returns NaN for what is no decimal number: empty, hexadecimal, words */
function numberOf(text: string): number {
  return DECIMAL.test(text) ? Number(text) : NaN;
}

function refusal(option: string, given: string, wanted: string): InputError {
  return new InputError(`${option} takes ${wanted}, not ${JSON.stringify(given)}`);
}
