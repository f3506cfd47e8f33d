/** Names, inputs and widths that architectures take or refuse, and where dropout stands. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { numbersOf } from '../../../src/graph/tensor.ts';
import { BATCH } from '../../../src/graph/types.ts';
import { parameterCount } from '../../../src/models/architectures/describe.ts';
import { Layers } from '../../../src/models/architectures/layers.ts';
import {
  addNetwork,
  evaluationGraph,
  INPUT_NAME,
  type NetworkSettings,
} from '../../../src/models/architectures/network.ts';
import { architectureNames, findArchitecture } from '../../../src/models/architectures/registry.ts';

const settings = (changes: Partial<NetworkSettings> = {}): NetworkSettings => ({
  architecture: 'preact-resnet18',
  width: 2,
  inputShape: [3, 32, 32],
  classCount: 10,
  ...changes,
});

/** One member of each pattern in `architectureNames`, with a narrow width and the least side of its images. */
const members: readonly [name: string, width: number, leastSide: number][] = [
  ['preact-resnet18', 2, 1],
  ['preact-resnet34', 1, 1],
  ['preact-resnet50', 1, 1],
  ['wrn-10-1', 3, 1],
  ['densenet-bc-10', 2, 4],
  ['resnet18', 2, 1],
  ['resnet34', 1, 1],
  ['resnet50', 1, 1],
  ['resnet101', 1, 1],
  ['resnet152', 1, 1],
  ['resnext50-32x4d', 16, 1],
  ['resnext101-32x4d', 16, 1],
  ['resnext101-64x4d', 16, 1],
  ['lenet', 2, 16],
  ['vgg11', 1, 32],
  ['mlp', 3, 1],
  ['mlp-1', 3, 1],
];

function trainingLayers(network: NetworkSettings): { layers: Layers; builder: GraphBuilder } {
  const builder = new GraphBuilder('training');
  const layers = Layers.forTraining(builder);
  const x = builder.input(INPUT_NAME, 'float32', [BATCH, ...network.inputShape]);
  addNetwork(layers, x, network);
  return { layers, builder };
}

describe('the names of architectures', () => {
  it('are shown as patterns, each of which has a member that can be built', () => {
    const patterns = architectureNames.map(
      (name) => new RegExp(`^${name.replace(/[A-Z]/g, String.raw`\d+`)}$`),
    );
    for (const [name] of members)
      assert.ok(
        patterns.some((pattern) => pattern.test(name)),
        name,
      );
    for (const pattern of patterns)
      assert.ok(
        members.some(([name]) => pattern.test(name)),
        String(pattern),
      );
  });

  it('are refused where unknown, in a line that lists them', () => {
    for (const name of [
      'resnet',
      'Resnet18',
      'wrn-28',
      'wrn-28-0',
      'wrn-a-b',
      'densenet-100',
      'mlp-',
      'mlp-x',
      'toString',
      '',
    ]) {
      assert.throws(
        () => findArchitecture(name),
        (error) =>
          error instanceof InputError &&
          error.message.startsWith(`there is no architecture ${name}`) &&
          error.message.includes('wrn-D-K') &&
          !error.message.includes('\n'),
      );
    }
  });

  it('are refused where the depth is impossible, in a line that says which are possible', () => {
    for (const [name, possible] of [
      ['wrn-27-10', '10, 16, 22'],
      ['wrn-4-1', '10, 16, 22'],
      ['wrn-999994-1', 'up to 2000'],
      ['densenet-bc-101', '10, 16, 22'],
      ['densenet-bc-4', '10, 16, 22'],
      ['mlp-3000', '0, 1, 2'],
    ] as const) {
      assert.throws(
        () => parameterCount(settings({ architecture: name })),
        (error) =>
          error instanceof InputError && error.message.includes(name) && error.message.includes(possible),
      );
    }
  });
});

