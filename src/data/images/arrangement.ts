/**
 * What the paths of an image set say: SPLIT/CLASS/… or CLASS/… . A class's number is its place in the sorted names,
 * as for ImageNet's synsets; see class-order.ts.
 */
import { InputError } from '../../core/errors.ts';
import type { DataOptions, DataSettings } from '../dataset.ts';
import { type ClassOrder, orderClasses } from './class-order.ts';
import { imageEndings, isImage, isUnreadImage } from './endings.ts';
import type { Listing } from './listing.ts';
import { alternativesOf, splitOf } from './splits.ts';

export interface Arrangement {
  /** The images of the split, by class and then by path, relative as given. */
  readonly paths: readonly string[];
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
  readonly notes: readonly string[];
  readonly settings: DataSettings;
}

/**
 * Finds classes and images of a split. Where other splits lie beside it, it must have the classes of the training
 * data, so that a missing folder does not shift the numbers of the classes.
 *
 * @param place what holds the paths, for messages
 * @throws InputError when there is no such split, no class folder, a class without images, an image of a kind that is
 *   not read, other classes than in the training data, or when the classes cannot be numbered
 */
export function arrange(listing: Listing, place: string, options: DataOptions): Arrangement {
  const { split } = options;
  const images = listing.files.filter(isImage);
  const splits = splitsOf(images);
  const notes: string[] = [];
  const chosen = splits.size === 0 ? undefined : chooseSplit([...splits.keys()], images, place, split);
  if (chosen === undefined) {
    notes.push(`${place} has no folders for splits; all of it is taken as ${split} data`);
  }
  const root = chosen === undefined ? '' : `${chosen}/`;
  const folders = classesBelow(listing, root);
  if (folders.length === 0) {
    throw new InputError(
      `${place} has ${images.length === 0 ? 'no images' : 'images, but no folder for each class'}: ` +
        'lay them out as CLASS/IMAGE or SPLIT/CLASS/IMAGE',
    );
  }
  const training = [...splits.keys()].find((name) => splitOf(name) === splitOf('train'));
  if (chosen !== undefined && training !== undefined && training !== chosen) {
    assertSameClasses(folders, classesBelow(listing, `${training}/`), place, chosen, training);
  }
  const order = orderClasses(folders, place, options);
  const { paths, labels } = sortByClass(images, root, order);
  assertNoneEmpty(labels, order, `${place}${chosen === undefined ? '' : `, ${chosen}`}`);
  notes.push(...order.notes, ...notesOnStrangers(listing.files, place, root, splits));
  return { paths, labels, classNames: order.classNames, notes, settings: order.settings };
}

/** What lies among the images and is left out: said, or refused where it is an image. */
function notesOnStrangers(
  files: readonly string[],
  place: string,
  root: string,
  splits: ReadonlySet<string>,
): readonly string[] {
  const inClass = (path: string): boolean => path.startsWith(root) && path.slice(root.length).includes('/');
  const strangers = files.filter((path) => inClass(path) && !isImage(path));
  const unread = strangers.find(isUnreadImage);
  if (unread !== undefined) {
    throw new InputError(
      `${place} holds an image of a kind that is not read, ${unread}: convert it to PNG, or remove it`,
    );
  }
  const outside = files.filter(
    (path) => isImage(path) && !inClass(path) && !splits.has(path.slice(0, path.indexOf('/'))),
  );
  return [
    ...leftOut(strangers, place, 'are no images and left out'),
    ...leftOut(outside, place, 'lie outside the folders of the classes and are left out'),
  ];
}

function leftOut(paths: readonly string[], place: string, why: string): readonly string[] {
  const [first] = paths;
  return first === undefined ? [] : [`${String(paths.length)} files in ${place} ${why}, e.g. ${first}`];
}

/** The folders at the top that are named like a split and hold folders of images. */
function splitsOf(images: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const path of images) {
    const [top = '', , below] = path.split('/', 3);
    if (below !== undefined && splitOf(top) === top.toLowerCase()) found.add(top);
  }
  return found;
}

function chooseSplit(
  splits: readonly string[],
  images: readonly string[],
  place: string,
  split: string,
): string {
  for (const name of alternativesOf(split)) {
    const found = splits.find((candidate) => candidate.toLowerCase() === name);
    if (found !== undefined) return found;
  }
  const flat = alternativesOf(split).find((name) => images.some((path) => path.startsWith(`${name}/`)));
  throw new InputError(
    flat === undefined
      ? `${place} has no ${split} data, only ${splits.join(', ')}: write --split ${splits[0] ?? ''}`
      : `${place} holds images in ${flat}/, but no folder for each class there: lay them out as ${flat}/CLASS/IMAGE`,
  );
}

/** The sorted names of the folders right below the root; an archive need not list its folders. */
function classesBelow({ files, folders }: Listing, root: string): string[] {
  const names = new Set<string>();
  const add = (path: string, isFolder: boolean): void => {
    if (!path.startsWith(root)) return;
    const [name = '', below] = path.slice(root.length).split('/', 2);
    if (name !== '' && (below !== undefined || isFolder)) names.add(name);
  };
  for (const path of folders) add(path, true);
  for (const path of files) add(path, false);
  return [...names].sort();
}

function assertSameClasses(
  given: readonly string[],
  expected: readonly string[],
  place: string,
  split: string,
  training: string,
): void {
  const missing = expected.find((name) => !given.includes(name));
  const extra = given.find((name) => !expected.includes(name));
  const problem =
    missing !== undefined
      ? `has no folder for the class ${missing}, which ${training} has`
      : extra !== undefined
        ? `has a folder for the class ${extra}, which ${training} has not`
        : undefined;
  if (problem !== undefined) {
    throw new InputError(
      `${place}: ${split} ${problem} (${String(given.length)} and ${String(expected.length)} classes): ` +
        'give both the same class folders, since their order numbers the classes',
    );
  }
}

function sortByClass(
  images: readonly string[],
  root: string,
  { folders }: ClassOrder,
): { paths: string[]; labels: Int32Array } {
  const byClass = new Map(folders.map(({ name }): [string, string[]] => [name, []]));
  for (const path of images) {
    if (!path.startsWith(root)) continue;
    const [name = '', below] = path.slice(root.length).split('/', 2);
    if (below !== undefined) byClass.get(name)?.push(path);
  }
  const groups = folders.map(({ name, label }) => ({ label, paths: (byClass.get(name) ?? []).sort() }));
  return {
    paths: groups.flatMap(({ paths }) => paths),
    labels: Int32Array.from(groups.flatMap(({ label, paths }) => paths.map(() => label))),
  };
}

function assertNoneEmpty(labels: Int32Array, { folders }: ClassOrder, place: string): void {
  const present = new Set(labels);
  const empty = folders.find(({ label }) => !present.has(label));
  if (empty !== undefined) {
    throw new InputError(
      `${place}: the folder of the class ${empty.name} holds no image (${imageEndings.join(' ')}): fill or remove it`,
    );
  }
}
