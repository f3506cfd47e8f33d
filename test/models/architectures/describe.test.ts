/** Parameter counts and layers of the published networks against PyTorch's (benchmarks/oracles/architectures.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { describeNetwork, parameterCount } from '../../../src/models/architectures/describe.ts';

interface Published {
  architecture: string;
  inputShape: number[];
  classCount: number;
  count: number;
  /** `name output parameter…`, sizes joined by x. */
  layers: string[];
}

const file = new URL('../../../fixtures/architectures.json', import.meta.url);
const published = JSON.parse(readFileSync(file, 'utf8')) as Published[];

/** Counts that papers and torchvision print, so that the fixture itself is held to something. */
const known: Readonly<Record<string, number>> = {
  'preact-resnet18': 11_171_146,
  'wrn-28-10': 36_479_194,
  'densenet-bc-100': 769_162,
  resnet18: 11_689_512,
  resnet34: 21_797_672,
  resnet50: 25_557_032,
  resnet101: 44_549_160,
  resnet152: 60_192_808,
  'resnext50-32x4d': 25_028_904,
  'resnext101-32x4d': 44_177_704,
  'resnext101-64x4d': 83_455_272,
};

describe('the published networks', () => {
  for (const { architecture, inputShape, classCount, count, layers } of published) {
    it(`${architecture} has ${String(count)} parameters and PyTorch's layers`, () => {
      const settings = { architecture, inputShape, classCount };
      assert.equal(parameterCount(settings), count);
      if (known[architecture] !== undefined) assert.equal(count, known[architecture]);
      const described = describeNetwork(settings).map(({ name, output, parameters }) =>
        [name, ...[output, ...parameters.map(({ dims }) => dims)].map((sizes) => sizes.join('x'))].join(' '),
      );
      // A shortcut may be computed before or after the rest of its block.
      assert.deepEqual(described.toSorted(), layers.toSorted());
    });
  }

  it('are all there', () => {
    const names = new Set(published.map(({ architecture }) => architecture));
    for (const name of Object.keys(known)) assert.ok(names.has(name), name);
  });
});

describe('what a network consists of', () => {
  it('counts each layer, and all of them', () => {
    const settings = { architecture: 'mlp-1', width: 5, inputShape: [3], classCount: 2 };
    assert.deepEqual(describeNetwork(settings), [
      {
        name: 'fc1',
        output: [5],
        parameters: [
          { name: 'fc1.weight', dims: [5, 3] },
          { name: 'fc1.bias', dims: [5] },
        ],
        count: 20,
      },
      {
        name: 'fc2',
        output: [2],
        parameters: [
          { name: 'fc2.weight', dims: [2, 5] },
          { name: 'fc2.bias', dims: [2] },
        ],
        count: 12,
      },
    ]);
    assert.equal(parameterCount(settings), 32);
  });

  it('follows depth and width', () => {
    const count = (architecture: string, width?: number): number =>
      parameterCount({
        architecture,
        inputShape: [3, 32, 32],
        classCount: 10,
        ...(width === undefined ? {} : { width }),
      });
    // Zagoruyko and Komodakis 2016, tables 4 and 5; Huang et al. 2017, table 2: millions, as printed.
    assert.equal((count('wrn-40-4') / 1e6).toFixed(1), '8.9');
    assert.equal((count('wrn-16-8') / 1e6).toFixed(1), '11.0');
    assert.equal((count('wrn-28-10') / 1e6).toFixed(1), '36.5');
    assert.equal((count('densenet-bc-100') / 1e6).toFixed(1), '0.8');
    assert.equal((count('densenet-bc-250', 24) / 1e6).toFixed(1), '15.3');
    assert.equal((count('densenet-bc-190') / 1e6).toFixed(1), '25.6');
    // One more hidden layer of 128.
    assert.equal(count('mlp-3') - count('mlp'), 128 * 129);
    assert.equal(count('mlp-2'), count('mlp'));
    assert.equal(count('mlp-0'), 10 * (3 * 32 * 32 + 1));
  });
});
