/**
 * Which number each class folder has. Names that are whole numbers are ordered by number, all others as text, as
 * torchvision orders all of them: "10" before "2".
 */
import { InputError } from '../../core/errors.ts';
import type { DataOptions, DataSettings } from '../dataset.ts';

export interface ClassOrder {
  /** [classCount]: the folder of each class; a number where the models have a class without a folder. */
  readonly classNames: readonly string[];
  /** [folders]: the folders in the order of their classes, and the class of each. */
  readonly folders: readonly { readonly name: string; readonly label: number }[];
  readonly notes: readonly string[];
  readonly settings: DataSettings;
}

export type ClassOrderOptions = Pick<DataOptions, 'classOrder' | 'classCount' | 'firstLabel'>;

/**
 * Orders class folders.
 *
 * @param names sorted as text
 * @param place what holds the folders, for messages
 * @throws InputError when an order by number is asked for and the names have none, when two folders have one number,
 *   or when the numbers do not tell the classes
 */
export function orderClasses(
  names: readonly string[],
  place: string,
  options: ClassOrderOptions,
): ClassOrder {
  const byNumber = numbersOf(names);
  const isWhole = byNumber !== undefined && names.every((name) => /^-?\d+$/.test(name));
  const order = options.classOrder ?? (isWhole ? 'number' : 'text');
  if (order === 'text') return inTextOrder(names, byNumber, place, options);
  if (byNumber === undefined) {
    throw new InputError(
      `the class folders of ${place} have no numbers to be ordered by, e.g. ${names[0] ?? ''}: leave --class-order out`,
    );
  }
  assertDistinct(byNumber, place);
  const numbered = [...byNumber].sort((a, b) => (a.number < b.number ? -1 : 1));
  const ordered = numbered.map(({ name }) => name);
  const differs = ordered.some((name, index) => name !== names[index]);
  const notes =
    differs && options.classOrder === undefined
      ? [
          `the class folders of ${place} are numbers and ordered as such (${pairOf(ordered, names)}); ` +
            '--class-order text orders them as text, as torchvision does',
        ]
      : [];
  const settings: DataSettings = differs ? { classOrder: 'number' } : {};
  const first = firstOf(numbered, place, options);
  if (first === undefined) {
    return {
      classNames: ordered,
      folders: ordered.map((name, label) => ({ name, label })),
      notes: [...notes, ...gapNote(numbered, place)],
      settings,
    };
  }
  return {
    ...byTheirNumbers(numbered, first, place, options.classCount),
    notes: [
      ...notes,
      `the class folders of ${place} are class numbers, of which ${String(first)} is class 0`,
    ],
    settings: { ...settings, firstLabel: first },
  };
}

interface Numbered {
  readonly name: string;
  readonly number: bigint;
}

/** The number in each name; undefined where the names have none, or differ in more than it. */
function numbersOf(names: readonly string[]): readonly Numbered[] | undefined {
  const found = names.map((name) => /^(\D*?)(-?\d+)(\D*)$/.exec(name));
  const [, prefix, , suffix] = found[0] ?? [];
  const numbered: Numbered[] = [];
  for (const [index, match] of found.entries()) {
    if (match === null || match[1] !== prefix || match[3] !== suffix) return undefined;
    // A hyphen behind a prefix joins, class-1; without one it is a sign.
    const digits = prefix === '' ? (match[2] ?? '') : (match[2] ?? '').replace('-', '');
    numbered.push({ name: names[index] ?? '', number: BigInt(digits) });
  }
  return numbered;
}

