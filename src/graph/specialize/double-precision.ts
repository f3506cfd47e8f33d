/** float64 is kept where it can be computed, and brought to float32 where a runtime lacks an operator in it. */
import { FloatConversion } from '../float-types.ts';
import type { NodeBuilder } from '../node-builder.ts';
import type { Graph, SourceGraph } from '../types.ts';

/** Operators that onnxruntime 1.30 computes in float32 and not in float64 on the CPU, or whose gradient needs such a one. */
const SINGLE_ONLY: ReadonlySet<string> = new Set([
  'Acosh',
  'Acos',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'AveragePool',
  'Celu',
  'Col2Im',
  'Conv',
  'ConvTranspose',
  'Cosh',
  'Det',
  'Erf',
  'Gelu',
  'GlobalAveragePool',
  'GlobalLpPool',
  'GlobalMaxPool',
  'GridSample',
  'Hardmax',
  'InstanceNormalization',
  'LRN',
  'LpPool',
  'MaxPool',
  'MaxUnpool',
  'Mean',
  'MeanVarianceNormalization',
  'OneHot',
  'RNN',
  'Resize',
  'Sinh',
  'Tan',
]);

/** Whether a node of the graph takes float64 that its operator cannot be computed in. */
export function lacksDoublePrecision(graph: Graph, types: Pick<NodeBuilder, 'type'>): boolean {
  return graph.nodes.some(
    ({ operator, inputs }) =>
      SINGLE_ONLY.has(operator) &&
      inputs.some((input) => input !== '' && types.type(input).dataType === 'float64'),
  );
}

/** The graph in float32, and a note of it. */
export function inSinglePrecision(graph: SourceGraph): {
  readonly graph: SourceGraph;
  readonly notes: readonly string[];
} {
  const conversion = new FloatConversion('float64');
  const converted = conversion.graph(graph);
  return { graph: converted, notes: conversion.notes };
}
