/** The architectures by name. A new family is a file of its own and a line here. */
import { InputError } from '../../core/errors.ts';
import type { Architecture, Family } from './architecture.ts';
import { densenets } from './densenet.ts';
import { lenets } from './lenet.ts';
import { perceptrons } from './mlp.ts';
import { preactResnets } from './preact-resnet.ts';
import { resnets } from './resnet.ts';
import { vggs } from './vgg.ts';
import { wideResnets } from './wide-resnet.ts';

const families: readonly Family[] = [
  preactResnets,
  wideResnets,
  densenets,
  resnets,
  lenets,
  vggs,
  perceptrons,
];

/** The names that `architecture` may have; capitals stand for numbers: `wrn-D-K` (depth 6·n + 4, widening factor). */
export const architectureNames: readonly string[] = families.flatMap(({ names }) => names);

/**
 * The architecture of a name.
 *
 * @throws InputError for an unknown name or a depth that its family cannot have
 */
export function findArchitecture(name: string): Architecture {
  for (const family of families) {
    const found = family.find(name);
    if (found !== undefined) return found;
  }
  throw new InputError(`there is no architecture ${name}; choose one of ${architectureNames.join(', ')}`);
}
