/** What an attack on scores makes fall: by how much the logits fall short of what it wants. */
import type { AttackTask } from '../attack.ts';

/**
 * The margin loss of each example, [n]: z_y − max_{j≠y} z_j, or led towards t, max_{j≠t} z_j − z_t. Below 0 the attack has
 * succeeded.
 *
 * @param logits [n, classCount]
 */
export function shortfalls(
  { oracle, labels, targets }: Pick<AttackTask, 'oracle' | 'labels' | 'targets'>,
  logits: Float32Array,
): Float64Array {
  const { classCount } = oracle;
  return Float64Array.from(labels, (label, example) => {
    const own = targets?.[example] ?? label;
    let greatest = -Infinity;
    for (let index = 0; index < classCount; index++) {
      const logit = logits[example * classCount + index] ?? NaN;
      if (index !== own && logit > greatest) greatest = logit;
    }
    const margin = (logits[example * classCount + own] ?? NaN) - greatest;
    return targets === null ? margin : -margin;
  });
}
