/**
 * Image sets in tar files, read in place: one file of CLASS/IMAGE or SPLIT/CLASS/IMAGE, a tar file of one tar file
 * for every class (ILSVRC2012_img_train.tar), or a folder of tar files named after classes or splits.
 */
import { basename, join } from 'node:path';
import { InputError } from '../../core/errors.ts';
import type { DataOptions, Dataset } from '../dataset.ts';
import { arrange } from './arrangement.ts';
import { isImage } from './endings.ts';
import { nameInClass } from './folder-dataset.ts';
import { createImageDataset } from './image-dataset.ts';
import { listTree } from './listing.ts';
import { splitOf } from './splits.ts';
import { indexTar } from './tar.ts';

interface Member {
  readonly archive: string;
  /** Its name in the archive. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Opens a tar file or a folder of them; nothing is extracted.
 *
 * @throws InputError when files are missing, compressed, truncated or no tar files, or not laid out so
 */
export async function openImageTar(path: string, options: DataOptions): Promise<Dataset> {
  const listing = await listTree(path);
  const { members, folders } = listing === undefined ? archiveAt(path) : archivesIn(path, listing.files);
  const { paths, ...arrangement } = arrange({ files: [...members.keys()], folders }, path, options);
  const memberAt = (index: number): Member => {
    const member = members.get(paths[index] ?? '');
    if (member === undefined) throw new RangeError(`there is no example ${String(index)}`);
    return member;
  };
  return createImageDataset(
    {
      format: 'imagetar',
      place: path,
      ...arrangement,
      classCount: arrangement.classNames.length,
      source: (index) => {
        const { archive, offset, length } = memberAt(index);
        return { kind: 'file', path: archive, part: { offset, length } };
      },
      name: (index) =>
        nameInClass(paths[index] ?? '', arrangement.classNames[arrangement.labels[index] ?? 0] ?? ''),
      title: (index) => `${memberAt(index).name} in ${memberAt(index).archive}`,
    },
    options,
  );
}

interface Members {
  readonly members: ReadonlyMap<string, Member>;
  readonly folders: readonly string[];
}

/** One archive; a folder that everything in it lies in is looked through, unless it is a split. */
function archiveAt(archive: string): Members {
  const { files, folders } = indexTar(archive);
  const root = sharedRoot(files.map(({ name }) => name).filter(isImage));
  const below = (name: string): string => (name.startsWith(root) ? name.slice(root.length) : '');
  return {
    members: new Map(files.map((file) => [below(file.name), { archive, ...file }])),
    folders: folders.map(below).filter((name) => name !== ''),
  };
}

/** The folder, with its slash, that holds all images at least two levels below it; empty where there is none. */
function sharedRoot(names: readonly string[]): string {
  const [top = ''] = names[0]?.split('/') ?? [];
  const isShared = names.every((name) => name.startsWith(`${top}/`) && name.split('/').length > 2);
  return isShared && splitOf(top) !== top.toLowerCase() ? `${top}/` : '';
}

function archivesIn(folder: string, files: readonly string[]): Members {
  const archives = files.filter((file) => file.toLowerCase().endsWith('.tar'));
  if (archives.length === 0) throw new InputError(`${folder} holds no .tar file`);
  const members = new Map<string, Member>();
  const folders: string[] = [];
  for (const file of archives) {
    const archive = join(folder, file);
    const stem = file.slice(0, -4);
    const index = indexTar(archive);
    const own = basename(stem);
    const below = (name: string): string =>
      `${stem}/${name.startsWith(`${own}/`) ? name.slice(own.length + 1) : name}`;
    folders.push(stem, ...index.folders.map(below));
    for (const member of index.files) members.set(below(member.name), { archive, ...member });
  }
  return { members, folders };
}
