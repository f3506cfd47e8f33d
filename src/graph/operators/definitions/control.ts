/** Choice, repetition and values that are no tensors: specialize/ decides them, and no graph holds them. */
import type { Definitions } from '../definition.ts';

export const controlDefinitions = {
  ConcatFromSequence: { since: 11, inputs: [1, 1], attributes: { new_axis: 0 } },
  If: { since: 7, inputs: [1, 1] },
  Loop: { since: 7, inputs: [2, Infinity] },
  Optional: { since: 15, inputs: [0, 1] },
  OptionalGetElement: { since: 15, inputs: [1, 1] },
  OptionalHasElement: { since: 15, inputs: [0, 1] },
  Scan: { since: 8, inputs: [1, Infinity] },
  SequenceAt: { since: 11, inputs: [2, 2] },
  SequenceConstruct: { since: 11, inputs: [1, Infinity] },
  SequenceEmpty: { since: 11, inputs: [0, 0] },
  SequenceErase: { since: 11, inputs: [1, 2] },
  SequenceInsert: { since: 11, inputs: [2, 3] },
  SequenceLength: { since: 11, inputs: [1, 1] },
  SequenceMap: { since: 17, inputs: [1, Infinity] },
  SplitToSequence: { since: 11, inputs: [1, 2], attributes: { axis: 0, keepdims: 1 } },
} satisfies Definitions;
