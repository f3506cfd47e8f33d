/** A builder that evaluates at once what it can, so that kernels, axes and sizes are constants where they are used. */
import { GraphBuilder } from '../../graph/builder.ts';
import { foldedValue } from '../../graph/simplify/fold.ts';
import type { Attributes } from '../../graph/types.ts';

export class FoldingBuilder extends GraphBuilder {
  override apply(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    output?: string,
  ): string {
    const value = super.apply(operator, inputs, attributes, output);
    const node = this.nodes.at(-1);
    const folded = node === undefined || output !== undefined ? undefined : foldedValue(this, node);
    return folded === undefined ? value : this.constant(folded);
  }
}
