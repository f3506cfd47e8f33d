/** Einsum: sums of products over named axes, one operand after the other, each step a product of matrices. */
import type { GraphBuilder } from '../../builder.ts';
import type { Dimension } from '../../types.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';

/** A value and the name of each of its axes. */
interface Labelled {
  readonly value: string;
  readonly labels: readonly string[];
}

interface Equation {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** The axes behind an ellipsis are named by how far they are from its end. */
const ELLIPSIS = '...';

function labelsOf(site: ExpansionSite, term: string, rank: number): string[] {
  const [before = '', after, ...more] = term.split(ELLIPSIS);
  const named = `${before}${after ?? ''}`;
  if (more.length > 0 || !/^[a-zA-Z]*$/.test(named)) throw site.refuse(`the term ${term} is not understood`);
  const hidden = rank - named.length;
  if (hidden < 0 || (after === undefined && hidden !== 0)) {
    throw site.refuse(`the term ${term} does not fit an operand of ${String(rank)} axes`);
  }
  const labels = [
    ...before.split(''),
    ...Array.from({ length: hidden }, (_, at) => String(hidden - at)),
    ...(after ?? '').split(''),
  ];
  if (new Set(labels).size !== labels.length) throw site.refuse(`the term ${term} repeats an axis`);
  return labels;
}

function parse(site: ExpansionSite): Equation {
  const equation = (site.attribute('equation', 'string') ?? '').replaceAll(/\s/g, '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (terms.length !== site.node.inputs.length) {
    throw site.refuse(`the equation ${equation} does not fit ${String(site.node.inputs.length)} operands`);
  }
  const operands = terms.map((term, index) => labelsOf(site, term, site.dims(site.input(index)).length));
  const all = operands.flat();
  const hidden = [...new Set(all.filter((label) => /\d/.test(label)))].sort((a, b) => Number(b) - Number(a));
  if (right !== undefined) {
    const named = right.replace(ELLIPSIS, '').length;
    const output = labelsOf(site, right, named + (right.includes(ELLIPSIS) ? hidden.length : 0));
    const unknown = output.find((label) => !all.includes(label));
    if (unknown !== undefined) throw site.refuse(`the output axis ${unknown} is of no operand`);
    return { operands, output };
  }
  const once = [...new Set(all)].filter(
    (label) => !/\d/.test(label) && all.indexOf(label) === all.lastIndexOf(label),
  );
  return { operands, output: [...hidden, ...once.sort()] };
}

function summed(builder: GraphBuilder, { value, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, axis) => (kept.has(label) ? [] : [axis]));
  if (axes.length === 0) return { value, labels };
  return {
    value: builder.reduceSum(value, axes, false),
    labels: labels.filter((label) => kept.has(label)),
  };
}

function arranged(builder: GraphBuilder, { value, labels }: Labelled, order: readonly string[]): string {
  const permutation = order.map((label) => labels.indexOf(label));
  return permutation.every((axis, at) => axis === at) ? value : builder.transpose(value, permutation);
}

/** Reshapes to sizes of which at most one is open, beside those that stay where they are. */
function reshaped(site: ExpansionSite, value: string, stay: number, sizes: readonly Dimension[]): string {
  if (sizes.filter((size) => typeof size === 'string').length > 1) {
    throw site.refuse('several of its sizes are open: give the model fixed sizes');
  }
  const target = sizes.map((size) => (typeof size === 'number' ? size : -1));
  return site.builder.reshape(value, [...Array.from({ length: stay }, () => 0), ...target]);
}

/** The size of several axes as one: a number, or a text where one of them is open. */
function together(sizes: readonly Dimension[]): Dimension {
  if (sizes.length === 1) return sizes[0] ?? 1;
  return sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((product, size) => product * size, 1)
    : 'open';
}

/** The product of two operands, summed over the axes that neither the result nor a later operand has. */
function contracted(site: ExpansionSite, a: Labelled, b: Labelled, kept: ReadonlySet<string>): Labelled {
  const { builder } = site;
  const left = summed(builder, a, new Set([...kept, ...b.labels]));
  const right = summed(builder, b, new Set([...kept, ...a.labels]));
  const inBoth = left.labels.filter((label) => right.labels.includes(label));
  const batch = inBoth.filter((label) => kept.has(label));
  const inner = inBoth.filter((label) => !kept.has(label));
  const rows = left.labels.filter((label) => !inBoth.includes(label));
  const columns = right.labels.filter((label) => !inBoth.includes(label));
  const labels = [...batch, ...rows, ...columns];
  if (inner.length === 0)
    return { value: outerProduct(builder, { left, right, batch, rows, columns }), labels };
  const sizes = (of: Labelled, names: readonly string[]): Dimension[] =>
    names.map((label) => builder.dims(of.value)[of.labels.indexOf(label)] ?? 1);
  const matrix = (of: Labelled, first: readonly string[], second: readonly string[]): string => {
    const value = arranged(builder, of, [...batch, ...first, ...second]);
    if (first.length === 1 && second.length === 1) return value;
    return reshaped(site, value, batch.length, [together(sizes(of, first)), together(sizes(of, second))]);
  };
  const product = builder.matMul(matrix(left, rows, inner), matrix(right, inner, columns));
  if (rows.length === 1 && columns.length === 1) return { value: product, labels };
  const apart = [...sizes(left, rows), ...sizes(right, columns)];
  return { value: reshaped(site, product, batch.length, apart), labels };
}

/** Without an axis to sum over: the operands side by side, each with an axis of size 1 for those of the other. */
function outerProduct(
  builder: GraphBuilder,
  parts: {
    readonly left: Labelled;
    readonly right: Labelled;
    readonly batch: readonly string[];
    readonly rows: readonly string[];
    readonly columns: readonly string[];
  },
): string {
  const { left, right, batch, rows, columns } = parts;
  const spaced = (value: string, from: number, count: number): string =>
    count === 0
      ? value
      : builder.unsqueeze(
          value,
          Array.from({ length: count }, (_, at) => from + at),
        );
  const a = arranged(builder, left, [...batch, ...rows]);
  const b = arranged(builder, right, [...batch, ...columns]);
  return builder.mul(
    spaced(a, batch.length + rows.length, columns.length),
    spaced(b, batch.length, rows.length),
  );
}

function einsum(site: ExpansionSite): string[] {
  const { builder } = site;
  const { operands, output } = parse(site);
  const [first, ...others] = operands.map((labels, index): Labelled => ({
    value: site.input(index),
    labels,
  }));
  if (first === undefined) throw site.refuse('it has no operand');
  const product = others.reduce((result, operand, index) => {
    const later = others.slice(index + 1).flatMap(({ labels }) => labels);
    return contracted(site, result, operand, new Set([...output, ...later]));
  }, first);
  return [arranged(builder, summed(builder, product, new Set(output)), output)];
}

export const einsumExpansions = { Einsum: einsum } satisfies Expansions;
