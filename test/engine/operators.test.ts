/** Every operator computes the same on onnxruntime and on each backend of tfjs that loads. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine, Tensors } from '../../src/engine/engine.ts';
import { createEngine } from '../../src/engine/select.ts';
import { handlers } from '../../src/engine/tfjs/operators/index.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { definitions, isHeld } from '../../src/graph/operators/definitions.ts';
import { hasExpansion } from '../../src/graph/operators/expand.ts';
import { float32 } from '../../src/graph/tensor.ts';
import type { Graph, Tensor } from '../../src/graph/types.ts';
import { assertAgree } from './agreement.ts';
import type { OperatorCase } from './operator-cases/case.ts';
import { operatorCases } from './operator-cases/index.ts';
import { specifications, tfjsSpecifications } from './specifications.ts';

const TOLERANCE = 1e-5;
const engines: Record<string, Engine> = {};

before(async () => {
  for (const name of specifications) engines[name] = await createEngine(name);
});
after(async () => {
  for (const engine of Object.values(engines)) await engine.dispose();
});

/**
 * The case as a graph of one node; `convolved` puts a convolution that changes nothing before its image inputs,
 * so that tfjs holds them channels last.
 */
function graphOf(each: OperatorCase, convolved: boolean): { graph: Graph; inputs: Record<string, Tensor> } {
  const builder = new GraphBuilder(`${each.operator} ${each.title}`);
  const inputs: Record<string, Tensor> = {};
  const names = each.inputs.map((input, index) => {
    if (input === undefined) return '';
    if ('constant' in input) return builder.constant(input.constant);
    const name = builder.input(`input ${String(index)}`, input.dataType, input.dims);
    inputs[name] = input;
    return convolved && isImage(input) ? builder.conv(name, unitKernel(builder, input.dims[1]!)) : name;
  });
  const outputs = Array.from({ length: each.outputs }, (_, index) => `output ${String(index)}`);
  builder.node(each.operator, names, each.attributes, { name: 'node', outputs });
  for (const output of outputs) builder.output(output);
  return { graph: builder.build(), inputs };
}

const isImage = (input: Tensor): boolean => input.dataType === 'float32' && input.dims.length === 4;

function unitKernel(builder: GraphBuilder, channels: number): string {
  const data = Float32Array.from({ length: channels * channels }, (_, index) =>
    index % (channels + 1) === 0 ? 1 : 0,
  );
  return builder.constant(float32([channels, channels, 1, 1], data));
}

async function runOn(name: string, graph: Graph, inputs: Tensors): Promise<Tensors> {
  const compiled = await engines[name]!.compile(graph);
  try {
    return await compiled.run(inputs);
  } finally {
    await compiled.dispose();
  }
}

for (const each of operatorCases) {
  for (const convolved of each.inputs.some((input) => input && !('constant' in input) && isImage(input))
    ? [false, true]
    : [false]) {
    test(`${each.operator}: ${each.title}${convolved ? ', after a convolution' : ''}`, async () => {
      const { graph, inputs } = graphOf(each, convolved);
      const expected = await runOn('onnxruntime', graph, inputs);
      for (const name of tfjsSpecifications)
        assertAgree(await runOn(name, graph, inputs), expected, TOLERANCE);
    });
  }
}

test('every operator that graphs may hold has a case', () => {
  const covered = new Set(operatorCases.map(({ operator }) => operator));
  assert.deepEqual(
    Object.keys(definitions)
      .filter(isHeld)
      .filter((operator) => !covered.has(operator)),
    [],
  );
});

test('tfjs computes every operator that graphs may hold, itself or written out', () => {
  assert.deepEqual(
    Object.keys(definitions)
      .filter(isHeld)
      .filter((operator) => !Object.hasOwn(handlers, operator) && !hasExpansion(operator)),
    [],
  );
  assert.deepEqual(
    Object.keys(handlers).filter((operator) => !isHeld(operator)),
    [],
  );
});