function inTextOrder(
  names: readonly string[],
  byNumber: readonly Numbered[] | undefined,
  place: string,
  options: ClassOrderOptions,
): ClassOrder {
  if (options.firstLabel !== undefined) {
    throw new InputError(
      `the classes of ${place} are numbered by the order of their folders' names: leave --first-label out`,
    );
  }
  const sorted = [...(byNumber ?? [])].sort((a, b) => (a.number < b.number ? -1 : 1));
  const natural = sorted.map(({ name }) => name);
  const differs = natural.some((name, index) => name !== names[index]);
  return {
    classNames: names,
    folders: names.map((name, label) => ({ name, label })),
    notes:
      differs && options.classOrder === undefined
        ? [
            `the class folders of ${place} are ordered as text (${pairOf(names, natural)}), as torchvision does; ` +
              '--class-order number orders them by number',
          ]
        : [],
    settings: differs ? { classOrder: 'text' } : {},
  };
}

/** Two neighbours of an order that the other order has the other way round. */
function pairOf(order: readonly string[], other: readonly string[]): string {
  const place = new Map(other.map((name, index) => [name, index]));
  for (const [index, name] of order.entries()) {
    const next = order[index + 1];
    if (next !== undefined && (place.get(name) ?? 0) > (place.get(next) ?? 0))
      return `${name} before ${next}`;
  }
  return '';
}

function assertDistinct(numbered: readonly Numbered[], place: string): void {
  const seen = new Map<bigint, string>();
  for (const { name, number } of numbered) {
    const other = seen.get(number);
    if (other !== undefined) {
      throw new InputError(
        `the class folders ${other} and ${name} of ${place} have the same number: rename one, or write --class-order text`,
      );
    }
    seen.set(number, name);
  }
}

/**
 * The number of class 0 where folders are classes by their numbers: where it is given, or where there are fewer
 * folders than the models have classes. Undefined where classes are numbered by the folders' order.
 */
function firstOf(
  numbered: readonly Numbered[],
  place: string,
  { firstLabel, classCount }: ClassOrderOptions,
): number | undefined {
  if (firstLabel !== undefined) return firstLabel;
  const least = Number(numbered[0]?.number ?? 0);
  const greatest = Number(numbered.at(-1)?.number ?? 0);
  if (classCount === undefined || numbered.length >= classCount || least < 0 || greatest > classCount) {
    return undefined;
  }
  if (least === 0 && greatest < classCount) return 0;
  if (least === 0) return undefined;
  throw new InputError(
    `${place} has folders for ${String(numbered.length)} of ${String(classCount)} classes, numbered from ` +
      `${String(least)} to ${String(greatest)}: write --first-label 0 or --first-label 1 to say which number the first class has`,
  );
}

/** Each folder is the class of its number. */
function byTheirNumbers(
  numbered: readonly Numbered[],
  first: number,
  place: string,
  classCount: number | undefined,
): Pick<ClassOrder, 'classNames' | 'folders'> {
  const folders = numbered.map(({ name, number }) => ({ name, label: Number(number) - first }));
  const count = classCount ?? Math.max(...folders.map(({ label }) => label)) + 1;
  const wrong = folders.find(({ label }) => !(label >= 0 && label < count));
  if (wrong !== undefined) {
    throw new InputError(
      `the class folder ${wrong.name} of ${place} names no class: with ${String(count)} classes from ` +
        `--first-label ${String(first)} on, the numbers are ${String(first)} to ${String(first + count - 1)}`,
    );
  }
  if (count > mostClasses) {
    throw new InputError(
      `${place} has class folders numbered up to ${String(count - 1)}, which are no classes`,
    );
  }
  const classNames = Array.from({ length: count }, (_, label) => String(label + first));
  for (const { name, label } of folders) classNames[label] = name;
  return { classNames, folders };
}

/** More classes than any model has. */
const mostClasses = 1 << 20;

function gapNote(numbered: readonly Numbered[], place: string): readonly string[] {
  const [first] = numbered;
  const jump = numbered.findIndex(({ number }, index) => number !== (first?.number ?? 0n) + BigInt(index));
  const folder = numbered[jump];
  return folder === undefined
    ? []
    : [
        `the class folders of ${place} skip numbers: classes are numbered by their order, folder ${folder.name} is class ${String(jump)}`,
      ];
}
