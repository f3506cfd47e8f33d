/** The options of attacks' parameters: one for each name, whichever attacks have it. */
import { attacks, requirementOf } from '../index.ts';

export interface ParameterOption {
  /** The parameter's name in the attacks. */
  readonly name: string;
  /** The same as an option, without its dashes. */
  readonly flag: string;
  readonly describe: string;
}

/** Every parameter of every attack, with what it is and who has it. */
export function parameterOptions(): readonly ParameterOption[] {
  const names = new Set(attacks.flatMap(({ parameters }) => Object.keys(parameters)));
  return [...names].map((name) => {
    const owners = attacks.filter(({ parameters }) => Object.hasOwn(parameters, name));
    const parameter = owners[0]?.parameters[name];
    const meaning = parameter === undefined ? '' : `${parameter.description}; ${requirementOf(parameter)}`;
    return {
      name,
      flag: kebab(name),
      describe: `${owners.map(({ title }) => title).join(', ')}: ${meaning}`,
    };
  });
}

/** `--step-size` of `stepSize`. */
export function flagOf(name: string): string {
  return `--${kebab(name)}`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
