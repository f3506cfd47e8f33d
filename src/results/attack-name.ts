/** Attacks as tables name them. */
import type { ResultAttack } from './result.ts';

/** One name for each attack: `I-FGSM 4/255`, with its id where another would have the same name. */
export function namesOf(attacks: readonly ResultAttack[]): readonly string[] {
  const names = attacks.map(nameOf);
  return attacks.map(({ id }, index) => {
    const name = names[index] ?? id;
    return names.filter((other) => other === name).length > 1 ? `${name} (${id})` : name;
  });
}

/** L∞ is the norm that goes without saying. */
const norms: Readonly<Record<ResultAttack['norm'], string>> = { linf: '', l2: ' L2', l1: ' L1', l0: ' L0' };

function nameOf({ title, norm, radius, target, label }: ResultAttack): string {
  const size = radius === null ? '' : ` ${radius.text}`;
  const extras = [
    ...(target === null ? [] : [`target ${target}`]),
    ...(label === 'predicted' ? ['predicted label'] : []),
  ];
  return [`${title}${norms[norm]}${size}`, ...extras].join(', ');
}