describe('inputs, widths and rates', () => {
  it('of every possible size give [N, classCount]', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...members.filter(([name]) => !name.includes('101') && !name.includes('152'))),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 7 }),
        ([architecture, width, leastSide], channels, more, evenMore, classCount) => {
          const inputShape = [channels, leastSide + more, leastSide + evenMore];
          const graph = evaluationGraph(settings({ architecture, width, inputShape, classCount }));
          assert.deepEqual(graph.outputs[0]?.dims, [BATCH, classCount]);
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });

  it('are refused where too small, naming the least size', () => {
    for (const [architecture, width, leastSide] of members) {
      if (leastSide === 1) continue;
      for (const inputShape of [
        [1, leastSide - 1, leastSide],
        [1, leastSide, leastSide - 1],
      ]) {
        assert.throws(
          () => evaluationGraph(settings({ architecture, width, inputShape })),
          (error) =>
            error instanceof InputError &&
            error.message.includes(`${String(leastSide)}×${String(leastSide)} pixels or more`),
        );
      }
    }
  });

  it('of another rank are refused but by a perceptron', () => {
    for (const [architecture, width] of members) {
      const network = settings({ architecture, width, inputShape: [40] });
      if (architecture.startsWith('mlp')) {
        assert.deepEqual(evaluationGraph(network).outputs[0]?.dims, [BATCH, 10]);
      } else {
        assert.throws(() => evaluationGraph(network), { name: 'InputError', message: /takes images/ });
      }
    }
  });

  it('that are no numbers of something are refused', () => {
    for (const [changes, message] of [
      [{ inputShape: [] }, /input shape is \[\]/],
      [{ inputShape: [3, 0, 4] }, /input shape is \[3, 0, 4\]/],
      [{ inputShape: [3, 4.5, 4] }, /input shape/],
      [{ width: 0 }, /width of preact-resnet18 is 0/],
      [{ width: 1.5 }, /a whole number above 0/],
      [{ width: NaN }, /width/],
      [{ dropout: 1 }, /less than 1/],
      [{ dropout: -0.1 }, /at least 0/],
      [{ dropout: NaN }, /dropout/],
      [{ classCount: 0 }, /class count/],
      [{ architecture: 'resnext50-32x4d', width: 24 }, /a multiple of 16/],
      [{ normalization: { mean: [0], deviation: [1] } }, /1 means and 1 deviations for 3 channels/],
    ] as const) {
      assert.throws(() => evaluationGraph(settings(changes)), { name: 'InputError', message });
    }
  });

  it('may be features, normalized each by its own mean and deviation', () => {
    const graph = evaluationGraph({
      architecture: 'mlp',
      inputShape: [2],
      classCount: 3,
      normalization: { mean: [1, 2], deviation: [3, 4] },
    });
    const constants = [...graph.initializers.values()].map((value) => [value.dims, numbersOf(value)]);
    assert.deepEqual(constants, [
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });
});

describe('dropout', () => {
  it('has no part in evaluation or at rate 0', () => {
    for (const [architecture, width] of members) {
      const network = settings({ architecture, width, dropout: 0.5 });
      assert.deepEqual(evaluationGraph(network), evaluationGraph({ ...network, dropout: 0 }), architecture);
      assert.deepEqual(trainingLayers({ ...network, dropout: 0 }).layers.dropouts, []);
    }
  });

  it('has in training one input a layer, of the shape of what it masks', () => {
    const { layers, builder } = trainingLayers(settings({ dropout: 0.25 }));
    assert.equal(layers.dropouts.length, 8);
    assert.deepEqual(layers.dropouts[0], { mask: 'blocks.0.dropout.mask', dims: [2, 32, 32], rate: 0.25 });
    assert.deepEqual(layers.dropouts[7], { mask: 'blocks.7.dropout.mask', dims: [16, 4, 4], rate: 0.25 });
    assert.deepEqual(builder.dims('blocks.7.dropout.mask'), [BATCH, 16, 4, 4]);
  });

  it('drops whole channels after the second convolution of LeNet', () => {
    const { layers } = trainingLayers(settings({ architecture: 'lenet', width: 3, dropout: 0.5 }));
    assert.deepEqual(
      layers.dropouts.map(({ dims }) => dims),
      [[3, 1, 1], [150]],
    );
  });

  it('stands once in a residual block, between an activation and the last convolution', () => {
    for (const [architecture, width] of members) {
      if (!/resnet|resnext|wrn/.test(architecture)) continue;
      const { layers, builder } = trainingLayers(settings({ architecture, width, dropout: 0.5 }));
      const blocks = new Set(
        layers.built.flatMap(({ name }) => /^(blocks\.\d+|layer\d+\.\d+)/.exec(name)?.[0] ?? []),
      );
      assert.deepEqual(
        layers.dropouts.map(({ mask }) => mask.replace('.dropout.mask', '')).sort(),
        [...blocks].sort(),
        architecture,
      );
      const last = /50|101|152/.test(architecture) ? 'conv3' : 'conv2';
      for (const { mask } of layers.dropouts) {
        const product = builder.nodes.find(({ inputs }) => inputs.includes(mask))!;
        const activation = builder.nodes.find(({ outputs }) => outputs[0] === product.inputs[0])!;
        const [convolution, ...others] = builder.nodes.filter(({ inputs }) =>
          inputs.includes(product.outputs[0]!),
        );
        assert.equal(activation.operator, 'Relu');
        assert.equal(convolution?.inputs[1], mask.replace('dropout.mask', `${last}.weight`));
        assert.deepEqual(others, []);
      }
    }
  });
});
