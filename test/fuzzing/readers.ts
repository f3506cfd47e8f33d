/** Every reader of the toolkit that is given files. */
import { dataReaders } from './data-readers.ts';
import { documentReaders } from './document-readers.ts';
import { modelReaders } from './model-readers.ts';
import type { FuzzedReader } from './reader.ts';

export const readers: readonly FuzzedReader[] = [...dataReaders, ...documentReaders, ...modelReaders];
